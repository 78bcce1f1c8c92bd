package io.socketserver.message;

import java.nio.ByteBuffer;

/**
 * A message that was encoded and framed once, to be sent to many connections. Immutable.
 */
public final class EncodedMessage {

	private final ByteBuffer frame;

	EncodedMessage(ByteBuffer frame) {
		this.frame = frame;
	}

	/**
	 * The size of the frame.
	 * @return bytes
	 */
	public int size() {
		return this.frame.remaining();
	}

	/**
	 * Appends the bytes of the frame, without an object.
	 */
	void copyTo(ByteBuffer out) {
		int position = out.position();
		out.put(position, this.frame, this.frame.position(), size());
		out.position(position + size());
	}

	/**
	 * The bytes of the frame, in a view of their own.
	 */
	ByteBuffer frame() {
		return this.frame.duplicate();
	}

}
