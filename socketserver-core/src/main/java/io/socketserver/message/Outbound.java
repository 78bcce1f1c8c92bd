package io.socketserver.message;

import java.io.IOException;
import java.nio.ByteBuffer;

import org.jspecify.annotations.Nullable;

import io.socketserver.request.StreamRequest;
import io.socketserver.request.Wire;

/**
 * What waits for a peer that does not read as fast as it is written to. Bounded. Any
 * thread writes, and none waits: what the kernel does not take at once is queued, and the
 * loop flushes it. Guarded by its monitor, which is held for a write that does not block.
 */
final class Outbound {

	private final BaseMessageConnection<?, ?> connection;

	private volatile @Nullable Backlog backlog;

	private boolean closed;

	private boolean held;

	Outbound(BaseMessageConnection<?, ?> connection) {
		this.connection = connection;
	}

	/**
	 * What became of a write.
	 */
	enum Outcome {

		/**
		 * The kernel has it.
		 */
		WRITTEN,

		/**
		 * It waits, behind others.
		 */
		QUEUED,

		/**
		 * It waits, and is the first: somebody has to see to it that it is flushed.
		 */
		BEGUN,

		/**
		 * It is too much.
		 */
		OVERFLOW,

		/**
		 * Nothing can be written any more, or just now.
		 */
		CLOSED

	}

	/**
	 * Writes.
	 * @param from the bytes
	 * @param kept whether the buffer is nobody else's from now on
	 * @param own whether it is the handler that sends
	 */
	synchronized Outcome write(ByteBuffer from, boolean kept, boolean own, long now) throws IOException {
		if (this.closed || (this.held && !own)) {
			return Outcome.CLOSED;
		}
		Backlog waiting = this.backlog;
		int before = (waiting != null) ? waiting.size() : 0;
		if (before == 0) {
			StreamRequest request = this.connection.request;
			Wire wire = request.wire();
			int count = wire.write(from);
			if (count > 0) {
				request.sent(count, now);
			}
			if (!from.hasRemaining()) {
				return wire.flush() ? Outcome.WRITTEN : begin(from, kept);
			}
		}
		if (from.remaining() > limits().cap() - before) {
			return Outcome.OVERFLOW;
		}
		if (waiting == null || before == 0) {
			return begin(from, kept);
		}
		waiting.add(from, kept, limits());
		return Outcome.QUEUED;
	}

	/**
	 * From here on something waits, if only in the wire, which has taken all and made
	 * more of it.
	 */
	private Outcome begin(ByteBuffer rest, boolean kept) {
		// The loop's time may be old, after a handler that took long.
		Backlog waiting = new Backlog(System.nanoTime());
		if (rest.hasRemaining()) {
			waiting.add(rest, kept, limits());
		}
		this.backlog = waiting;
		return Outcome.BEGUN;
	}

	private WriteLimits limits() {
		return this.connection.service().writeLimits();
	}

	/**
	 * Writes what waits. Runs in the loop thread.
	 */
	synchronized void flush(long now) throws IOException {
		StreamRequest request = this.connection.request;
		Backlog waiting = this.backlog;
		if (waiting == null) {
			return;
		}
		if (!request.wire().flush()) {
			// The channel was writable, so some of what the wire holds back went out.
			waiting.moved(now);
			return;
		}
		if (waiting.writeTo(request, limits(), now)) {
			this.backlog = request.wire().flush() ? null : new Backlog(now);
		}
	}

	/**
	 * Takes nothing but from the handler.
	 * @param value whether from now on, or no more
	 */
	synchronized void hold(boolean value) {
		this.held = value;
	}

	/**
	 * Takes no more, and forgets what waits.
	 */
	synchronized void close() {
		this.closed = true;
		this.backlog = null;
	}

	/**
	 * Whether more waits than the high mark, or, once that was reached, than the low one.
	 */
	boolean isCongested() {
		Backlog waiting = this.backlog;
		return waiting != null && waiting.isCongested();
	}

	/**
	 * Whether nothing waits.
	 */
	boolean isEmpty() {
		return this.backlog == null;
	}

	/**
	 * Since when the peer has taken nothing, in nanoTime.
	 * @return 0 while nothing waits
	 */
	long stalledSince() {
		Backlog waiting = this.backlog;
		return (waiting != null) ? waiting.stalledSince() : 0;
	}

}
