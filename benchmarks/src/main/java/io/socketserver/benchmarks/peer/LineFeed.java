package io.socketserver.benchmarks.peer;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Finds line feeds, eight bytes at a time. A method of its own: within a larger one the
 * compiler gives up on the loop.
 */
final class LineFeed {

	/**
	 * The order that a buffer to search in must have.
	 */
	static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;

	private static final long FEEDS = 0x0a0a0a0a0a0a0a0aL;

	private static final long ONES = 0x0101010101010101L;

	private static final long HIGHS = 0x8080808080808080L;

	private LineFeed() {
	}

	/**
	 * Looks for a line feed.
	 * @param in the bytes
	 * @param from where to begin
	 * @param to where to end
	 * @return its index, or -1
	 */
	static int find(ByteBuffer in, int from, int to) {
		int index = from;
		for (; index <= to - Long.BYTES; index += Long.BYTES) {
			long differences = in.getLong(index) ^ FEEDS;
			// The lowest bit set is the high bit of the first byte that is zero.
			long zeros = (differences - ONES) & ~differences & HIGHS;
			if (zeros != 0) {
				return index + Long.numberOfTrailingZeros(zeros) / Byte.SIZE;
			}
		}
		for (; index < to; index++) {
			if (in.get(index) == '\n') {
				return index;
			}
		}
		return -1;
	}

}
