package io.socketserver.fork;

import java.time.Duration;

/**
 * Keeps a pool whose workers die at once from starting them again and again: each failure
 * doubles the pause, up to half a minute, which makes fewer than ten starts in the first
 * minute. Runs in the pool's loop thread, but for {@link #isFailing()}.
 */
final class Backoff {

	private static final Duration FIRST = Duration.ofMillis(250);

	private static final Duration LONGEST = Duration.ofSeconds(30);

	private static final Duration SHORT_LIFE = Duration.ofSeconds(2);

	private volatile int failures; // Written in the loop thread.

	private long nextStart = System.nanoTime();

	/**
	 * May be called from any thread.
	 */
	boolean isFailing() {
		return this.failures > 0;
	}

	boolean isShort(Duration life) {
		return life.compareTo(SHORT_LIFE) < 0;
	}

	void failed() {
		int count = this.failures + 1;
		this.failures = count;
		Duration pause = FIRST.multipliedBy(1L << Math.min(count - 1, 10));
		this.nextStart = System.nanoTime() + ((pause.compareTo(LONGEST) < 0) ? pause : LONGEST).toNanos();
	}

	void succeeded() {
		this.failures = 0;
	}

	/**
	 * How long no worker may be started.
	 */
	Duration delay() {
		long left = this.nextStart - System.nanoTime();
		return (this.failures > 0 && left > 0) ? Duration.ofNanos(left) : Duration.ZERO;
	}

}
