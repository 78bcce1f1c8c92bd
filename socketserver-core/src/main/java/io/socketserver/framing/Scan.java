package io.socketserver.framing;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Looks for a byte, eight at a time. In a method of its own: inside a larger one the
 * compiler gives up on the loop, which costs half as much again.
 */
final class Scan {

	// Costs the same for each kind of buffer, which its own getLong does not. The first
	// byte is the lowest.
	private static final VarHandle LONGS = MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

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
			long word = (long) LONGS.get(in, i) ^ pattern;
			// A zero byte of the word is where the value is, and the lowest bit that is
			// set here is of the first (Warren, Hacker's Delight, 6-1).
			long zeros = (word - ONES) & ~word & HIGHS;
			if (zeros != 0) {
				return i + Long.numberOfTrailingZeros(zeros) / Byte.SIZE;
			}
		}
		for (; i < to; i++) {
			if (in.get(i) == value) {
				return i;
			}
		}
		return -1;
	}

}
