package io.socketserver.fork;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;

import org.jspecify.annotations.Nullable;

/**
 * Replaces workers one after another. An idle one ends when there is a spare one, for
 * which there may be one worker more than otherwise meanwhile: so if new workers cannot
 * start, the old ones stay. A busy one ends after its request; the others do not wait for
 * that for longer than the stop timeout. Runs in the pool's loop thread.
 */
final class Recycling {

	private final Workers workers;

	private final Deque<WorkerProcess> queue = new ArrayDeque<>();

	private @Nullable WorkerProcess current;

	private boolean told;

	Recycling(Workers workers) {
		this.workers = workers;
	}

	void add(Collection<WorkerProcess> workers) {
		for (WorkerProcess worker : workers) {
			if (!this.queue.contains(worker)) {
				this.queue.add(worker);
			}
		}
		step();
	}

	/**
	 * How many workers are needed, and allowed, beyond those the pool wants anyway.
	 */
	int extra() {
		WorkerProcess replaced = this.current;
		return (replaced != null && !this.told && replaced.state() == WorkerState.IDLE) ? 1 : 0;
	}

	/**
	 * Something has changed: a worker is ready, or gone.
	 */
	void step() {
		WorkerProcess replaced = this.current;
		if (replaced != null && this.workers.hasWorker(replaced)) {
			if (!this.told) {
				tell(replaced);
			}
			return;
		}
		next();
	}

	private void next() {
		this.current = null;
		this.told = false;
		WorkerProcess candidate = this.queue.poll();
		while (candidate != null && (!this.workers.hasWorker(candidate) || candidate.end() != null)) {
			candidate = this.queue.poll();
		}
		if (candidate != null) {
			this.current = candidate;
			this.workers.refill();
			tell(candidate);
		}
	}

	private void tell(WorkerProcess replaced) {
		if (replaced.state() == WorkerState.IDLE && !this.workers.hasSpare()) {
			return;
		}
		this.told = true;
		this.workers.retire(replaced, WorkerEnd.RECYCLED);
		this.workers.schedule(this.workers.options().stopTimeout(), () -> {
			if (replaced.equals(this.current)) {
				next();
			}
		});
	}

}
