package io.socketserver.spring.actuate;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.socketserver.request.Connection;

/**
 * Matches the connections of a peer: by its IP address, or by that and its port. Names
 * are refused, since they would have to be looked up.
 */
final class AddressFilter implements Predicate<Connection> {

	private static final int ANY_PORT = -1;

	private static final String OCTET = "(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)";

	private static final Pattern V4 = Pattern.compile("((?:" + OCTET + "\\.){3}" + OCTET + ")(?::(\\d{1,5}))?");

	private static final Pattern V6 = Pattern.compile("([0-9a-fA-F:.]*:[0-9a-fA-F:.]*)()");

	private static final Pattern V6_IN_BRACKETS = Pattern.compile("\\[([0-9a-fA-F:.]*)](?::(\\d{1,5}))?");

	private final InetAddress ip;

	private final int port;

	private AddressFilter(InetAddress ip, int port) {
		this.ip = ip;
		this.port = port;
	}

	static AddressFilter parse(String text) {
		for (Pattern pattern : new Pattern[] { V4, V6_IN_BRACKETS, V6 }) {
			Matcher matcher = pattern.matcher(text);
			if (matcher.matches()) {
				return parse(text, matcher.group(1), matcher.group(2));
			}
		}
		throw refused(text);
	}

	private static AddressFilter parse(String text, String ip, String port) {
		try {
			// In brackets, what is no IPv6 address is refused without a look-up.
			InetAddress address = InetAddress.getByName((ip.indexOf(':') != -1) ? "[" + ip + "]" : ip);
			return new AddressFilter(address, (port == null || port.isEmpty()) ? ANY_PORT : Integer.parseInt(port));
		}
		catch (UnknownHostException ex) {
			throw refused(text);
		}
	}

	private static OperationRefusedException refused(String text) {
		return OperationRefusedException.badRequest("The address must be an IP address, with or without a port, such as"
				+ " 192.0.2.7, 192.0.2.7:5023 or [2001:db8::1]:5023, and is '" + text + "'");
	}

	@Override
	public boolean test(Connection connection) {
		return connection.clientAddress() instanceof InetSocketAddress inet && this.ip.equals(inet.getAddress())
				&& (this.port == ANY_PORT || this.port == inet.getPort());
	}

}
