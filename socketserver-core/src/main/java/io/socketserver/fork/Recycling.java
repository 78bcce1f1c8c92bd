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

	private final WorkerPool pool;

	private final Deque<WorkerProcess> queue = new ArrayDeque<>();

	private @Nullable WorkerProcess current;

	private boolean told;

	Recycling(WorkerPool pool) {
		this.pool = pool;
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
		if (replaced != null && this.pool.hasWorker(replaced)) {
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
		while (candidate != null && (!this.pool.hasWorker(candidate) || candidate.end() != null)) {
			candidate = this.queue.poll();
		}
		if (candidate != null) {
			this.current = candidate;
			this.pool.refill();
			tell(candidate);
		}
	}

	private void tell(WorkerProcess replaced) {
		if (replaced.state() == WorkerState.IDLE && !this.pool.hasSpare()) {
			return;
		}
		this.told = true;
		this.pool.retire(replaced, WorkerEnd.RECYCLED);
		this.pool.schedule(this.pool.options().stopTimeout(), () -> {
			if (replaced.equals(this.current)) {
				next();
			}
		});
	}

}
