package io.socketserver.fork;

import org.jspecify.annotations.Nullable;

import io.socketserver.request.BaseRequest;
import io.socketserver.request.CloseReason;
import io.socketserver.request.DatagramOptions;
import io.socketserver.request.DatagramRequest;

/**
 * A datagram in a worker.
 */
final class WorkerDatagram extends WorkerRequest {

	private final DatagramRequest datagram;

	WorkerDatagram(StartFrame start, PacketFrame packet, PacketSender sender, WorkerServer server) {
		super(server);
		// The server's own process bounds the replies.
		DatagramOptions options = new DatagramOptions(start.options().charset(), 0);
		this.datagram = new DatagramRequest(server, packet.bytes(), packet.truncated(), sender, options,
				start.origin());
		this.datagram.started();
	}

	@Override
	BaseRequest request() {
		return this.datagram;
	}

	@Override
	ResultFrame result(@Nullable Throwable error) {
		return new ResultFrame(number(), 1, false, null, error);
	}

	/**
	 * A datagram is never idle.
	 */
	@Override
	void drain() {
	}

	/**
	 * Interrupts the handler.
	 */
	@Override
	void abort(CloseReason reason) {
		this.datagram.close(reason);
	}

	@Override
	void cutOff() {
		this.datagram.close(CloseReason.CUT_OFF);
	}

}
