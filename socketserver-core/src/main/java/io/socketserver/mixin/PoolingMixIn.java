package io.socketserver.mixin;

import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.atomic.AtomicInteger;

import org.jspecify.annotations.Nullable;

import io.socketserver.internal.NamedPool;
import io.socketserver.request.CloseReason;
import io.socketserver.request.MixIn;
import io.socketserver.request.Request;
import io.socketserver.request.RequestCycle;
import io.socketserver.request.RequestRefusedException;
import io.socketserver.request.ServerContext;

/**
 * Requests share a bounded pool of platform threads, and wait for one in a bounded queue.
 * A connection keeps its thread until it ends: a pool suits short connections.
 */
public final class PoolingMixIn implements MixIn, ThreadUse {

	private final int threads;

	private final int queueCapacity;

	private final OverflowPolicy policy;

	private final AcceptLimit limit;

	// Requests given to the pool that have not left it yet.
	private final AtomicInteger inPool = new AtomicInteger();

	private final AtomicInteger active = new AtomicInteger();

	// Made anew each time the server is bound; read in the loop thread.
	private volatile @Nullable ThreadPoolExecutor executor;

	/**
	 * A pool with room for four waiting requests a thread, which stops accepting when
	 * full.
	 * @param threads how many threads, at least 1
	 */
	public PoolingMixIn(int threads) {
		this(threads, 4 * threads, OverflowPolicy.WAIT);
	}

	/**
	 * A pool.
	 * @param threads how many threads, at least 1
	 * @param queueCapacity how many requests may wait for one, 0 for none
	 * @param policy what happens to one more
	 */
	public PoolingMixIn(int threads, int queueCapacity, OverflowPolicy policy) {
		if (threads < 1 || queueCapacity < 0) {
			throw new IllegalArgumentException("A pool needs at least 1 thread and a queue of 0 or more, not " + threads
					+ " and " + queueCapacity);
		}
		this.threads = threads;
		this.queueCapacity = queueCapacity;
		this.policy = policy;
		this.limit = new AcceptLimit("requests in its pool", Math.addExact(threads, queueCapacity));
	}

	/**
	 * What happens to a request that finds the pool full.
	 * @return the policy
	 */
	public OverflowPolicy policy() {
		return this.policy;
	}

	@Override
	public int activeThreads() {
		return this.active.get();
	}

	@Override
	public int maxThreads() {
		return this.threads;
	}

	@Override
	public int queuedRequests() {
		return Math.max(0, this.inPool.get() - this.active.get());
	}

	@Override
	public int queueCapacity() {
		return this.queueCapacity;
	}

	@Override
	public void serverActivate(ServerContext server) {
		// The queue has no bound of its own: what is given to the pool is counted.
		this.executor = NamedPool.of("socketserver-" + server.name() + "-pool", this.threads);
		this.limit.activate(server);
	}

	@Override
	public void processRequest(Request request, RequestCycle next) {
		boolean full = this.inPool.get() >= this.threads + this.queueCapacity;
		if (full && this.policy == OverflowPolicy.REFUSE) {
			throw new RequestRefusedException(CloseReason.OVERLOADED,
					"All " + this.threads + " threads are busy and " + this.queueCapacity + " requests wait for one");
		}
		if (full && this.policy == OverflowPolicy.CALLER_RUNS) {
			next.processRequest(request);
			return;
		}
		submit(request, next);
	}

	private void submit(Request request, RequestCycle next) {
		ThreadPoolExecutor pool = this.executor;
		if (pool == null) {
			throw new IllegalStateException("The pool is closed");
		}
		this.inPool.incrementAndGet();
		if (this.policy == OverflowPolicy.WAIT) {
			this.limit.enter(request);
		}
		boolean submitted = false;
		try {
			pool.execute(() -> run(request, next));
			submitted = true;
		}
		finally {
			if (!submitted) {
				left(request);
			}
		}
	}

	private void run(Request request, RequestCycle next) {
		this.active.incrementAndGet();
		try {
			next.processRequest(request);
		}
		finally {
			this.active.decrementAndGet();
			left(request);
		}
	}

	private void left(Request request) {
		this.inPool.decrementAndGet();
		this.limit.leave(request);
	}

	/**
	 * Lets threads end. None is interrupted: that would close a connection it serves.
	 */
	@Override
	public void serverClose() {
		ThreadPoolExecutor pool = this.executor;
		this.executor = null;
		if (pool != null) {
			pool.shutdown();
		}
	}

}
