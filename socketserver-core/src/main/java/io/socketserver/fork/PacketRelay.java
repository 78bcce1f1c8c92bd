package io.socketserver.fork;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

import org.jspecify.annotations.Nullable;

import io.socketserver.loop.LoopTimer;
import io.socketserver.request.CloseReason;
import io.socketserver.request.DatagramDriver;
import io.socketserver.request.DatagramRequest;
import io.socketserver.request.StopServing;

/**
 * Carries one datagram to a worker process, and what its handler sends back. Runs in the
 * pool's loop thread, but for the methods of {@link DatagramDriver}.
 */
final class PacketRelay implements Assignment, DatagramDriver, Link.Listener {

	private final DatagramRequest request;

	private final WorkerPool pool;

	private @Nullable WorkerProcess worker;

	private @Nullable Link link;

	private @Nullable LoopTimer timer;

	private boolean ended;

	PacketRelay(DatagramRequest request, WorkerPool pool) {
		this.request = request;
		this.pool = pool;
	}

	@Override
	public long number() {
		return this.request.number();
	}

	@Override
	public boolean isEnded() {
		return this.ended;
	}

	/**
	 * The loop's thread runs hooks of requests that end: it must not wait for others.
	 */
	@Override
	public boolean isHandledBy(Thread thread) {
		return this.pool.isLoopThread(thread);
	}

	@Override
	public void closing() {
		this.pool.execute(this::closeNow);
	}

	private void closeNow() {
		WorkerProcess current = this.worker;
		if (this.ended) {
			return;
		}
		if (current == null) {
			this.pool.forget(this);
			end(null);
			return;
		}
		CloseReason reason = this.request.closeReason().orElse(CloseReason.CLOSED_BY_SERVER);
		byte[] name = reason.name().getBytes(StandardCharsets.US_ASCII);
		current.tell(FrameType.ABORT,
				ByteBuffer.allocate(Long.BYTES + name.length).putLong(number()).put(name).array());
		Duration grace = (reason == CloseReason.CUT_OFF) ? Relay.CUT_OFF_GRACE : this.pool.options().stopTimeout();
		this.pool.schedule(grace, () -> {
			if (!this.ended) {
				this.pool.kill(current, WorkerEnd.CONNECTION_CLOSED);
			}
		});
	}

	/**
	 * A datagram is never idle.
	 */
	@Override
	public void drain() {
	}

	@Override
	public void begin(WorkerProcess taker, Link data) {
		this.worker = taker;
		this.link = data;
		data.listener(this);
		data.send(FrameType.START, StartFrame.of(this.request).encode());
		data.send(FrameType.PACKET, new PacketFrame(this.request.isTruncated(), this.request.packet()).encode());
		Duration timeout = this.pool.options().requestTimeout();
		if (!timeout.isZero()) {
			this.timer = this.pool.schedule(timeout, () -> this.pool.kill(taker, WorkerEnd.REQUEST_TIMEOUT));
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
		Throwable error = frame.error(this.request.id());
		if (error instanceof StopServing) {
			// Only asks, in this thread.
			this.request.server().shutdown();
			error = null;
		}
		end(error);
	}

	@Override
	public void ended() {
		WorkerProcess current = this.worker;
		if (!this.ended && current != null) {
			this.pool.orphaned(current, this);
		}
	}

	@Override
	public void failed(Throwable error) {
		WorkerProcess current = this.worker;
		if (!this.ended && current != null) {
			this.pool.misunderstood(current, this, error);
		}
	}

	@Override
	public void workerEnded(WorkerExit exit) {
		if (!this.ended) {
			this.request.endsFor(exit.reason());
			end(exit.during(this.request.id()));
		}
	}

	@Override
	public void refused(String why) {
		if (!this.ended) {
			this.request.endsFor(CloseReason.OVERLOADED);
			end(new IOException(why));
		}
	}

	private void end(@Nullable Throwable error) {
		if (this.ended) {
			return;
		}
		this.ended = true;
		if (this.timer != null) {
			this.timer.cancel();
		}
		if (this.link != null) {
			this.link.close();
		}
		this.request.server().requestEnded(this.request, error);
	}

}
