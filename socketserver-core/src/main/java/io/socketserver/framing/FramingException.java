package io.socketserver.framing;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Locale;

import io.socketserver.internal.Lookalike;

/**
 * Bytes that are no frame, or a payload that cannot be framed. The message says which
 * rule was broken, at which offset of the frame, what the bytes are in hex, and what they
 * look like: most often, the wrong kind of client has found the port.
 */
public class FramingException extends IOException {

	private static final int WINDOW = 16;

	private final int offset;

	/**
	 * The exception.
	 * @param message what is wrong
	 * @param offset where in the frame, in bytes
	 */
	public FramingException(String message, int offset) {
		super(message);
		this.offset = offset;
	}

	/**
	 * Where in the frame the rule was broken.
	 * @return bytes from the frame's begin
	 */
	public int offset() {
		return this.offset;
	}

	static FramingException at(int offset, ByteBuffer in, int from, int to, String rule) {
		return new FramingException("At offset " + offset + " of a frame: " + rule + ". The frame begins with ["
				+ hex(in, from, Math.min(to, from + WINDOW)) + "]" + guess(in, from, to), offset);
	}

	private static String hex(ByteBuffer in, int from, int to) {
		StringBuilder text = new StringBuilder();
		for (int i = from; i < to; i++) {
			text.append((i > from) ? " " : "").append(String.format(Locale.ROOT, "%02x", in.get(i) & 0xff));
		}
		return text.toString();
	}

	private static String guess(ByteBuffer in, int from, int to) {
		String what = Lookalike.of(in, from, to);
		return what.isEmpty() ? "" : ", which looks like " + what;
	}

}
