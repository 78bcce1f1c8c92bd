package io.socketserver.request;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

import io.socketserver.internal.IpLiteral;

/**
 * A block of IP addresses: all that begin with the same bits. Immutable.
 *
 * <pre>{@code
 * Cidr.parse("10.0.0.0/8").contains(address)
 * }</pre>
 *
 * <p>
 * An IPv4 address never is in an IPv6 block, except that {@code ::ffff:10.0.0.0/104} is
 * read as {@code 10.0.0.0/8}: the JDK shows IPv4 peers of a dual-stack socket as IPv4.
 *
 * @param network the first address of the block
 * @param prefixLength how many of its bits count
 */
public record Cidr(InetAddress network, int prefixLength) {

	private static final int MAPPED_BITS = 96;

	/**
	 * Checks the values.
	 */
	public Cidr {
		byte[] bits = network.getAddress();
		checkLength(network, prefixLength);
		mask(bits, prefixLength);
		if (!network.equals(address(bits))) {
			throw new IllegalArgumentException(Addresses.text(network) + "/" + prefixLength
					+ " has bits set beyond its prefix: " + "write " + Addresses.text(address(bits)) + "/"
					+ prefixLength + " for the block, or leave the prefix out" + " for the one address");
		}
	}

	/**
	 * The block of a certain size that an address is in.
	 * @param address any address
	 * @param prefixLength how many of its bits count
	 * @return the block
	 */
	public static Cidr around(InetAddress address, int prefixLength) {
		checkLength(address, prefixLength);
		byte[] bits = address.getAddress();
		mask(bits, prefixLength);
		return new Cidr(address(bits), prefixLength);
	}

	/**
	 * Reads a block. No name is looked up.
	 * @param text an IPv4 or IPv6 address, without zone and leading zeros, and unless it
	 * is meant alone, a slash and the length of the prefix
	 * @return the block
	 * @throws IllegalArgumentException if it is none; the message says why
	 */
	public static Cidr parse(String text) {
		int slash = text.indexOf('/');
		String literal = (slash < 0) ? text : text.substring(0, slash);
		Optional<InetAddress> v4 = IpLiteral.v4(literal);
		InetAddress address = v4.or(() -> IpLiteral.v6(literal)).orElseThrow(() -> noAddress(text, literal));
		int bits = 8 * address.getAddress().length;
		if (slash < 0) {
			return new Cidr(address, bits);
		}
		boolean mapped = v4.isEmpty() && bits == 32;
		return new Cidr(address, prefix(text, slash, bits, mapped ? MAPPED_BITS : 0));
	}

	private static IllegalArgumentException noAddress(String text, String literal) {
		return new IllegalArgumentException("'" + text + "' is no block of IP addresses, since '" + literal
				+ "' is no IP address: use for example 10.0.0.0/8, 192.0.2.7 or 2001:db8::/32");
	}

	private static int prefix(String text, int slash, int bits, int offset) {
		String digits = text.substring(slash + 1);
		int value = digits.matches("0|[1-9]\\d{0,2}") ? Integer.parseInt(digits) - offset : -1;
		if (value < 0 || value > bits) {
			throw new IllegalArgumentException("'" + text + "' is no block of IP addresses, since its prefix '" + digits
					+ "' is no number from " + offset + " to " + (bits + offset));
		}
		return value;
	}

	private static void checkLength(InetAddress address, int prefixLength) {
		int bits = 8 * address.getAddress().length;
		if (prefixLength < 0 || prefixLength > bits) {
			throw new IllegalArgumentException("The prefix of " + Addresses.text(address) + " must be from 0 to " + bits
					+ ", and is " + prefixLength);
		}
	}

	private static void mask(byte[] bits, int prefixLength) {
		for (int i = 0; i < bits.length; i++) {
			int keep = Math.max(0, Math.min(8, prefixLength - 8 * i));
			bits[i] &= (byte) (0xff00 >> keep);
		}
	}

	private static InetAddress address(byte[] bits) {
		try {
			return InetAddress.getByAddress(bits);
		}
		catch (UnknownHostException ex) {
			throw new IllegalArgumentException("An IP address has 4 or 16 bytes, and not " + bits.length, ex);
		}
	}

	/**
	 * Whether an address is in the block.
	 * @param address any address
	 * @return false also for one of the other IP version
	 */
	public boolean contains(InetAddress address) {
		byte[] first = this.network.getAddress();
		byte[] other = address.getAddress();
		if (first.length != other.length) {
			return false;
		}
		mask(other, this.prefixLength);
		return Arrays.equals(first, other);
	}

	/**
	 * Whether a peer is in the block.
	 * @param peer its address
	 * @return false also if it has no IP address, as those of Unix sockets
	 */
	public boolean contains(@Nullable SocketAddress peer) {
		return peer instanceof InetSocketAddress inet && inet.getAddress() != null && contains(inet.getAddress());
	}

	/**
	 * The block as {@link #parse} reads it.
	 */
	@Override
	public String toString() {
		return Addresses.text(this.network) + "/" + this.prefixLength;
	}

}
