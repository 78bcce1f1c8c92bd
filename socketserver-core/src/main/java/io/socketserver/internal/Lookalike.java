package io.socketserver.internal;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * What the first bytes of a stream look like, if they look like something well known.
 */
public final class Lookalike {

	private static final String[] HTTP_METHODS = { "GET ", "POST ", "PUT ", "HEAD ", "DELETE ", "OPTIONS ", "PATCH ",
			"CONNECT ", "TRACE " };

	private Lookalike() {
	}

	/**
	 * Guesses.
	 * @param in where the bytes are
	 * @param from where they begin
	 * @param to where they end
	 * @return what they look like, with its article; empty if like nothing known
	 */
	public static String of(ByteBuffer in, int from, int to) {
		// RFC 8446, 5.1: a handshake record is type 22, version 3.x.
		if (to - from >= 3 && in.get(from) == 0x16 && in.get(from + 1) == 0x03) {
			return "a TLS ClientHello: does the client expect TLS on this port?";
		}
		if (startsWith(in, from, to, "PRI * HTTP/2")) {
			return "an HTTP/2 preface";
		}
		for (String method : HTTP_METHODS) {
			if (startsWith(in, from, to, method)) {
				return "an HTTP request";
			}
		}
		if (startsWith(in, from, to, "PROXY ") || startsWith(in, from, to, "\r\n\r\n\0\r\nQUIT\n")) {
			return "a PROXY protocol header: does a load balancer send one?";
		}
		if (startsWith(in, from, to, "SSH-")) {
			return "an SSH greeting";
		}
		return isSyslog(in, from, to) ? "a syslog message without its length: does the client end it with a line feed?"
				: "";
	}

	/**
	 * RFC 5424, 6: the priority, one to three digits, in angle brackets.
	 */
	private static boolean isSyslog(ByteBuffer in, int from, int to) {
		int i = from + 1;
		while (i < to && i - from <= 3 && in.get(i) >= '0' && in.get(i) <= '9') {
			i++;
		}
		return i > from + 1 && i < to && in.get(from) == '<' && in.get(i) == '>';
	}

	private static boolean startsWith(ByteBuffer in, int from, int to, String prefix) {
		byte[] bytes = prefix.getBytes(StandardCharsets.ISO_8859_1);
		if (to - from < bytes.length) {
			return false;
		}
		for (int i = 0; i < bytes.length; i++) {
			if (in.get(from + i) != bytes[i]) {
				return false;
			}
		}
		return true;
	}

}
