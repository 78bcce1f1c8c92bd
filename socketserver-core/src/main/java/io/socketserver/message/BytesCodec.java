package io.socketserver.message;

import java.nio.ByteBuffer;

/**
 * Payloads as arrays.
 */
record BytesCodec() implements Codec<byte[], byte[]> {

	@Override
	public byte[] decode(ByteBuffer payload) {
		byte[] bytes = new byte[payload.remaining()];
		payload.get(bytes);
		return bytes;
	}

	@Override
	public ByteBuffer encode(byte[] message) {
		return ByteBuffer.wrap(message);
	}

}
