package io.socketserver.message;

import java.nio.ByteBuffer;
import java.nio.charset.Charset;

/**
 * Payloads as text.
 *
 * @param charset the character set
 */
record StringCodec(Charset charset) implements Codec<String, String> {

	private static final int SCRATCH = 8192;

	// String has no constructor for direct memory. Only the threads of loops decode such,
	// and they are few and live long.
	private static final ThreadLocal<byte[]> scratch = ThreadLocal.withInitial(() -> new byte[SCRATCH]);

	@Override
	public String decode(ByteBuffer payload) {
		int length = payload.remaining();
		byte[] bytes = (length <= SCRATCH && payload.isDirect()) ? scratch.get() : new byte[length];
		payload.get(bytes, 0, length);
		return new String(bytes, 0, length, this.charset);
	}

	@Override
	public ByteBuffer encode(String message) {
		return ByteBuffer.wrap(message.getBytes(this.charset));
	}

}
