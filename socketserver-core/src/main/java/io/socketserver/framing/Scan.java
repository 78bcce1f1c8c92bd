package io.socketserver.framing;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Looks for a byte: eight bytes at a time where it is near, else a cache line at a time.
 */
final class Scan {

	// Costs the same for each kind of buffer, which its own getLong does not. The first
	// byte is the lowest.
	private static final VarHandle LONGS = MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

	private static final int LINE = 64;

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
		int far = from + LINE;
		for (; i <= to - Long.BYTES; i += Long.BYTES) {
			if (i == far) {
				i = skipLines(in, i, to, pattern);
				if (i > to - Long.BYTES) {
					break;
				}
			}
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

	/**
	 * Skips what the value is not in, a cache line at a time.
	 *
	 * <p>
	 * Inside a larger method the compiler does badly on this loop, which costs half as
	 * much again. Whether it puts it there is chance, from one run to the next: so this
	 * one is too large for that, by more than the 325 bytes of code of the JDK's
	 * {@code FreqInlineSize}.
	 * @return an index less than 16 before the value, or less than a line before the end
	 */
	private static int skipLines(ByteBuffer in, int from, int to, long pattern) {
		int i = from;
		for (; i <= to - LINE; i += LINE) {
			long a = (long) LONGS.get(in, i) ^ pattern;
			long b = (long) LONGS.get(in, i + 8) ^ pattern;
			long c = (long) LONGS.get(in, i + 16) ^ pattern;
			long d = (long) LONGS.get(in, i + 24) ^ pattern;
			long e = (long) LONGS.get(in, i + 32) ^ pattern;
			long f = (long) LONGS.get(in, i + 40) ^ pattern;
			long g = (long) LONGS.get(in, i + 48) ^ pattern;
			long h = (long) LONGS.get(in, i + 56) ^ pattern;
			if ((((a - ONES) & ~a & HIGHS) | ((b - ONES) & ~b & HIGHS)) != 0) {
				return i;
			}
			if ((((c - ONES) & ~c & HIGHS) | ((d - ONES) & ~d & HIGHS)) != 0) {
				return i + 16;
			}
			if ((((e - ONES) & ~e & HIGHS) | ((f - ONES) & ~f & HIGHS)) != 0) {
				return i + 32;
			}
			if ((((g - ONES) & ~g & HIGHS) | ((h - ONES) & ~h & HIGHS)) != 0) {
				return i + 48;
			}
		}
		return i;
	}

}
