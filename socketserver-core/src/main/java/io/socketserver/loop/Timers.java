package io.socketserver.loop;

import java.util.PriorityQueue;

import org.jspecify.annotations.Nullable;

/**
 * The deadlines of one loop, nearest first. Every method runs in the loop thread. Time is
 * {@link System#nanoTime()}: a wall clock that jumps moves no deadline.
 */
final class Timers {

	static final long NONE = Long.MAX_VALUE;

	// Fewer are not worth the looking for them.
	private static final int MANY_CANCELLED = 64;

	private final PriorityQueue<LoopTimer> queue = new PriorityQueue<>();

	// How many of them will not run.
	private int cancelled;

	LoopTimer add(long delayNanos, LoopCommand command) {
		LoopTimer timer = new LoopTimer(this, System.nanoTime() + delayNanos, command);
		this.queue.add(timer);
		return timer;
	}

	boolean isEmpty() {
		return this.queue.isEmpty();
	}

	/**
	 * How long until the next deadline.
	 * @param now the time, in nanoTime
	 * @return nanoseconds, 0 if one is due, {@link #NONE} if there is none
	 */
	long nextDelay(long now) {
		LoopTimer next = this.queue.peek();
		while (next != null && next.isCancelled()) {
			this.queue.poll();
			this.cancelled--;
			next = this.queue.peek();
		}
		return (next != null) ? Math.max(0, next.deadlineNanos - now) : NONE;
	}

	@Nullable LoopCommand pollDue(long now) {
		return (nextDelay(now) == 0) ? this.queue.remove().take() : null;
	}

	/**
	 * One that has not run yet never will. Most deadlines are met, and are far off when
	 * they are: once half of all are cancelled those are dropped, which costs each of
	 * them as much as a few steps of the queue.
	 */
	void cancelled() {
		this.cancelled++;
		if (this.cancelled > MANY_CANCELLED && this.cancelled > this.queue.size() / 2) {
			this.queue.removeIf(LoopTimer::isCancelled);
			this.cancelled = 0;
		}
	}

	int size() {
		return this.queue.size();
	}

	void clear() {
		this.queue.clear();
		this.cancelled = 0;
	}

}
