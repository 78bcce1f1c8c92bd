package io.socketserver.fork;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;

import io.socketserver.request.CloseReason;
import io.socketserver.request.DatagramDriver;
import io.socketserver.request.DatagramRequest;

/**
 * Carries one datagram to a worker process, and what its handler sends back. Runs in the
 * pool's loop thread, but for the methods of {@link DatagramDriver}.
 */
final class PacketRelay extends BaseRelay implements DatagramDriver {

	private final DatagramRequest request;

	PacketRelay(DatagramRequest request, Workers workers) {
		super(request, workers);
		this.request = request;
	}

	@Override
	public void closing() {
		this.workers.execute(this::closeNow);
	}

	private void closeNow() {
		if (!this.ended) {
			CloseReason reason = this.request.closeReason().orElse(CloseReason.CLOSED_BY_SERVER);
			abort(reason, (reason == CloseReason.CUT_OFF) ? CUT_OFF_GRACE : this.workers.options().stopTimeout());
		}
	}

	/**
	 * A datagram is never idle.
	 */
	@Override
	public void drain() {
	}

	@Override
	public void begin(WorkerProcess taker, Link data) {
		attach(taker, data, StartFrame.of(this.request));
		data.send(FrameType.PACKET, new PacketFrame(this.request.isTruncated(), this.request.packet()).encode());
		Duration timeout = this.workers.options().requestTimeout();
		if (!timeout.isZero()) {
			this.timer = this.workers.schedule(timeout, () -> this.workers.kill(taker, WorkerEnd.REQUEST_TIMEOUT));
		}
	}

	@Override
	public void frame(FrameType type, ByteBuffer payload) throws IOException {
		switch (type) {
			case SEND -> send(SendFrame.decode(payload));
			case RESULT -> finished(ResultFrame.decode(payload));
			default -> throw new ProtocolException("A worker said " + type + " of a datagram");
		}
	}

	/**
	 * The handler waits for the answer, as it would for the kernel's.
	 */
	private void send(SendFrame frame) {
		Link current = this.link;
		if (current != null) {
			current.send(FrameType.SENT, trySend(frame).encode());
		}
	}

	private SentFrame trySend(SendFrame frame) {
		try {
			boolean sent = frame.to().equals(this.request.clientAddress()) ? this.request.reply(frame.bytes())
					: this.request.send(frame.bytes(), frame.to());
			return SentFrame.of(sent);
		}
		catch (IOException | RuntimeException ex) {
			return SentFrame.failed(ex);
		}
	}

	@Override
	public void finished(ResultFrame frame) {
		endAs(frame);
	}

}
