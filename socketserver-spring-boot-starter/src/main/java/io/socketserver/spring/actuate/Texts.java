package io.socketserver.spring.actuate;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Locale;

import org.jspecify.annotations.Nullable;

import io.socketserver.request.Addresses;

/**
 * How values look in an answer.
 */
final class Texts {

	private static final int MAX_CHARS = 256;

	private Texts() {
	}

	/**
	 * A constant as Spring Boot writes it in properties: {@code peer-closed}.
	 */
	static String of(Enum<?> value) {
		return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
	}

	/**
	 * What a peer or a handler has chosen: bounded, and with nothing in it that would
	 * reorder or break a line.
	 */
	static String inOneLine(String text) {
		StringBuilder safe = new StringBuilder();
		text.codePoints().limit(MAX_CHARS).forEach((each) -> {
			switch (Character.getType(each)) {
				case Character.CONTROL, Character.FORMAT, Character.SURROGATE, Character.LINE_SEPARATOR,
						Character.PARAGRAPH_SEPARATOR ->
					safe.append(String.format("\\u%04x", each));
				default -> safe.appendCodePoint(each);
			}
		});
		return (text.codePointCount(0, text.length()) <= MAX_CHARS) ? safe.toString() : safe + "...";
	}

	static String of(SocketAddress address) {
		return Addresses.text(address);
	}

	/**
	 * The IP address; all there is of another kind of address.
	 */
	static String host(SocketAddress address) {
		return (address instanceof InetSocketAddress inet && inet.getAddress() != null)
				? Addresses.text(inet.getAddress()) : address.toString();
	}

	static @Nullable Integer port(SocketAddress address) {
		return (address instanceof InetSocketAddress inet) ? inet.getPort() : null;
	}

}
