package io.socketserver.message;

import java.nio.ByteBuffer;

/**
 * Payloads as they are.
 */
record BufferCodec() implements Codec<ByteBuffer, ByteBuffer> {

	@Override
	public ByteBuffer decode(ByteBuffer payload) {
		return payload;
	}

	@Override
	public ByteBuffer encode(ByteBuffer message) {
		return message;
	}

	@Override
	public boolean sharesPayload() {
		return true;
	}

}
