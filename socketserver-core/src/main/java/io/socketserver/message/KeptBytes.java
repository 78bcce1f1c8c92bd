package io.socketserver.message;

import java.nio.ByteBuffer;

import org.jspecify.annotations.Nullable;

/**
 * Bytes of one connection that were read and not handled: of a frame that is not
 * complete, or that must not be handled yet. The loop's thread owns it; others may look
 * whether there are some.
 */
final class KeptBytes {

	// From 0 to its position.
	private @Nullable ByteBuffer bytes;

	// When the incomplete frame began, in nanoTime; 0 for none.
	private long since;

	/**
	 * What is kept.
	 * @return the buffer, whose position is the end of the bytes, or null
	 */
	@Nullable ByteBuffer bytes() {
		return this.bytes;
	}

	/**
	 * Keeps what is left of a buffer.
	 * @param own whether the buffer is this connection's, and need not be copied
	 * @param from where the rest begins
	 * @param to where it ends, behind that
	 */
	void keep(ByteBuffer buffer, boolean own, int from, int to) {
		if (from == 0 && own) {
			this.bytes = buffer.limit(buffer.capacity()).position(to);
			return;
		}
		ByteBuffer room = ByteBuffer.allocate(to - from);
		room.put(0, buffer, from, to - from);
		this.bytes = room.position(to - from);
	}

	/**
	 * Forgets the bytes, but not when their frame began: they may come back with more.
	 */
	void forget() {
		this.bytes = null;
	}

	/**
	 * When the frame began that is not complete, in nanoTime.
	 * @return 0 if none has begun
	 */
	long since() {
		return this.since;
	}

	void since(long value) {
		this.since = value;
	}

}
