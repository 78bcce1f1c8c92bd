package io.socketserver.framing;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Frames with their length in front, as decimal digits and a blank (RFC 6587, 3.4.1).
 *
 * @param maxFrameSize the largest payload in bytes
 */
record OctetCountedFraming(int maxFrameSize) implements Framing {

	// The digits of the largest int, and the blank.
	private static final int MAX_OVERHEAD = 11;

	OctetCountedFraming {
		Bounds.check(maxFrameSize);
	}

	@Override
	public int overhead() {
		return MAX_OVERHEAD;
	}

	@Override
	public void encode(ByteBuffer payload, ByteBuffer out) throws FramingException {
		if (!payload.hasRemaining()) {
			throw new FramingException("A frame to be sent is empty, and its length must be at least 1", 0);
		}
		out.put((payload.remaining() + " ").getBytes(StandardCharsets.US_ASCII)).put(payload);
	}

	@Override
	public FrameDecoder newDecoder() {
		return new Decoder(this.maxFrameSize);
	}

	private static final class Decoder extends FrameDecoder {

		private final int max;

		// Of the incomplete frame, its digits included, as far as is known.
		private int size;

		Decoder(int max) {
			this.max = max;
		}

		@Override
		public int decode(ByteBuffer in, int from, int to) throws FramingException {
			long length = 0;
			for (int i = from; i < to; i++) {
				byte next = in.get(i);
				if (next == ' ' && i > from) {
					return payloadAt(i + 1, (int) length, from, to);
				}
				length = 10 * length + digit(in, i, from, to);
				if (length > this.max) {
					throw FramingException.at(i - from, in, from, to,
							"the length is more than max-frame-size, " + this.max + " bytes");
				}
			}
			this.size = 0;
			return INCOMPLETE;
		}

		private int digit(ByteBuffer in, int index, int from, int to) throws FramingException {
			byte value = in.get(index);
			if (value < ((index == from) ? '1' : '0') || value > '9') {
				throw FramingException.at(index - from, in, from, to,
						"a frame begins with its length, decimal digits of which the first is not 0, and a blank");
			}
			return value - '0';
		}

		private int payloadAt(int start, int length, int from, int to) {
			this.size = start + length - from;
			if (to - start < length) {
				return INCOMPLETE;
			}
			payload(start, start + length);
			return start + length;
		}

		@Override
		public int expectedSize(int available) {
			return Math.max(available + 1, this.size);
		}

	}

}
