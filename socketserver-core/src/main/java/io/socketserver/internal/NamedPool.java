package io.socketserver.internal;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Pools of platform threads with a name, which end when there is nothing to do.
 */
public final class NamedPool {

	private static final long KEEP_ALIVE_SECONDS = 10;

	private NamedPool() {
	}

	/**
	 * A pool, whose threads are daemons if who gives it work is one. What waits for a
	 * thread is not bounded here.
	 * @param name what its threads are called, with a number behind
	 * @param threads how many at most
	 * @return the pool, without a thread yet
	 */
	public static ThreadPoolExecutor of(String name, int threads) {
		return of(name, threads, false);
	}

	/**
	 * A pool of daemon threads: the JVM may end while they work. What waits for a thread
	 * is not bounded here.
	 * @param name what its threads are called, with a number behind
	 * @param threads how many at most
	 * @return the pool, without a thread yet
	 */
	public static ThreadPoolExecutor ofDaemons(String name, int threads) {
		return of(name, threads, true);
	}

	private static ThreadPoolExecutor of(String name, int threads, boolean daemon) {
		AtomicInteger number = new AtomicInteger();
		ThreadPoolExecutor created = new ThreadPoolExecutor(threads, threads, KEEP_ALIVE_SECONDS, TimeUnit.SECONDS,
				new LinkedBlockingQueue<>(), (task) -> {
					Thread thread = new Thread(task, name + "-" + number.incrementAndGet());
					if (daemon) {
						thread.setDaemon(true);
					}
					return thread;
				});
		created.allowCoreThreadTimeOut(true);
		return created;
	}

}
