package io.socketserver.mixin;

import java.util.Optional;

import org.jspecify.annotations.Nullable;

import io.socketserver.fork.ForkOptions;
import io.socketserver.fork.WorkerPool;
import io.socketserver.fork.WorkerStatistics;
import io.socketserver.request.MixIn;
import io.socketserver.request.Request;
import io.socketserver.request.RequestCycle;
import io.socketserver.request.ServerContext;

/**
 * Each request in a worker process, one at a time. Python's {@code ForkingMixIn}: a
 * handler that crashes, leaks, runs out of memory or never ends costs its own request,
 * and can be killed.
 *
 * <p>
 * The request cycle is Python's: {@code verifyRequest}, {@code processRequest},
 * {@code handleError} and {@code shutdownRequest} run here, {@code finishRequest} in a
 * worker, so that the {@code finishRequest} of mix-ins laid inside this one is never
 * called, nor are the handlers that the server was made with. What those hooks do that
 * run when a request ends must be quick: they run in the thread that relays all bytes. If
 * all workers are busy and there are {@code maxChildren}, the server stops accepting.
 */
public final class ForkingMixIn implements MixIn {

	private final ForkOptions options;

	private final AcceptLimit limit;

	private final WorkerStatistics statistics = new WorkerStatistics();

	// Made anew each time the server is bound.
	private volatile @Nullable WorkerPool pool;

	/**
	 * Workers with default options.
	 * @param type what they run: a {@link io.socketserver.fork.WorkerApplication}, or a
	 * handler that needs nothing but its constructor without parameters
	 * @throws UnsupportedOperationException where worker processes cannot be had
	 */
	public ForkingMixIn(Class<?> type) {
		this(ForkOptions.of(type));
	}

	/**
	 * Workers.
	 * @param options how many, and what they run
	 * @throws UnsupportedOperationException where worker processes cannot be had
	 */
	public ForkingMixIn(ForkOptions options) {
		WorkerPool.requireSupported();
		this.options = options;
		this.limit = new AcceptLimit("worker processes", options.maxChildren());
	}

	/**
	 * How many workers there are, and what they run.
	 * @return the options
	 */
	public ForkOptions options() {
		return this.options;
	}

	/**
	 * The worker processes.
	 * @return empty while the server is not bound
	 */
	public Optional<WorkerPool> pool() {
		return Optional.ofNullable(this.pool);
	}

	/**
	 * What is counted of the worker processes.
	 * @return the counters
	 */
	public WorkerStatistics statistics() {
		return this.statistics;
	}

	/**
	 * Starts the first workers, and waits for one of them.
	 */
	@Override
	public void serverActivate(ServerContext server) {
		this.limit.activate(server);
		WorkerPool created = new WorkerPool(server, this.options, this.statistics);
		created.start();
		this.pool = created;
	}

	@Override
	public boolean verifyRequest(Request request, RequestCycle next) {
		boolean verified = next.verifyRequest(request);
		if (verified) {
			this.limit.enter(request);
		}
		return verified;
	}

	@Override
	public void processRequest(Request request, RequestCycle next) {
		// No effect if it was counted: an outer mix-in may verify without asking us.
		this.limit.enter(request);
		running().prepare(request);
		next.processRequest(request);
	}

	/**
	 * Gives the request to a worker, and does not wait for it.
	 */
	@Override
	public void finishRequest(Request request, RequestCycle next) {
		running().submit(request);
	}

	private WorkerPool running() {
		WorkerPool current = this.pool;
		if (current == null) {
			throw new IllegalStateException("The worker processes have ended");
		}
		return current;
	}

	@Override
	public void shutdownRequest(Request request, RequestCycle next) {
		try {
			next.shutdownRequest(request);
		}
		finally {
			this.limit.leave(request);
		}
	}

	/**
	 * Ends the worker processes.
	 */
	@Override
	public void serverClose() {
		WorkerPool current = this.pool;
		this.pool = null;
		if (current != null) {
			current.close();
		}
	}

}
