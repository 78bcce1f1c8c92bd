package io.socketserver.fork;

import java.net.SocketAddress;
import java.time.Duration;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import io.socketserver.loop.SelectorLoop;
import io.socketserver.request.AcceptGate;
import io.socketserver.request.Connections;
import io.socketserver.request.DrainReport;
import io.socketserver.request.Request;
import io.socketserver.request.RequestHandlerFactory;
import io.socketserver.request.ServerContext;
import io.socketserver.request.ServerStatistics;

/**
 * What stands for the server in a worker, for one request: its counters know of that
 * request only. The timeouts are the server's own business.
 */
final class WorkerServer implements ServerContext {

	private final StartFrame start;

	private final WorkerConnection connection;

	private final RequestHandlerFactory handlers;

	private final ServerStatistics statistics = new ServerStatistics();

	private final Connections connections;

	private volatile boolean draining;

	WorkerServer(StartFrame start, WorkerConnection connection, RequestHandlerFactory handlers) {
		this.start = start;
		this.connection = connection;
		this.handlers = handlers;
		this.connections = new Connections(start.serverName(), this.statistics, Duration.ZERO, Duration.ZERO);
		if (start.draining()) {
			beginDrain();
		}
	}

	/**
	 * From here on the connection ends when it is idle. May be called from any thread.
	 */
	void beginDrain() {
		this.connections.beginDrain();
		this.draining = true;
		this.connections.beginIdleDrain();
	}

	@Override
	public String name() {
		return this.start.serverName();
	}

	@Override
	public SocketAddress serverAddress() {
		return this.start.serverAddress();
	}

	@Override
	public boolean isDraining() {
		return this.draining;
	}

	@Override
	public AcceptGate acceptGate() {
		return NoGate.INSTANCE;
	}

	@Override
	public Connections connections() {
		return this.connections;
	}

	@Override
	public ServerStatistics statistics() {
		return this.statistics;
	}

	/**
	 * Asks the server's own process.
	 */
	@Override
	public DrainReport shutdown() {
		this.connection.send(FrameType.SHUTDOWN, new byte[0]);
		this.connections.beginDrain();
		return this.connections.drainReport(Duration.ZERO);
	}

	@Override
	public SelectorLoop loop() {
		throw new UnsupportedOperationException("The loop of the server is in another process than its handlers");
	}

	@Override
	public RequestHandlerFactory handlers() {
		return this.handlers;
	}

	@Override
	public void requestEnded(Request request, @Nullable Throwable error) {
		throw new UnsupportedOperationException("A handler in a worker process ends by returning");
	}

	/**
	 * The server's own process accepts.
	 */
	private static final class NoGate implements AcceptGate {

		static final NoGate INSTANCE = new NoGate();

		@Override
		public void hold(Object holder) {
			throw unsupported();
		}

		@Override
		public void release(Object holder) {
			throw unsupported();
		}

		@Override
		public void releaseAfter(Object holder, Duration delay) {
			throw unsupported();
		}

		@Override
		public boolean isOpen() {
			return true;
		}

		@Override
		public Set<Object> holders() {
			return Set.of();
		}

		private static UnsupportedOperationException unsupported() {
			return new UnsupportedOperationException(
					"A handler in a worker process cannot keep the server from accepting: a mix-in can");
		}

	}

}
