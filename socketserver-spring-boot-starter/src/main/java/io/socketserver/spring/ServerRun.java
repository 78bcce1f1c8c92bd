package io.socketserver.spring;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.context.ApplicationEventPublisher;

import io.socketserver.BaseServer;
import io.socketserver.ServerState;
import io.socketserver.mixin.ForkingMixIn;
import io.socketserver.mixin.MultiplexingMixIn;
import io.socketserver.mixin.PoolingMixIn;
import io.socketserver.mixin.ThreadingMixIn;
import io.socketserver.request.Addresses;
import io.socketserver.request.DrainReport;
import io.socketserver.request.MixIn;

/**
 * Starts and stops one server, and tells of it exactly once each time. All methods may be
 * called from any thread; nobody is told of anything under the lock.
 */
final class ServerRun {

	private static final Log logger = LogFactory.getLog(SocketServers.class);

	private final BaseServer server;

	private final ApplicationEventPublisher publisher;

	// Of the application: whoever starts the server may have another.
	private final @Nullable ClassLoader contextClassLoader = Thread.currentThread().getContextClassLoader();

	private final ReentrantLock lock = new ReentrantLock();

	// Whether the application was told of a start, and not yet of the stop after it.
	private final AtomicBoolean announced = new AtomicBoolean();

	// Written under lock.
	private volatile @Nullable CompletableFuture<DrainReport> stopping;

	ServerRun(BaseServer server, ApplicationEventPublisher publisher) {
		this.server = server;
		this.publisher = publisher;
	}

	BaseServer server() {
		return this.server;
	}

	boolean isServing() {
		return this.server.state() == ServerState.SERVING;
	}

	void bind() {
		CompletableFuture<DrainReport> current = this.stopping;
		if (current != null) {
			current.join();
		}
		if (this.server.state() == ServerState.DRAINING) {
			// Somebody has ended it without asking us.
			this.server.close();
		}
		this.server.bind();
	}

	void serve() {
		boolean first;
		this.lock.lock();
		try {
			startInContext();
			first = this.announced.compareAndSet(false, true);
		}
		finally {
			this.lock.unlock();
		}
		if (first) {
			logger.info("Socket server '" + this.server.name() + "' started on "
					+ Addresses.text(this.server.serverAddress()) + " (" + this.server.transport() + ", " + strategy()
					+ ")");
			this.publisher.publishEvent(new SocketServerStartedEvent(this.server));
		}
	}

	/**
	 * The server's threads inherit the class loader of the one that starts them.
	 */
	private void startInContext() {
		Thread thread = Thread.currentThread();
		ClassLoader before = thread.getContextClassLoader();
		thread.setContextClassLoader(this.contextClassLoader);
		try {
			this.server.start();
		}
		finally {
			thread.setContextClassLoader(before);
		}
	}

	// What the ignored future could tell, the result tells.
	@SuppressWarnings("FutureReturnValueIgnored")
	CompletableFuture<DrainReport> stop(Duration grace) {
		CompletableFuture<DrainReport> end;
		CompletableFuture<DrainReport> result = new CompletableFuture<>();
		this.lock.lock();
		try {
			boolean serving = isServing();
			end = this.server.closeAsync(grace);
			CompletableFuture<DrainReport> current = this.stopping;
			if (current != null) {
				return current.copy();
			}
			if (serving) {
				logDrain(grace);
			}
			this.stopping = result;
		}
		finally {
			this.lock.unlock();
		}
		end.whenComplete((report, error) -> stopped(result, report, error));
		return result.copy();
	}

	private void logDrain(Duration grace) {
		int open = this.server.connections().count();
		if (open > 0 && !grace.isZero()) {
			logger.info("Draining socket server '" + this.server.name() + "': it has " + open
					+ " connections, and requests under way have " + grace.toMillis() + " ms");
		}
	}

	private void stopped(CompletableFuture<DrainReport> result, @Nullable DrainReport report,
			@Nullable Throwable error) {
		// Before anybody is told: a listener may start the server again.
		this.stopping = null;
		try {
			if (this.announced.compareAndSet(true, false)) {
				logger.info("Socket server '" + this.server.name() + "' stopped"
						+ ((report != null) ? (": " + report) : ""));
				this.publisher.publishEvent(new SocketServerStoppedEvent(this.server));
			}
		}
		catch (RuntimeException ex) {
			logger.warn("A listener failed to hear that socket server '" + this.server.name() + "' has stopped", ex);
		}
		finally {
			if (report != null) {
				result.complete(report);
			}
			else {
				result.completeExceptionally((error != null) ? error : new IllegalStateException("no report"));
			}
		}
	}

	private String strategy() {
		for (MixIn mixIn : this.server.mixIns()) {
			if (mixIn instanceof ThreadingMixIn threading) {
				return threading.isVirtual() ? "virtual threads" : "platform threads";
			}
			if (mixIn instanceof ForkingMixIn fork) {
				return "up to " + fork.options().maxChildren() + " worker processes";
			}
			if (mixIn instanceof PoolingMixIn pool) {
				return "pool of " + pool.maxThreads() + " threads";
			}
			if (mixIn instanceof MultiplexingMixIn multiplexing) {
				return "multiplexed, loops: " + multiplexing.loops() + ", handlers " + multiplexing.execution();
			}
		}
		return "synchronous";
	}

}
