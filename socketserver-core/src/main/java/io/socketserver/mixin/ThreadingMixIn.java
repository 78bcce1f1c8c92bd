package io.socketserver.mixin;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

import io.socketserver.internal.VirtualThreads;
import io.socketserver.request.MixIn;
import io.socketserver.request.Request;
import io.socketserver.request.RequestCycle;
import io.socketserver.request.ServerContext;

/**
 * Each request in a thread of its own, platform or virtual. Python's
 * {@code ThreadingMixIn}.
 *
 * <p>
 * A thread is named after its request. If no thread can be started, that request ends
 * with an error, and the server goes on. Set it up before the server starts.
 */
public final class ThreadingMixIn implements MixIn, ThreadUse {

	private static final Logger logger = System.getLogger(ThreadingMixIn.class.getName());

	private static final Duration JOIN_TIMEOUT = Duration.ofSeconds(1);

	private final boolean virtual;

	private final @Nullable ThreadFactory factory;

	// Threads remove themselves when they end, so that nothing piles up.
	private final Set<Thread> threads = ConcurrentHashMap.newKeySet();

	private boolean daemonThreads;

	private boolean blockOnClose = true;

	private @Nullable AcceptLimit limit;

	/**
	 * A platform thread per request.
	 */
	public ThreadingMixIn() {
		this(false, null);
	}

	/**
	 * A thread of the factory's per request. The factory decides on names and daemon
	 * status.
	 * @param factory makes threads; an answer of null ends that request with an error
	 */
	public ThreadingMixIn(ThreadFactory factory) {
		this(false, factory);
	}

	private ThreadingMixIn(boolean virtual, @Nullable ThreadFactory factory) {
		this.virtual = virtual;
		this.factory = factory;
	}

	/**
	 * A virtual thread per request.
	 * @return the mix-in
	 * @throws UnsupportedOperationException before JDK 21
	 */
	public static ThreadingMixIn virtual() {
		VirtualThreads.require();
		return new ThreadingMixIn(true, null);
	}

	/**
	 * Python's {@code daemon_threads}: whether the JVM may exit while requests are being
	 * served. Virtual threads are always daemons.
	 * @param value false by default
	 * @return this
	 */
	public ThreadingMixIn daemonThreads(boolean value) {
		this.daemonThreads = value;
		return this;
	}

	/**
	 * Python's {@code block_on_close}: whether closing the server waits for its requests,
	 * up to the drain timeout. If not, they run on until they end by themselves.
	 * @param value true by default
	 * @return this
	 */
	public ThreadingMixIn blockOnClose(boolean value) {
		this.blockOnClose = value;
		return this;
	}

	/**
	 * How many threads there may be at once; at the bound the server stops accepting. No
	 * bound by default but the server's {@code maxConnections}.
	 * @param value at least 1
	 * @return this
	 */
	public ThreadingMixIn maxThreads(int value) {
		this.limit = new AcceptLimit("threads", value);
		return this;
	}

	/**
	 * Whether threads are virtual.
	 * @return true for virtual threads
	 */
	public boolean isVirtual() {
		return this.virtual;
	}

	@Override
	public boolean blockOnClose() {
		return this.blockOnClose;
	}

	@Override
	public int activeThreads() {
		return this.threads.size();
	}

	@Override
	public int maxThreads() {
		AcceptLimit bound = this.limit;
		return (bound != null) ? bound.limit() : Integer.MAX_VALUE;
	}

	@Override
	public void serverActivate(ServerContext server) {
		if (this.limit != null) {
			this.limit.activate(server);
		}
	}

	@Override
	public void processRequest(Request request, RequestCycle next) {
		Thread thread = newThread(request, () -> run(request, next));
		if (this.limit != null) {
			this.limit.enter(request);
		}
		this.threads.add(thread);
		boolean started = false;
		try {
			// May throw OutOfMemoryError: the system has no thread left.
			thread.start();
			started = true;
		}
		finally {
			if (!started) {
				this.threads.remove(thread);
			}
		}
	}

	private void run(Request request, RequestCycle next) {
		try {
			next.processRequest(request);
		}
		finally {
			this.threads.remove(Thread.currentThread());
		}
	}

	private Thread newThread(Request request, Runnable task) {
		String name = "socketserver-" + request.id();
		if (this.virtual) {
			return VirtualThreads.unstarted(name, task);
		}
		if (this.factory == null) {
			Thread thread = new Thread(task, name);
			thread.setDaemon(this.daemonThreads);
			return thread;
		}
		Thread thread = this.factory.newThread(task);
		if (thread == null) {
			throw new IllegalStateException("The thread factory " + this.factory + " made no thread for " + request);
		}
		return thread;
	}

	@Override
	public void shutdownRequest(Request request, RequestCycle next) {
		try {
			next.shutdownRequest(request);
		}
		finally {
			if (this.limit != null) {
				this.limit.leave(request);
			}
		}
	}

	/**
	 * Waits for threads whose requests have just ended. One that is stuck is left behind.
	 */
	@Override
	public void serverClose() {
		long deadline = System.nanoTime() + JOIN_TIMEOUT.toNanos();
		for (Thread thread : this.threads) {
			if (this.blockOnClose && thread != Thread.currentThread()) {
				join(thread, deadline - System.nanoTime());
			}
		}
	}

	private static void join(Thread thread, long nanos) {
		try {
			thread.join(Math.max(1, TimeUnit.NANOSECONDS.toMillis(nanos)));
			if (thread.isAlive()) {
				logger.log(Level.WARNING, "The thread {0} does not end although its connection is closed",
						thread.getName());
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

}
