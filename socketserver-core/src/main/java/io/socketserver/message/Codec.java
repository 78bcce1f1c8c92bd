package io.socketserver.message;

import java.nio.ByteBuffer;
import java.nio.charset.Charset;

/**
 * What a frame's payload means: turns it into a message, and back. May be called from
 * many threads at once.
 *
 * @param <I> what comes in
 * @param <O> what goes out
 */
public interface Codec<I, O> {

	/**
	 * Makes a message of a payload.
	 * @param payload the bytes from position to limit, which are read-only and valid only
	 * during the call
	 * @return the message
	 * @throws Exception if they are none: the connection ends
	 */
	I decode(ByteBuffer payload) throws Exception;

	/**
	 * Makes a payload of a message.
	 * @param message the message
	 * @return the bytes, from position to limit
	 * @throws Exception if it has none
	 */
	ByteBuffer encode(O message) throws Exception;

	/**
	 * Whether {@link #decode} answers a message that refers to the memory of its payload,
	 * instead of a copy. The server then copies the payload where the handler does not
	 * run at once.
	 * @return false by default
	 */
	default boolean sharesPayload() {
		return false;
	}

	/**
	 * Text. Bytes that are none become the replacement character.
	 * @param charset the character set
	 * @return the codec
	 */
	static Codec<String, String> string(Charset charset) {
		return new StringCodec(charset);
	}

	/**
	 * Arrays of bytes, each its own copy.
	 * @return the codec
	 */
	static Codec<byte[], byte[]> bytes() {
		return new BytesCodec();
	}

	/**
	 * Read-only buffers, which are valid only during the call of the handler: nothing is
	 * copied or allocated on a loop. What is sent may be any buffer, from its position to
	 * its limit, which both stay as they are.
	 * @return the codec
	 */
	static Codec<ByteBuffer, ByteBuffer> buffer() {
		return new BufferCodec();
	}

}
