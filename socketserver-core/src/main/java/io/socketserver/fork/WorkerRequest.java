package io.socketserver.fork;

import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

import org.jspecify.annotations.Nullable;

import io.socketserver.request.CloseReason;
import io.socketserver.request.Connection;
import io.socketserver.request.RequestHandler;
import io.socketserver.request.RequestHandlerFactory;
import io.socketserver.request.RequestOrigin;
import io.socketserver.request.RequestOutcome;
import io.socketserver.request.ServerListener;
import io.socketserver.request.StreamRequest;

/**
 * A request in a worker. {@link #handle()} runs in the handler's thread, the rest in any.
 */
final class WorkerRequest implements ServerListener {

	private final WorkerServer server;

	private final RelayWire wire;

	private final StreamRequest stream;

	WorkerRequest(StartFrame start, SocketChannel channel, RelayWire wire, WorkerServer server) {
		this.server = server;
		this.wire = wire;
		this.stream = new StreamRequest(server, channel, wire, start.options(),
				new RequestOrigin(start.number(), start.clientAddress(), start.localAddress(), start.acceptedAt()));
		wire.request(this);
		server.connections().addListener(this);
		this.stream.opened();
		this.stream.started();
	}

	long number() {
		return this.stream.number();
	}

	StreamRequest stream() {
		return this.stream;
	}

	/**
	 * Python's {@code finish_request}: makes a handler and runs it.
	 */
	ResultFrame handle() {
		Throwable error = null;
		try {
			finishRequest(this.server.handlers());
		}
		catch (Throwable ex) {
			error = ex;
		}
		this.stream.handled(error);
		CloseReason reason = this.stream.closeReason().orElse(null);
		long requests = this.stream.requests();
		this.stream.closed();
		return new ResultFrame(number(), requests, this.stream.isForced(), reason, error);
	}

	private void finishRequest(RequestHandlerFactory handlers) throws Exception {
		RequestHandler handler = handlers.newHandler();
		try {
			handler.setup(this.stream);
			this.stream.handledBy(handler);
			handle(handler);
		}
		finally {
			handlers.release(handler);
		}
	}

	private static void handle(RequestHandler handler) throws Exception {
		Throwable failure = null;
		try {
			handler.handle();
		}
		catch (Throwable ex) {
			failure = ex;
			throw ex;
		}
		finally {
			finish(handler, failure);
		}
	}

	private static void finish(RequestHandler handler, @Nullable Throwable failure) throws Exception {
		try {
			handler.finish();
		}
		catch (Throwable ex) {
			if (failure == null) {
				throw ex;
			}
			if (!failure.equals(ex)) {
				failure.addSuppressed(ex);
			}
		}
	}

	/**
	 * Ends the connection when it is idle.
	 */
	void drain() {
		this.server.beginDrain();
		this.server.connections().drainIdle();
	}

	boolean isDrained() {
		return this.stream.closeReason().filter(CloseReason.DRAINED::equals).isPresent();
	}

	boolean wasBusyInDrain() {
		return this.server.connections().drainReport(Duration.ZERO).finished() > 0;
	}

	/**
	 * The connection is gone, or was closed by force.
	 */
	void abort(CloseReason reason) {
		if (reason == CloseReason.PEER_RESET) {
			this.wire.reset();
		}
		else if (reason != CloseReason.CUT_OFF) {
			this.stream.close(reason);
			this.wire.reset();
		}
	}

	/**
	 * The deadline of a drain: interrupts the handler.
	 */
	void cutOff() {
		this.server.connections().cutOff();
	}

	@Override
	public void requestFinished(Connection connection, Duration duration, RequestOutcome outcome) {
		byte[] name = outcome.name().getBytes(StandardCharsets.US_ASCII);
		byte[] payload = ByteBuffer.allocate(Long.BYTES + name.length).putLong(duration.toNanos()).put(name).array();
		this.wire.sendQuietly(FrameType.FINISHED, payload);
	}

}
