package io.socketserver.framing;

import java.nio.ByteBuffer;

/**
 * Checks of sizes that all framings share.
 */
final class Bounds {

	// Leaves room for a header and a trailer in an int.
	static final int MAX = Integer.MAX_VALUE - 1024;

	private Bounds() {
	}

	static void check(int maxFrameSize) {
		if (maxFrameSize < 1 || maxFrameSize > MAX) {
			throw new IllegalArgumentException(
					"maxFrameSize must be from 1 to " + MAX + " bytes, and is " + maxFrameSize);
		}
	}

	static void checkPayload(ByteBuffer payload, int maxFrameSize) throws FramingException {
		if (payload.remaining() > maxFrameSize) {
			throw new FramingException("A payload of " + payload.remaining() + " bytes to be sent is larger than"
					+ " max-frame-size, " + maxFrameSize + " bytes", maxFrameSize);
		}
	}

}
