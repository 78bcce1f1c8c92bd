package io.socketserver.framing;

import java.nio.ByteBuffer;

/**
 * Lines: LF or CR LF at the end. Written with LF, but a line that ends with CR itself
 * with CR LF: the peer would take its CR for a part of the end.
 *
 * @param maxFrameSize the longest line in bytes, without its end
 */
record LineFraming(int maxFrameSize) implements Framing {

	LineFraming {
		Bounds.check(maxFrameSize);
	}

	@Override
	public int overhead() {
		return 2;
	}

	@Override
	public void encode(ByteBuffer payload, ByteBuffer out) throws FramingException {
		int end = Scan.indexOf(payload, payload.position(), payload.limit(), (byte) '\n');
		if (end >= 0) {
			throw FramingException.at(end - payload.position(), payload, payload.position(), payload.limit(),
					"a line to be sent contains a line feed, so the peer would read two");
		}
		boolean endsWithReturn = payload.hasRemaining() && payload.get(payload.limit() - 1) == '\r';
		out.put(payload);
		if (endsWithReturn) {
			out.put((byte) '\r');
		}
		out.put((byte) '\n');
	}

	@Override
	public FrameDecoder newDecoder() {
		return new Decoder(this.maxFrameSize);
	}

	private static final class Decoder extends FrameDecoder {

		private final int max;

		// How many bytes of the incomplete line are known to contain no end.
		private int scanned;

		// The first bytes were seen.
		private boolean begun;

		Decoder(int max) {
			this.max = max;
		}

		@Override
		public int decode(ByteBuffer in, int from, int to) throws FramingException {
			if (!this.begun && to - from > 1) {
				this.begun = true;
				refuseTls(in, from, to);
			}
			int end = Scan.indexOf(in, from + this.scanned, to, (byte) '\n');
			if (end < 0) {
				this.scanned = to - from;
				// One more for the CR of a CR LF.
				if (this.scanned > this.max + 1) {
					throw tooLong(in, from, to);
				}
				return INCOMPLETE;
			}
			this.scanned = 0;
			int stop = (end > from && in.get(end - 1) == '\r') ? end - 1 : end;
			if (stop - from > this.max) {
				throw tooLong(in, from, to);
			}
			payload(from, stop);
			return end + 1;
		}

		/**
		 * No text begins as a ClientHello does, whose client waits for an answer that
		 * will never come, and mostly without having sent the end of a line.
		 */
		private void refuseTls(ByteBuffer in, int from, int to) throws FramingException {
			if (in.get(from) == 0x16 && in.get(from + 1) == 3) {
				throw FramingException.at(0, in, from, to, "this is no line of text");
			}
		}

		private FramingException tooLong(ByteBuffer in, int from, int to) {
			return FramingException.at(this.max, in, from, to,
					"a line is longer than max-frame-size, " + this.max + " bytes");
		}

		@Override
		public boolean decodeLast(ByteBuffer in, int from, int to) throws FramingException {
			if (to - from > this.max) {
				throw tooLong(in, from, to);
			}
			payload(from, to);
			return true;
		}

	}

}
