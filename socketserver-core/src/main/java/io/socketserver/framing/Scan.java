package io.socketserver.framing;

import java.nio.ByteBuffer;

/**
 * Looks for a byte, eight at a time. In methods of their own: inside a larger one the
 * compiler gives up on the loop, which costs half as much again.
 */
final class Scan {

	private static final long ONES = 0x0101010101010101L;

	private static final long HIGHS = 0x8080808080808080L;

	private Scan() {
	}

	/**
	 * The index of a byte.
	 * @param in where to look, in any byte order
	 * @param from the first index
	 * @param to the index behind the last
	 * @param value the byte
	 * @return the index, or -1
	 */
	static int indexOf(ByteBuffer in, int from, int to, byte value) {
		long pattern = (value & 0xffL) * ONES;
		int i = from;
		for (; i <= to - Long.BYTES; i += Long.BYTES) {
			long word = in.getLong(i) ^ pattern;
			// A zero byte of the word is where the value is (Warren, Hacker's Delight,
			// 6-1).
			long zeros = (word - ONES) & ~word & HIGHS;
			if (zeros != 0) {
				return indexInWord(in, i, value);
			}
		}
		for (; i < to; i++) {
			if (in.get(i) == value) {
				return i;
			}
		}
		return -1;
	}

	private static int indexInWord(ByteBuffer in, int start, byte value) {
		// The trick above may also mark bytes after the first match, so the order of the
		// bytes in the word matters; eight comparisons are simpler, and come once a
		// frame.
		int i = start;
		while (in.get(i) != value) {
			i++;
		}
		return i;
	}

}
