package io.socketserver.fork;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;

/**
 * Reads frames from a channel, blocking or not. After {@link #next} answered true, the
 * payload lies between position and limit of {@link #payload}; what the reader leaves of
 * it is there again at the next call, which so answers true for the same frame. Used by
 * one thread at a time.
 */
final class FrameInput {

	private final ReadableByteChannel channel;

	// In draining mode: unread bytes lie between position and end.
	private final ByteBuffer buffer;

	private int end;

	private int payloadEnd = -1;

	private FrameType type = FrameType.HELLO;

	/**
	 * For a worker. In the heap: direct memory would pile up there, since each request
	 * has its own, which no thread that a handler left behind may share with the next.
	 */
	FrameInput(ReadableByteChannel channel) {
		this(channel, ByteBuffer.allocate(FrameType.HEADER + FrameType.MAX_PAYLOAD));
	}

	/**
	 * The same with a buffer that is this one's alone until it ends.
	 */
	FrameInput(ReadableByteChannel channel, ByteBuffer buffer) {
		this.channel = channel;
		this.buffer = buffer;
		this.buffer.limit(0);
	}

	/**
	 * Reads once.
	 * @return as {@link ReadableByteChannel#read}
	 */
	int fill() throws IOException {
		assert this.payloadEnd < 0 : "a frame is being read";
		if (this.buffer.position() == this.end) {
			this.buffer.clear();
		}
		else {
			this.buffer.limit(this.end).compact();
		}
		int count = this.channel.read(this.buffer);
		this.end = this.buffer.position();
		this.buffer.flip();
		return count;
	}

	/**
	 * Whether a whole frame is here.
	 */
	boolean next() throws ProtocolException {
		if (this.payloadEnd >= 0 && this.buffer.position() < this.payloadEnd) {
			this.buffer.limit(this.payloadEnd);
			return true;
		}
		this.payloadEnd = -1;
		this.buffer.limit(this.end);
		int start = this.buffer.position();
		if (this.end - start < FrameType.HEADER) {
			return false;
		}
		int length = this.buffer.getInt(start + 1);
		if (length < 0 || length > FrameType.MAX_PAYLOAD) {
			throw new ProtocolException("A frame of " + length + " bytes");
		}
		if (this.end - start - FrameType.HEADER < length) {
			return false;
		}
		this.type = FrameType.of(this.buffer.get(start));
		this.buffer.position(start + FrameType.HEADER);
		this.payloadEnd = start + FrameType.HEADER + length;
		this.buffer.limit(this.payloadEnd);
		return true;
	}

	FrameType type() {
		return this.type;
	}

	ByteBuffer payload() {
		return this.buffer;
	}

	/**
	 * Waits for a frame on a blocking channel, and skips what was left of the one before.
	 * @return false at the end of the stream
	 */
	boolean await() throws IOException {
		skip();
		while (!next()) {
			if (fill() < 0) {
				return false;
			}
		}
		return true;
	}

	void skip() {
		if (this.payloadEnd >= 0) {
			this.buffer.position(this.payloadEnd);
		}
	}

}
