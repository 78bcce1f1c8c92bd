package io.socketserver.framing;

import java.nio.ByteBuffer;

/**
 * No frames: a message is whatever has arrived.
 *
 * @param maxFrameSize the most bytes at once
 */
record RawFraming(int maxFrameSize) implements Framing {

	RawFraming {
		Bounds.check(maxFrameSize);
	}

	@Override
	public int overhead() {
		return 0;
	}

	@Override
	public void encode(ByteBuffer payload, ByteBuffer out) {
		out.put(payload);
	}

	@Override
	public FrameDecoder newDecoder() {
		int max = this.maxFrameSize;
		return new FrameDecoder() {

			@Override
			public int decode(ByteBuffer in, int from, int to) {
				if (from == to) {
					return INCOMPLETE;
				}
				int end = (to - from > max) ? from + max : to;
				payload(from, end);
				return end;
			}
		};
	}

}
