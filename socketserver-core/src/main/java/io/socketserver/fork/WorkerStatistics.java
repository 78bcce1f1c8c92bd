package io.socketserver.fork;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What is counted of a server's worker processes, over all its starts. May be used from
 * any thread.
 */
public final class WorkerStatistics {

	private final AtomicLong spawned = new AtomicLong();

	private final Map<WorkerEnd, AtomicLong> ends = new EnumMap<>(WorkerEnd.class);

	/**
	 * Counters that stand at zero.
	 */
	public WorkerStatistics() {
		for (WorkerEnd reason : WorkerEnd.values()) {
			this.ends.put(reason, new AtomicLong());
		}
	}

	/**
	 * How many workers were started.
	 * @return the number so far
	 */
	public long spawned() {
		return this.spawned.get();
	}

	/**
	 * How many workers have ended for a reason.
	 * @param reason the reason
	 * @return the number so far
	 */
	public long ended(WorkerEnd reason) {
		return of(reason).get();
	}

	void countSpawned() {
		this.spawned.incrementAndGet();
	}

	void countEnded(WorkerEnd reason) {
		of(reason).incrementAndGet();
	}

	private AtomicLong of(WorkerEnd reason) {
		return Objects.requireNonNull(this.ends.get(reason));
	}

}
