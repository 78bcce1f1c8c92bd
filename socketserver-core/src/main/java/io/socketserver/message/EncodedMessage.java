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
	 * The bytes of the frame, in a view of their own.
	 */
	ByteBuffer frame() {
		return this.frame.duplicate();
	}

}
