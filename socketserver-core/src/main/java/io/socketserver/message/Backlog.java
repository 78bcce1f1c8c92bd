package io.socketserver.message;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;

import org.jspecify.annotations.Nullable;

import io.socketserver.request.StreamRequest;

/**
 * What waits until the peer takes more. There is one only meanwhile: most connections
 * have nothing that waits. Guarded by the monitor of its {@link Outbound}, but for what
 * is volatile.
 */
final class Backlog {

	// Frames up to this size are copied into chunks: cheaper than an object each.
	private static final int SMALL = 2048;

	private static final int CHUNK = 8192;

	// Buffers to be read from; the last one may be a chunk that is being filled.
	private final ArrayDeque<ByteBuffer> queue = new ArrayDeque<>(4);

	private @Nullable ByteBuffer chunk;

	private int size;

	private volatile boolean congested;

	private volatile long stalledSince;

	Backlog(long now) {
		this.stalledSince = now | 1;
	}

	/**
	 * How many bytes wait: none where the wire itself holds all of them back.
	 */
	int size() {
		return this.size;
	}

	boolean isCongested() {
		return this.congested;
	}

	long stalledSince() {
		return this.stalledSince;
	}

	void moved(long now) {
		this.stalledSince = now | 1;
	}

	/**
	 * Adds bytes.
	 * @param from the bytes
	 * @param kept whether the buffer is nobody else's from now on
	 */
	void add(ByteBuffer from, boolean kept, WriteLimits limits) {
		this.size += from.remaining();
		this.congested = this.size > limits.highMark();
		if (kept && from.remaining() > SMALL) {
			this.queue.add(from);
			this.chunk = null;
			return;
		}
		ByteBuffer last = this.chunk;
		if (last == null || last.capacity() - last.limit() < from.remaining()) {
			last = ByteBuffer.allocate(Math.max(CHUNK, from.remaining())).limit(0);
			this.queue.add(last);
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
	 * Writes.
	 * @return true if nothing waits here any more
	 */
	boolean writeTo(StreamRequest request, WriteLimits limits, long now) throws IOException {
		for (ByteBuffer next; (next = this.queue.peek()) != null; this.queue.remove()) {
			int count = request.wire().write(next);
			if (count > 0) {
				request.sent(count, now);
				this.size -= count;
				moved(now);
			}
			if (next.hasRemaining()) {
				this.congested = this.size > (this.congested ? limits.lowMark() : limits.highMark());
				return false;
			}
		}
		return true;
	}

}
