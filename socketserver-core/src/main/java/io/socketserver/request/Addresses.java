package io.socketserver.request;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;

/**
 * How addresses look to people, in logs as in what an operator sees:
 * {@code 192.0.2.7:4711}, {@code [2001:db8::7]:4711}. No name is looked up or shown, but
 * one that could not be resolved.
 */
public final class Addresses {

	private static final int GROUPS = 8;

	private Addresses() {
	}

	/**
	 * An address with its port, if it has one.
	 * @param address any address
	 * @return for example {@code [::1]:9000}; what the address says of itself if it is no
	 * IP address
	 */
	public static String text(SocketAddress address) {
		if (!(address instanceof InetSocketAddress inet)) {
			return address.toString();
		}
		String host = (inet.getAddress() != null) ? text(inet.getAddress()) : inet.getHostString();
		return (inet.getAddress() instanceof Inet6Address) ? "[" + host + "]:" + inet.getPort()
				: host + ":" + inet.getPort();
	}

	/**
	 * An IP address, that of version 6 as RFC 5952 wants it.
	 * @param address the address
	 * @return for example {@code 2001:db8::7}, without a zone
	 */
	public static String text(InetAddress address) {
		return (address instanceof Inet6Address) ? compressed(address.getAddress()) : address.getHostAddress();
	}

	private static String compressed(byte[] bytes) {
		int[] groups = new int[GROUPS];
		ByteBuffer in = ByteBuffer.wrap(bytes);
		for (int i = 0; i < GROUPS; i++) {
			groups[i] = in.getShort() & 0xffff;
		}
		int begin = 0;
		int length = 0;
		for (int i = 0; i < GROUPS; i++) {
			int zeros = zeros(groups, i);
			if (zeros > length) {
				begin = i;
				length = zeros;
			}
		}
		// A single zero is not worth it, says section 4.2.2.
		return (length < 2) ? join(groups, 0, GROUPS)
				: join(groups, 0, begin) + "::" + join(groups, begin + length, GROUPS);
	}

	private static int zeros(int[] groups, int from) {
		int end = from;
		while (end < GROUPS && groups[end] == 0) {
			end++;
		}
		return end - from;
	}

	private static String join(int[] groups, int from, int to) {
		StringBuilder text = new StringBuilder();
		for (int i = from; i < to; i++) {
			text.append((i > from) ? ":" : "").append(Integer.toHexString(groups[i]));
		}
		return text.toString();
	}

}
