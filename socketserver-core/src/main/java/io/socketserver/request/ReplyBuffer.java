package io.socketserver.request;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;

/**
 * What a datagram is answered with: collected here, and sent as one datagram when the
 * handler has returned. Python's {@code wfile} of a datagram.
 */
public final class ReplyBuffer extends ByteArrayOutputStream {

	private final Charset charset;

	ReplyBuffer(Charset charset) {
		this.charset = charset;
	}

	/**
	 * Appends text.
	 * @param text the text
	 */
	public void print(CharSequence text) {
		writeBytes(text.toString().getBytes(this.charset));
	}

	/**
	 * Appends a line, which ends with LF on every platform.
	 * @param line the line
	 */
	public void println(CharSequence line) {
		print(line + "\n");
	}

	/**
	 * What was written so far, not copied.
	 */
	synchronized ByteBuffer toBuffer() {
		return ByteBuffer.wrap(this.buf, 0, this.count);
	}

}
