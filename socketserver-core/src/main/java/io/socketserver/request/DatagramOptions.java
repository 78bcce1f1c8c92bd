package io.socketserver.request;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;

/**
 * How handlers read and answer a datagram.
 *
 * @param charset the character set of text
 * @param maxAmplification how many times as long as the datagram all replies to it may
 * be; 0 for no bound
 */
public record DatagramOptions(Charset charset, double maxAmplification) {

	/**
	 * UTF-8, replies no longer than what they answer.
	 */
	public static final DatagramOptions DEFAULT = new DatagramOptions(StandardCharsets.UTF_8, 1);

	/**
	 * Checks the values.
	 */
	public DatagramOptions {
		if (!(maxAmplification >= 0)) {
			throw new IllegalArgumentException("maxAmplification must not be negative, and is " + maxAmplification);
		}
	}

	/**
	 * Whether replies may have a length in all.
	 * @param received the length of what was received
	 * @param sent the length of all replies
	 * @return false if that is more than the bound
	 */
	public boolean allows(long received, long sent) {
		return this.maxAmplification == 0 || sent <= this.maxAmplification * received;
	}

}
