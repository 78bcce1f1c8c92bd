package io.socketserver.internal;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * IP addresses as text, strictly: no name is ever looked up, no part may be left out or
 * have leading zeros, which some read as octal.
 */
public final class IpLiteral {

	private static final String OCTET = "(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";

	private static final Pattern V4 = Pattern.compile("(?:" + OCTET + "\\.){3}" + OCTET);

	private static final Pattern V6 = Pattern.compile("[0-9a-fA-F.]*:[0-9a-fA-F:.]*");

	private IpLiteral() {
	}

	/**
	 * Reads an IPv4 address.
	 * @param text four numbers
	 * @return empty if it is none
	 */
	public static Optional<InetAddress> v4(String text) {
		return V4.matcher(text).matches() ? address(text) : Optional.empty();
	}

	/**
	 * Reads an IPv6 address.
	 * @param text without brackets and zone
	 * @return empty if it is none; an IPv4 address if that is what it maps
	 */
	public static Optional<InetAddress> v6(String text) {
		// In brackets, what is no IPv6 address is refused without a look-up.
		return V6.matcher(text).matches() ? address("[" + text + "]") : Optional.empty();
	}

	private static Optional<InetAddress> address(String literal) {
		try {
			return Optional.of(InetAddress.getByName(literal));
		}
		catch (UnknownHostException ex) {
			return Optional.empty();
		}
	}

}
