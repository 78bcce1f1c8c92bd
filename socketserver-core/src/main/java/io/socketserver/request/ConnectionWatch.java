package io.socketserver.request;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

import org.jspecify.annotations.Nullable;

/**
 * The thread that ends connections whose time is up. It sleeps until the nearest deadline
 * among the open connections, and for ever while there is none. It is not the loop,
 * because under the synchronous server the loop is busy with a handler just then.
 *
 * <p>
 * Deadlines are read from the connections, which only note when a byte last passed: a
 * busy connection costs the watch nothing but a look per timeout.
 */
final class ConnectionWatch {

	private static final Logger logger = System.getLogger(ConnectionWatch.class.getName());

	// A connection closed by force has this long to react before it is reset.
	private static final long CLOSE_GRACE_NANOS = Duration.ofMillis(500).toNanos();

	// Looks at least this far apart, however many deadlines there are.
	private static final long RESOLUTION_NANOS = Duration.ofMillis(20).toNanos();

	private final String serverName;

	private final List<? extends Iterable<? extends Watched>> watched;

	private final long idleNanos;

	private final long requestNanos;

	// Guarded by this. The watch ends when it is no longer the thread named here.
	private volatile @Nullable Thread thread;

	// When the watch looks next, in nanoTime; counts only while it is not FOREVER.
	private volatile long wakeAt;

	private volatile boolean asleepForever = true;

	ConnectionWatch(String serverName, List<? extends Iterable<? extends Watched>> watched, Duration idleTimeout,
			Duration requestTimeout) {
		this.serverName = serverName;
		this.watched = watched;
		this.idleNanos = idleTimeout.toNanos();
		this.requestNanos = requestTimeout.toNanos();
	}

	/**
	 * A connection waits for its peer from now on.
	 */
	void waitBegins(long now) {
		if (this.idleNanos > 0) {
			wakeBy(now + this.idleNanos);
		}
	}

	/**
	 * A request within a connection has begun.
	 */
	void requestBegins() {
		if (this.requestNanos > 0) {
			wakeBy(System.nanoTime() + this.requestNanos);
		}
	}

	/**
	 * A connection was closed by force.
	 */
	void closeBegins() {
		wakeBy(System.nanoTime() + CLOSE_GRACE_NANOS);
	}

	/**
	 * Ends the thread. It starts again with the next deadline.
	 */
	synchronized void stop() {
		Thread current = this.thread;
		this.thread = null;
		LockSupport.unpark(current);
	}

	/**
	 * A connection has a deadline.
	 */
	void wakeBy(long deadline) {
		Thread current = this.thread;
		if (current == null) {
			start();
		}
		else if (this.asleepForever || deadline - this.wakeAt < 0) {
			LockSupport.unpark(current);
		}
	}

	private synchronized void start() {
		if (this.thread == null) {
			Thread watch = new Thread(this::run, "socketserver-" + this.serverName + "-watch");
			watch.setDaemon(true);
			watch.start();
			this.thread = watch;
		}
	}

	private void run() {
		synchronized (this) {
			// Started under this lock: from here on the field is set.
		}
		while (this.thread == Thread.currentThread()) {
			// Announced before looking: a deadline that comes up meanwhile unparks us.
			this.asleepForever = true;
			long left = look();
			if (left == Long.MAX_VALUE) {
				LockSupport.park(this);
			}
			else {
				long nanos = Math.max(left, RESOLUTION_NANOS);
				this.wakeAt = System.nanoTime() + nanos;
				this.asleepForever = false;
				LockSupport.parkNanos(this, nanos);
			}
			// An interrupt would turn the park into a spin.
			Thread.interrupted();
		}
	}

	private long look() {
		long next = Long.MAX_VALUE;
		for (Iterable<? extends Watched> kind : this.watched) {
			for (Watched each : kind) {
				next = Math.min(next, look(each));
			}
		}
		return next;
	}

	private long look(Watched each) {
		try {
			long deadline = each.checkDeadlines(this.idleNanos, this.requestNanos);
			return Math.min(deadline, each.checkClosed(CLOSE_GRACE_NANOS));
		}
		catch (RuntimeException ex) {
			logger.log(Level.WARNING, "Cannot end " + each, ex);
			return Long.MAX_VALUE;
		}
	}

}
