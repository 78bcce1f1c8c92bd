package io.socketserver.framing;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * Frames that end with a delimiter. Where several match, the one that ends first does,
 * and of those the longest: so with LF and CR LF, a CR before the LF is no payload.
 */
final class DelimiterFraming implements Framing {

	private final int maxFrameSize;

	private final List<byte[]> delimiters;

	private final int longest;

	DelimiterFraming(int maxFrameSize, List<byte[]> delimiters) {
		Bounds.check(maxFrameSize);
		if (delimiters.isEmpty() || delimiters.stream().anyMatch((delimiter) -> delimiter.length == 0)) {
			throw new IllegalArgumentException("There must be at least one delimiter, and none may be empty");
		}
		this.maxFrameSize = maxFrameSize;
		this.delimiters = delimiters.stream().map(byte[]::clone).toList();
		this.longest = delimiters.stream().mapToInt((delimiter) -> delimiter.length).max().orElseThrow();
	}

	@Override
	public int maxFrameSize() {
		return this.maxFrameSize;
	}

	@Override
	public int overhead() {
		return this.delimiters.get(0).length;
	}

	@Override
	public void encode(ByteBuffer payload, ByteBuffer out) throws FramingException {
		int size = payload.remaining();
		for (int i = payload.position(); i < payload.limit(); i++) {
			if (matchEndingAt(payload, payload.position(), i) > 0) {
				throw unsendable(i - payload.position(), payload, "contains a delimiter");
			}
		}
		byte[] delimiter = this.delimiters.get(0);
		int start = out.position();
		out.put(payload).put(delimiter);
		for (int end = start + size; end < out.position(); end++) {
			int match = matchEndingAt(out, start, end);
			if (match > 0 && (match != delimiter.length || end + 1 < out.position())) {
				payload.position(payload.limit() - size);
				out.position(start);
				throw unsendable(size, payload, "and the beginning of the delimiter behind it contain another");
			}
		}
	}

	private static FramingException unsendable(int offset, ByteBuffer payload, String why) {
		return FramingException.at(offset, payload, payload.position(), payload.limit(),
				"a payload to be sent " + why + ", so the peer would read other frames");
	}

	@Override
	public FrameDecoder newDecoder() {
		return new Decoder();
	}

	/**
	 * The length of the longest delimiter whose last byte is at an index, or 0.
	 */
	private int matchEndingAt(ByteBuffer in, int from, int index) {
		int best = 0;
		for (byte[] delimiter : this.delimiters) {
			if (delimiter.length > best && matches(in, from, index - delimiter.length + 1, delimiter)) {
				best = delimiter.length;
			}
		}
		return best;
	}

	private static boolean matches(ByteBuffer in, int from, int start, byte[] delimiter) {
		if (start < from) {
			return false;
		}
		for (int i = delimiter.length - 1; i >= 0; i--) {
			if (in.get(start + i) != delimiter[i]) {
				return false;
			}
		}
		return true;
	}

	private final class Decoder extends FrameDecoder {

		private int scanned;

		@Override
		public int decode(ByteBuffer in, int from, int to) throws FramingException {
			int max = DelimiterFraming.this.maxFrameSize;
			for (int i = from + this.scanned; i < to; i++) {
				int length = matchEndingAt(in, from, i);
				if (length > 0) {
					this.scanned = 0;
					int stop = i + 1 - length;
					if (stop - from > max) {
						throw tooLong(in, from, to);
					}
					payload(from, stop);
					return i + 1;
				}
			}
			this.scanned = to - from;
			if (this.scanned >= max + DelimiterFraming.this.longest) {
				throw tooLong(in, from, to);
			}
			return INCOMPLETE;
		}

		private FramingException tooLong(ByteBuffer in, int from, int to) {
			int max = DelimiterFraming.this.maxFrameSize;
			return FramingException.at(max, in, from, to,
					"a frame without a delimiter is longer than max-frame-size, " + max + " bytes");
		}

	}

}
