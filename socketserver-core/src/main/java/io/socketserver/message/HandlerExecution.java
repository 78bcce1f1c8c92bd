package io.socketserver.message;

import java.util.concurrent.Executor;
import java.util.concurrent.ThreadPoolExecutor;

import org.jspecify.annotations.Nullable;

import io.socketserver.internal.NamedPool;
import io.socketserver.internal.VirtualThreads;

/**
 * Where the message handlers of a multiplexed server run: on the loop that read the
 * message, for handlers that never block; or off it, in the order of each connection's
 * messages. A connection with nothing to do costs no thread in any case. Used by one
 * server at a time.
 */
public final class HandlerExecution {

	private final int threads;

	private final @Nullable Executor own;

	private final boolean onLoop;

	private volatile @Nullable ThreadPoolExecutor pool;

	private HandlerExecution(boolean onLoop, int threads, @Nullable Executor own) {
		this.onLoop = onLoop;
		this.threads = threads;
		this.own = own;
	}

	/**
	 * On the loop. The handler must never block: all connections of the loop would wait.
	 * @return the execution
	 */
	public static HandlerExecution loop() {
		return new HandlerExecution(true, 0, null);
	}

	/**
	 * In a virtual thread for the messages of each read.
	 * @return the execution
	 * @throws UnsupportedOperationException before JDK 21
	 */
	public static HandlerExecution virtual() {
		VirtualThreads.require();
		return new HandlerExecution(false, 0, null);
	}

	/**
	 * On a pool of platform threads. What waits for one is bounded by the number of
	 * connections.
	 * @param threads how many, at least 1
	 * @return the execution
	 */
	public static HandlerExecution pool(int threads) {
		if (threads < 1) {
			throw new IllegalArgumentException("A pool needs at least 1 thread, not " + threads);
		}
		return new HandlerExecution(false, threads, null);
	}

	/**
	 * On an executor of the application's, which it ends itself.
	 * @param executor where handlers may block
	 * @return the execution
	 */
	public static HandlerExecution on(Executor executor) {
		return new HandlerExecution(false, 0, executor);
	}

	/**
	 * Virtual threads where there are some, else a pool of four threads a core.
	 * @return the execution
	 */
	public static HandlerExecution offLoop() {
		return VirtualThreads.supported() ? virtual() : pool(4 * Runtime.getRuntime().availableProcessors());
	}

	/**
	 * Whether handlers run on the loop.
	 * @return true for {@link #loop()}
	 */
	public boolean isOnLoop() {
		return this.onLoop;
	}

	/**
	 * Begins. For the strategy.
	 * @param serverName what threads are named after
	 * @return runs turns; for {@link #loop()} it is not used
	 */
	public Executor open(String serverName) {
		String name = "socketserver-" + serverName + "-handler";
		if (this.own != null) {
			return this.own;
		}
		if (this.threads == 0) {
			return (task) -> VirtualThreads.unstarted(name, task).start();
		}
		ThreadPoolExecutor created = NamedPool.of(name, this.threads);
		this.pool = created;
		return created;
	}

	/**
	 * Ends: no more turns come. For the strategy.
	 */
	public void close() {
		ThreadPoolExecutor current = this.pool;
		if (current != null) {
			current.shutdown();
		}
	}

	@Override
	public String toString() {
		if (this.onLoop) {
			return "on the loop";
		}
		if (this.own != null) {
			return "on " + this.own;
		}
		return (this.threads == 0) ? "in virtual threads" : "on a pool of " + this.threads + " threads";
	}

}
