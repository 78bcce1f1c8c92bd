package io.socketserver.message;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;

import org.jspecify.annotations.Nullable;

import io.socketserver.request.StreamRequest;
import io.socketserver.request.Wire;

/**
 * What waits for a peer that does not read as fast as it is written to. Bounded. Any
 * thread writes, and none waits: what the kernel does not take at once is queued, and the
 * loop flushes it. Guarded by its monitor, which is held for a write that does not block.
 */
final class Outbound {

	// Frames up to this size are copied into chunks: cheaper than an object each.
	private static final int SMALL = 2048;

	private static final int CHUNK = 8192;

	private final StreamRequest request;

	private final WriteLimits limits;

	// Buffers to be read from; the last one may be a chunk that is being filled.
	private @Nullable ArrayDeque<ByteBuffer> queue;

	private @Nullable ByteBuffer chunk;

	private int queued;

	private boolean closed;

	private volatile boolean congested;

	// Since when the peer has taken nothing, in nanoTime; 0 while nothing waits.
	private volatile long stalledSince;

	Outbound(StreamRequest request, WriteLimits limits) {
		this.request = request;
		this.limits = limits;
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
		 * Nothing can be written any more.
		 */
		CLOSED

	}

	/**
	 * Writes.
	 * @param from the bytes
	 * @param kept whether the buffer is nobody else's from now on
	 */
	synchronized Outcome write(ByteBuffer from, boolean kept, long now) throws IOException {
		if (this.closed) {
			return Outcome.CLOSED;
		}
		boolean first = this.queued == 0;
		if (first) {
			Wire wire = this.request.wire();
			int count = wire.write(from);
			if (count > 0) {
				this.request.sent(count, now);
			}
			if (!from.hasRemaining()) {
				return wire.flush() ? Outcome.WRITTEN : heldBack();
			}
		}
		int length = from.remaining();
		if (length > this.limits.cap() - this.queued) {
			return Outcome.OVERFLOW;
		}
		enqueue(from, kept);
		this.queued += length;
		this.congested = this.queued > this.limits.highMark();
		if (first) {
			// The loop's time may be old, after a handler that took long.
			this.stalledSince = System.nanoTime() | 1;
			return Outcome.BEGUN;
		}
		return Outcome.QUEUED;
	}

	/**
	 * The wire has taken all, and what it has made of that waits in it.
	 */
	private Outcome heldBack() {
		this.stalledSince = System.nanoTime() | 1;
		return Outcome.BEGUN;
	}

	private void enqueue(ByteBuffer from, boolean kept) {
		ArrayDeque<ByteBuffer> buffers = this.queue;
		if (buffers == null) {
			buffers = new ArrayDeque<>(4);
			this.queue = buffers;
		}
		if (kept && from.remaining() > SMALL) {
			buffers.add(from);
			this.chunk = null;
			return;
		}
		ByteBuffer last = this.chunk;
		if (last == null || last.capacity() - last.limit() < from.remaining()) {
			last = ByteBuffer.allocate(Math.max(CHUNK, from.remaining())).limit(0);
			buffers.add(last);
			this.chunk = last;
		}
		// Written behind the limit, which then moves: the flush reads up to it.
		int end = last.limit();
		int length = from.remaining();
		last.limit(end + length);
		last.put(end, from, from.position(), length);
		from.position(from.limit());
	}

	/**
	 * Writes what waits. Runs in the loop thread.
	 */
	synchronized void flush(long now) throws IOException {
		Wire wire = this.request.wire();
		if (!wire.flush()) {
			// The channel was writable, so some of what the wire holds back went out.
			this.stalledSince = now | 1;
			return;
		}
		ArrayDeque<ByteBuffer> buffers = this.queue;
		for (ByteBuffer next; buffers != null && (next = buffers.peek()) != null; buffers.remove()) {
			int count = wire.write(next);
			if (count > 0) {
				this.request.sent(count, now);
				this.queued -= count;
				this.stalledSince = now | 1;
			}
			if (next.hasRemaining()) {
				this.congested = this.queued > (this.congested ? this.limits.lowMark() : this.limits.highMark());
				return;
			}
		}
		forget();
		if (!wire.flush()) {
			this.stalledSince = now | 1;
		}
	}

	private void forget() {
		this.queue = null;
		this.chunk = null;
		this.queued = 0;
		this.congested = false;
		this.stalledSince = 0;
	}

	/**
	 * Takes no more, and forgets what waits.
	 */
	synchronized void close() {
		this.closed = true;
		forget();
	}

	/**
	 * Whether more waits than the high mark, or, once that was reached, than the low one.
	 */
	boolean isCongested() {
		return this.congested;
	}

	/**
	 * Whether nothing waits.
	 */
	boolean isEmpty() {
		return this.stalledSince == 0;
	}

	/**
	 * Since when the peer has taken nothing, in nanoTime.
	 * @return 0 while nothing waits
	 */
	long stalledSince() {
		return this.stalledSince;
	}

}
