package io.socketserver.proxy;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

import io.socketserver.internal.IpLiteral;
import io.socketserver.internal.Lookalike;
import io.socketserver.internal.Printable;

/**
 * The text form: {@code PROXY TCP4 192.0.2.7 10.0.0.1 4711 80}, and CR LF.
 */
final class ProxyV1 {

	static final String PREFIX = "PROXY ";

	// With its end.
	static final int MAX_LENGTH = 107;

	private static final String UNKNOWN = "UNKNOWN";

	private ProxyV1() {
	}

	static @Nullable ProxyHeader parse(ByteBuffer in) throws ProxyHeaderException {
		checkPrefix(in);
		int end = end(in);
		if (end < 0) {
			return null;
		}
		byte[] line = new byte[end - in.position()];
		in.get(in.position(), line);
		ProxyHeader header = parse(new String(line, StandardCharsets.ISO_8859_1));
		in.position(end + 2);
		return header;
	}

	private static void checkPrefix(ByteBuffer in) throws ProxyHeaderException {
		for (int i = 0; i < Math.min(PREFIX.length(), in.remaining()); i++) {
			if (in.get(in.position() + i) != PREFIX.charAt(i)) {
				String looks = Lookalike.of(in, in.position(), in.limit());
				throw new ProxyHeaderException("No PROXY header: "
						+ (looks.isEmpty() ? "it begins with " + text(in) : "it looks like " + looks));
			}
		}
	}

	/**
	 * Where the CR of the line's end is, or -1 if there is none yet.
	 */
	private static int end(ByteBuffer in) throws ProxyHeaderException {
		int known = Math.min(MAX_LENGTH, in.remaining());
		int last = in.position() + known - 1;
		for (int i = in.position(); i <= last; i++) {
			if (in.get(i) == '\r' && i < last && in.get(i + 1) == '\n') {
				return i;
			}
			if (in.get(i) == '\n' || (in.get(i) == '\r' && i < last)) {
				throw invalid("its line does not end with CR LF", text(in));
			}
		}
		if (known == MAX_LENGTH) {
			throw invalid("its line is longer than " + MAX_LENGTH + " bytes", text(in));
		}
		return -1;
	}

	private static ProxyHeader parse(String line) throws ProxyHeaderException {
		String[] fields = line.split(" ", -1);
		if (fields[1].equals(UNKNOWN)) {
			// Whatever follows is to be ignored.
			return ProxyHeader.unknown(1, false, ProxyTlvs.NONE);
		}
		boolean v4 = fields[1].equals("TCP4");
		if (!v4 && !fields[1].equals("TCP6")) {
			throw invalid("its protocol is none of TCP4, TCP6 and UNKNOWN", Printable.of(line));
		}
		if (fields.length != 6) {
			throw invalid("it does not have six fields", Printable.of(line));
		}
		return ProxyHeader.of(1, new InetSocketAddress(address(fields[2], v4), port(fields[4])),
				new InetSocketAddress(address(fields[3], v4), port(fields[5])), ProxyTlvs.NONE);
	}

	private static InetAddress address(String text, boolean v4) throws ProxyHeaderException {
		Optional<InetAddress> address = v4 ? IpLiteral.v4(text) : IpLiteral.v6(text);
		if (address.isEmpty()) {
			throw invalid("an address is no IPv" + (v4 ? "4" : "6") + " address", Printable.of(text));
		}
		return address.get();
	}

	private static int port(String text) throws ProxyHeaderException {
		int port = text.matches("0|[1-9]\\d{0,4}") ? Integer.parseInt(text) : -1;
		if (port < 0 || port > 0xffff) {
			throw invalid("a port is no number from 0 to 65535", Printable.of(text));
		}
		return port;
	}

	private static ProxyHeaderException invalid(String rule, String text) {
		return new ProxyHeaderException("Invalid PROXY header: " + rule + ": " + text);
	}

	private static String text(ByteBuffer in) {
		byte[] bytes = new byte[Math.min(MAX_LENGTH, in.remaining())];
		in.get(in.position(), bytes);
		return Printable.of(bytes, bytes.length);
	}

}
