package io.socketserver.internal;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Something that happens again and again while it lasts, and deserves one log line each
 * time it begins. It is over after a while without it. May be used from any thread.
 */
public final class Episode {

	private static final long QUIET_NANOS = Duration.ofSeconds(10).toNanos();

	private final AtomicLong last = new AtomicLong(System.nanoTime() - QUIET_NANOS);

	/**
	 * It happens.
	 * @return true if this is the first time after a while
	 */
	public boolean begins() {
		long now = System.nanoTime();
		return now - this.last.getAndSet(now) >= QUIET_NANOS;
	}

}
