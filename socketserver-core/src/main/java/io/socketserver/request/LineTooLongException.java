package io.socketserver.request;

import java.io.IOException;

import io.socketserver.internal.Printable;

/**
 * A peer sent more bytes without a line's end than the limit allows. The stream is left
 * in the middle of the line: a handler may still answer, and should then return.
 */
public class LineTooLongException extends IOException {

	private final int limit;

	/**
	 * The exception.
	 * @param id the connection's id
	 * @param limit the limit in bytes
	 * @param start the first bytes of the line
	 * @param length how many bytes of {@code start} count
	 */
	public LineTooLongException(String id, int limit, byte[] start, int length) {
		super("A line from the peer of " + id + " is longer than the limit of " + limit
				+ " bytes (maxLineLength, socketserver.max-line-length). It begins with \""
				+ Printable.of(start, Math.min(length, 32)) + "\"" + guess(start, length));
		this.limit = limit;
	}

	/**
	 * The limit that was exceeded.
	 * @return bytes, without the line's end
	 */
	public int limit() {
		return this.limit;
	}

	private static String guess(byte[] start, int length) {
		// RFC 8446, 5.1: a handshake record is type 22, version 3.x.
		if (length > 2 && start[0] == 22 && start[1] == 3) {
			return ", which looks like a TLS ClientHello: does the client expect TLS on this port?";
		}
		return "";
	}

}
