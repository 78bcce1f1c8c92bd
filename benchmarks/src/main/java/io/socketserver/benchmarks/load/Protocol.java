package io.socketserver.benchmarks.load;

import java.util.Locale;

/**
 * How messages are framed.
 */
enum Protocol {

	/**
	 * A line feed at the end.
	 */
	LINE,

	/**
	 * Four bytes of length, big endian, in front.
	 */
	LENGTH_FIELD;

	static Protocol of(String text) {
		return valueOf(text.toUpperCase(Locale.ROOT).replace('-', '_'));
	}

}
