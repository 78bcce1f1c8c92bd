package io.socketserver.request;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * How handlers read and write a stream.
 *
 * @param charset the character set of lines
 * @param maxLineLength the longest line in bytes, without its end
 * @param bufferSize the size in bytes of the input buffer and of the output buffer
 * @param readTimeout the longest wait in a single read, as Python's {@code timeout}; zero
 * for none
 */
public record StreamOptions(Charset charset, int maxLineLength, int bufferSize, Duration readTimeout) {

	/**
	 * UTF-8, lines up to 8 KiB, buffers of 8 KiB, no read timeout.
	 */
	public static final StreamOptions DEFAULT = new StreamOptions(StandardCharsets.UTF_8, 8192, 8192, Duration.ZERO);

	/**
	 * Checks the values.
	 */
	public StreamOptions {
		if (maxLineLength < 1) {
			throw new IllegalArgumentException("maxLineLength must be at least 1 byte, not " + maxLineLength);
		}
		if (bufferSize < 64) {
			throw new IllegalArgumentException("bufferSize must be at least 64 bytes, not " + bufferSize);
		}
		if (readTimeout.isNegative()) {
			throw new IllegalArgumentException("readTimeout must not be negative: " + readTimeout);
		}
	}

}
