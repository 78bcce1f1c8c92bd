package io.socketserver.proxy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Recognises a PROXY header in the first bytes of a connection that must not send one,
 * however they are cut. "PROXY " alone is none: a protocol may begin like that. Used by
 * one thread at a time.
 */
final class ForbiddenHeader {

	private static final List<byte[]> BEGINNINGS = List.of(ProxyV2.signature(), ascii("TCP4 "), ascii("TCP6 "),
			ascii("UNKNOWN"));

	private static final int LONGEST = BEGINNINGS.stream().mapToInt((each) -> each.length).max().orElseThrow();

	private final byte[] seen = new byte[LONGEST];

	private int count;

	private boolean over;

	private static byte[] ascii(String rest) {
		return (ProxyV1.PREFIX + rest).getBytes(StandardCharsets.US_ASCII);
	}

	/**
	 * Whether the first bytes have turned out to be something else: no need to look on.
	 * @return true if there is no header
	 */
	boolean isOver() {
		return this.over;
	}

	/**
	 * More has been read.
	 * @param in a buffer, which stays as it is
	 * @param from where the new bytes begin
	 * @param to where they end
	 * @return true if all that has been read begins with a header
	 */
	boolean found(ByteBuffer in, int from, int to) {
		for (int i = from; i < to && !this.over; i++) {
			this.seen[this.count++] = in.get(i);
			if (matches(true)) {
				return true;
			}
			this.over = !matches(false);
		}
		return false;
	}

	private boolean matches(boolean whole) {
		return BEGINNINGS.stream().anyMatch((beginning) -> matches(beginning, whole));
	}

	private boolean matches(byte[] beginning, boolean whole) {
		boolean comparable = whole ? beginning.length == this.count : beginning.length > this.count;
		return comparable && startsWith(beginning, this.seen, this.count);
	}

	private static boolean startsWith(byte[] beginning, byte[] seen, int count) {
		for (int i = 0; i < count; i++) {
			if (beginning[i] != seen[i]) {
				return false;
			}
		}
		return true;
	}

}
