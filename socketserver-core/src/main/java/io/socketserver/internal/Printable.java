package io.socketserver.internal;

/**
 * Text from a peer, made safe for a log line: control characters are escaped (CWE-117)
 * and the length is bounded.
 */
public final class Printable {

	private static final int MAX_CHARS = 256;

	private Printable() {
	}

	/**
	 * Bytes as printable ASCII; anything else as {@code \xNN}.
	 * @param bytes where the bytes are
	 * @param length how many of them count
	 * @return at most 256 characters and an ellipsis
	 */
	public static String of(byte[] bytes, int length) {
		StringBuilder text = new StringBuilder();
		for (int i = 0; i < length && text.length() < MAX_CHARS; i++) {
			int value = bytes[i] & 0xff;
			if (value >= 0x20 && value < 0x7f && value != '\\') {
				text.append((char) value);
			}
			else {
				text.append(String.format("\\x%02x", value));
			}
		}
		return (text.length() < MAX_CHARS) ? text.toString() : text.substring(0, MAX_CHARS) + "...";
	}

	/**
	 * Text with its control characters escaped.
	 * @param text any text
	 * @return at most 256 characters and an ellipsis
	 */
	public static String of(String text) {
		StringBuilder safe = new StringBuilder();
		for (int i = 0; i < text.length() && safe.length() < MAX_CHARS; i++) {
			char value = text.charAt(i);
			if (Character.isISOControl(value) || value == '\u2028' || value == '\u2029') {
				safe.append(String.format("\\u%04x", (int) value));
			}
			else {
				safe.append(value);
			}
		}
		return (safe.length() < MAX_CHARS) ? safe.toString() : safe.substring(0, MAX_CHARS) + "...";
	}

}
