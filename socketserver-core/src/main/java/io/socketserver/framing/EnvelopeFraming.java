package io.socketserver.framing;

import java.nio.ByteBuffer;

/**
 * Frames between a start byte and an end sequence: STX and ETX, or MLLP's VT and FS CR
 * (HL7 v2.x, Appendix C). Bytes between frames are an error, but CR and LF, which some
 * senders add.
 */
final class EnvelopeFraming implements Framing {

	private final String name;

	private final int maxFrameSize;

	private final int start;

	private final byte[] end;

	EnvelopeFraming(String name, int maxFrameSize, int start, byte[] end) {
		Bounds.check(maxFrameSize);
		this.name = name;
		this.maxFrameSize = maxFrameSize;
		this.start = start;
		this.end = end;
	}

	@Override
	public int maxFrameSize() {
		return this.maxFrameSize;
	}

	@Override
	public int overhead() {
		return 1 + this.end.length;
	}

	@Override
	public void encode(ByteBuffer payload, ByteBuffer out) throws FramingException {
		Bounds.checkPayload(payload, this.maxFrameSize);
		int index = indexOfEnd(payload, payload.position(), payload.limit());
		if (index >= 0) {
			throw FramingException.at(index - payload.position(), payload, payload.position(), payload.limit(),
					"a payload to be sent contains the end of a " + this.name + " frame");
		}
		out.put((byte) this.start).put(payload).put(this.end);
	}

	private int indexOfEnd(ByteBuffer in, int from, int to) {
		int index = from;
		while ((index = Scan.indexOf(in, index, to, this.end[0])) >= 0) {
			if (this.end.length == 1) {
				return index;
			}
			if (index + 1 < to && in.get(index + 1) == this.end[1]) {
				return index;
			}
			index++;
		}
		return -1;
	}

	@Override
	public FrameDecoder newDecoder() {
		return new Decoder();
	}

	private final class Decoder extends FrameDecoder {

		private int scanned;

		@Override
		public int decode(ByteBuffer in, int from, int to) throws FramingException {
			int begin = skip(in, from, to);
			if (begin == to) {
				return INCOMPLETE;
			}
			if ((in.get(begin) & 0xff) != EnvelopeFraming.this.start) {
				throw FramingException.at(0, in, begin, to,
						String.format("a %s frame begins with the byte %02x, and this does not",
								EnvelopeFraming.this.name, EnvelopeFraming.this.start));
			}
			return decodeFrom(in, begin + 1, to);
		}

		@Override
		public int skip(ByteBuffer in, int from, int to) {
			int begin = from;
			while (begin < to && (in.get(begin) == '\r' || in.get(begin) == '\n')) {
				begin++;
			}
			return begin;
		}

		private int decodeFrom(ByteBuffer in, int begin, int to) throws FramingException {
			int max = EnvelopeFraming.this.maxFrameSize;
			int end = indexOfEnd(in, begin + this.scanned, to);
			int length = (end >= 0) ? end - begin : to - begin;
			if (length > max + ((end >= 0) ? 0 : EnvelopeFraming.this.end.length - 1)) {
				throw FramingException.at(max, in, begin - 1, to,
						"the payload is longer than max-frame-size, " + max + " bytes");
			}
			if (end < 0) {
				// The last byte may be the first of an end of two.
				this.scanned = Math.max(0, length - 1);
				return INCOMPLETE;
			}
			this.scanned = 0;
			payload(begin, end);
			return end + EnvelopeFraming.this.end.length;
		}

	}

}
