package io.socketserver.mixin;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;

import org.jspecify.annotations.Nullable;

import io.socketserver.request.BaseRequest;
import io.socketserver.request.Request;
import io.socketserver.request.ServerContext;

/**
 * So many requests at a time; at the limit the server stops accepting. It goes on once a
 * twentieth of the places is free, or a few milliseconds after the first one is: so a
 * full server is neither opened and shut for each client, nor does a client wait long for
 * a free place. {@link #enter} runs in the loop thread, {@link #leave} in any. Leaving
 * counts once, and only for a request that came in, which the request itself knows.
 */
final class AcceptLimit {

	private static final Logger logger = System.getLogger(AcceptLimit.class.getName());

	private static final Duration LONGEST_CLOSED = Duration.ofMillis(5);

	private static final long QUIET_NANOS = Duration.ofSeconds(10).toNanos();

	private final String what;

	private final int limit;

	private final int lowMark;

	// The count and the gate change together: a late release would let one too many in.
	private final ReentrantLock lock = new ReentrantLock();

	private final AtomicInteger count = new AtomicInteger();

	private volatile @Nullable ServerContext server;

	private long lastWarning = System.nanoTime() - QUIET_NANOS;

	AcceptLimit(String what, int limit) {
		if (limit < 1) {
			throw new IllegalArgumentException("The limit of " + what + " must be at least 1, and is " + limit);
		}
		this.what = what;
		this.limit = limit;
		this.lowMark = limit - Math.max(1, limit / 20);
	}

	void activate(ServerContext server) {
		this.server = server;
	}

	int limit() {
		return this.limit;
	}

	int count() {
		return this.count.get();
	}

	boolean isFull() {
		return this.count.get() >= this.limit;
	}

	void enter(Request request) {
		ServerContext current = this.server;
		this.lock.lock();
		try {
			boolean full = ((BaseRequest) request).enter(this) && this.count.incrementAndGet() >= this.limit;
			if (full && current != null) {
				current.acceptGate().hold(this);
				warn(current);
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	void leave(Request request) {
		ServerContext current = this.server;
		this.lock.lock();
		try {
			if (((BaseRequest) request).leave(this)) {
				int now = this.count.decrementAndGet();
				if (current != null) {
					reopen(current, now);
				}
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	private void reopen(ServerContext current, int now) {
		if (now <= this.lowMark) {
			current.acceptGate().release(this);
		}
		else if (now < this.limit) {
			current.acceptGate().releaseAfter(this, LONGEST_CLOSED);
		}
	}

	private void warn(ServerContext current) {
		long now = System.nanoTime();
		if (now - this.lastWarning >= QUIET_NANOS) {
			logger.log(Level.WARNING,
					"{0} has reached its limit of {1} {2}: it accepts no more until one ends, and who comes waits in"
							+ " the kernel''s queue",
					current.name(), this.limit, this.what);
		}
		this.lastWarning = now;
	}

	@Override
	public String toString() {
		return "limit of " + this.limit + " " + this.what;
	}

}
