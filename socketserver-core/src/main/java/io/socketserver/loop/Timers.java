package io.socketserver.loop;

import java.util.PriorityQueue;

import org.jspecify.annotations.Nullable;

/**
 * The deadlines of one loop, nearest first. Every method runs in the loop thread. Time is
 * {@link System#nanoTime()}: a wall clock that jumps moves no deadline.
 */
final class Timers {

	static final long NONE = Long.MAX_VALUE;

	private final PriorityQueue<LoopTimer> queue = new PriorityQueue<>();

	LoopTimer add(long delayNanos, LoopCommand command) {
		LoopTimer timer = new LoopTimer(System.nanoTime() + delayNanos, command);
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
			next = this.queue.peek();
		}
		return (next != null) ? Math.max(0, next.deadlineNanos - now) : NONE;
	}

	@Nullable LoopCommand pollDue(long now) {
		while (nextDelay(now) == 0) {
			LoopTimer due = this.queue.remove();
			if (!due.isCancelled()) {
				return due.command();
			}
		}
		return null;
	}

	void clear() {
		this.queue.clear();
	}

}
