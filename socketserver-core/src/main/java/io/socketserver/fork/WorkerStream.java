package io.socketserver.fork;

import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

import org.jspecify.annotations.Nullable;

import io.socketserver.request.BaseRequest;
import io.socketserver.request.CloseReason;
import io.socketserver.request.Request;
import io.socketserver.request.RequestOutcome;
import io.socketserver.request.ServerListener;
import io.socketserver.request.StreamRequest;

/**
 * A connection in a worker.
 */
final class WorkerStream extends WorkerRequest implements ServerListener {

	private final RelayWire wire;

	private final StreamRequest stream;

	WorkerStream(StartFrame start, SocketChannel channel, RelayWire wire, WorkerServer server) {
		super(server);
		this.wire = wire;
		this.stream = new StreamRequest(server, channel, wire, start.options(), start.origin());
		wire.request(this);
		server.connections().addListener(this);
		this.stream.opened();
		this.stream.started();
	}

	StreamRequest stream() {
		return this.stream;
	}

	@Override
	BaseRequest request() {
		return this.stream;
	}

	@Override
	ResultFrame result(@Nullable Throwable error) {
		CloseReason reason = this.stream.closeReason().orElse(null);
		long requests = this.stream.requests();
		this.stream.closed();
		return new ResultFrame(number(), requests, this.stream.isForced(), reason, error);
	}

	/**
	 * Ends the connection when it is idle.
	 */
	@Override
	void drain() {
		server().beginDrain();
		server().connections().drainIdle();
	}

	boolean isDrained() {
		return this.stream.closeReason().filter(CloseReason.DRAINED::equals).isPresent();
	}

	boolean wasBusyInDrain() {
		return server().connections().drainReport(Duration.ZERO).finished() > 0;
	}

	@Override
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
	 * Interrupts the handler.
	 */
	@Override
	void cutOff() {
		server().connections().cutOff();
	}

	@Override
	public void requestFinished(Request finished, Duration duration, RequestOutcome outcome) {
		byte[] name = outcome.name().getBytes(StandardCharsets.US_ASCII);
		byte[] payload = ByteBuffer.allocate(Long.BYTES + name.length).putLong(duration.toNanos()).put(name).array();
		this.wire.sendLater(FrameType.FINISHED, payload);
	}

}
