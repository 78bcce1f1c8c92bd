package io.socketserver.spring.actuate;

import java.net.InetSocketAddress;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.socketserver.request.Cidr;
import io.socketserver.request.Connection;

/**
 * Matches the connections of a peer: by its IP address, or by that and its port; or those
 * of a block of addresses. Names are refused, since they would have to be looked up.
 */
final class AddressFilter implements Predicate<Connection> {

	private static final int ANY_PORT = -1;

	private static final Pattern V4_WITH_PORT = Pattern.compile("([0-9.]+):(\\d{1,5})");

	private static final Pattern V6_IN_BRACKETS = Pattern.compile("\\[([^/]*)](?::(\\d{1,5}))?");

	private final Cidr block;

	private final int port;

	private AddressFilter(Cidr block, int port) {
		this.block = block;
		this.port = port;
	}

	static AddressFilter parse(String text) {
		try {
			for (Pattern pattern : new Pattern[] { V4_WITH_PORT, V6_IN_BRACKETS }) {
				Matcher matcher = pattern.matcher(text);
				if (matcher.matches()) {
					String port = matcher.group(2);
					return new AddressFilter(Cidr.parse(matcher.group(1)),
							(port != null) ? Integer.parseInt(port) : ANY_PORT);
				}
			}
			return new AddressFilter(Cidr.parse(text), ANY_PORT);
		}
		catch (IllegalArgumentException ex) {
			throw OperationRefusedException
				.badRequest("The address must be an IP address, with or without a port, such as"
						+ " 192.0.2.7, 192.0.2.7:5023 or [2001:db8::1]:5023, or a block of them, such as 192.0.2.0/24,"
						+ " and is '" + text + "'");
		}
	}

	@Override
	public boolean test(Connection connection) {
		return this.block.contains(connection.clientAddress()) && (this.port == ANY_PORT
				|| (connection.clientAddress() instanceof InetSocketAddress inet && this.port == inet.getPort()));
	}

}
