package io.socketserver.spring.autoconfigure;

import java.io.ByteArrayOutputStream;
import java.nio.charset.Charset;

/**
 * Bytes written as text, where some cannot be written otherwise.
 */
final class Escapes {

	private static final int HEX = 16;

	private final String text;

	private final Charset charset;

	private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

	private Escapes(String text, Charset charset) {
		this.text = text;
		this.charset = charset;
	}

	/**
	 * Reads \r, \n, \t, \0, \\ and \xNN; all else is itself.
	 * @param text the text
	 * @param charset what its other characters are encoded with
	 * @return the bytes
	 */
	static byte[] bytes(String text, Charset charset) {
		return new Escapes(text, charset).read();
	}

	private byte[] read() {
		int plain = 0;
		int escape;
		while ((escape = this.text.indexOf('\\', plain)) >= 0) {
			copy(plain, escape);
			plain = escape(escape);
		}
		copy(plain, this.text.length());
		return this.bytes.toByteArray();
	}

	private void copy(int from, int to) {
		this.bytes.writeBytes(this.text.substring(from, to).getBytes(this.charset));
	}

	/**
	 * Reads one escape.
	 * @return where it ends
	 */
	private int escape(int start) {
		char kind = (start + 1 < this.text.length()) ? this.text.charAt(start + 1) : ' ';
		int value = switch (kind) {
			case 'r' -> '\r';
			case 'n' -> '\n';
			case 't' -> '\t';
			case '0' -> 0;
			case '\\' -> '\\';
			case 'x' -> hex(start + 2);
			default -> throw new IllegalArgumentException(
					"'" + this.text + "' has an unknown escape; there are \\r, \\n, \\t, \\0, \\\\ and \\xNN");
		};
		this.bytes.write(value);
		return start + ((kind == 'x') ? 4 : 2);
	}

	private int hex(int start) {
		int high = digit(start);
		int low = digit(start + 1);
		if (high < 0 || low < 0) {
			throw new IllegalArgumentException("'" + this.text + "' has a \\x without two hexadecimal digits");
		}
		return high * HEX + low;
	}

	private int digit(int index) {
		return (index < this.text.length()) ? Character.digit(this.text.charAt(index), HEX) : -1;
	}

}
