package io.socketserver.framing;

import java.nio.ByteBuffer;

/**
 * Frames of one size.
 *
 * @param maxFrameSize the size in bytes
 */
record FixedFraming(int maxFrameSize) implements Framing {

	FixedFraming {
		Bounds.check(maxFrameSize);
	}

	@Override
	public int overhead() {
		return 0;
	}

	@Override
	public void encode(ByteBuffer payload, ByteBuffer out) throws FramingException {
		if (payload.remaining() != this.maxFrameSize) {
			throw new FramingException("A frame to be sent has " + payload.remaining()
					+ " bytes, and must have exactly " + this.maxFrameSize,
					Math.min(payload.remaining(), this.maxFrameSize));
		}
		out.put(payload);
	}

	@Override
	public FrameDecoder newDecoder() {
		int size = this.maxFrameSize;
		return new FrameDecoder() {

			@Override
			public int decode(ByteBuffer in, int from, int to) {
				if (to - from < size) {
					return INCOMPLETE;
				}
				payload(from, from + size);
				return from + size;
			}

			@Override
			public int expectedSize(int available) {
				return size;
			}
		};
	}

}
