package io.socketserver.proxy;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;

import org.jspecify.annotations.Nullable;

/**
 * The binary form: a signature of 12 bytes, version and command, family and protocol, the
 * length of the rest; then addresses, and TLVs.
 */
final class ProxyV2 {

	static final int FIXED_LENGTH = 16;

	private static final byte[] SIGNATURE = { '\r', '\n', '\r', '\n', 0, '\r', '\n', 'Q', 'U', 'I', 'T', '\n' };

	static final int SIGNATURE_LENGTH = SIGNATURE.length;

	private static final int LOCAL = 0x20;

	private static final int PROXY = 0x21;

	private static final int STREAM = 1;

	private static final int DATAGRAM = 2;

	private static final int UNIX_ADDRESSES = 216;

	private ProxyV2() {
	}

	static byte[] signature() {
		return SIGNATURE.clone();
	}

	/**
	 * Whether this may be such a header, as far as it is known.
	 */
	static boolean mayBegin(ByteBuffer in) {
		int known = Math.min(SIGNATURE.length, in.remaining());
		for (int i = 0; i < known; i++) {
			if (in.get(in.position() + i) != SIGNATURE[i]) {
				return false;
			}
		}
		return known > 0;
	}

	static @Nullable ProxyHeader parse(ByteBuffer in, int maxLength, boolean datagram) throws ProxyHeaderException {
		if (in.remaining() < FIXED_LENGTH) {
			return null;
		}
		int begin = in.position();
		int command = in.get(begin + 12) & 0xff;
		if (command != LOCAL && command != PROXY) {
			throw invalid("version and command are " + hex(command) + ", and neither 0x20 (LOCAL) nor 0x21 (PROXY)");
		}
		int length = FIXED_LENGTH + (in.getShort(begin + 14) & 0xffff);
		if (length > maxLength) {
			throw invalid("it has " + length + " bytes, and may have " + maxLength);
		}
		if (in.remaining() < length) {
			return null;
		}
		ByteBuffer whole = in.slice(begin, length).asReadOnlyBuffer();
		ProxyHeader header = (command == LOCAL) ? ProxyHeader.unknown(2, true, ProxyTlvs.NONE)
				: proxied(whole, datagram);
		in.position(begin + length);
		return header;
	}

	private static ProxyHeader proxied(ByteBuffer whole, boolean datagram) throws ProxyHeaderException {
		int family = (whole.get(13) & 0xf0) >> 4;
		int protocol = whole.get(13) & 0x0f;
		if (family > 3 || protocol > DATAGRAM) {
			throw invalid("family and protocol are " + hex(whole.get(13) & 0xff) + ", which have no meaning");
		}
		if (family == 0 || protocol == 0) {
			// The proxy does not say what these are, so nothing more can be read.
			return ProxyHeader.unknown(2, false, ProxyTlvs.NONE);
		}
		if (protocol != (datagram ? DATAGRAM : STREAM)) {
			throw invalid("it is for "
					+ (datagram ? "a connection, and comes in a datagram" : "datagrams, and comes in a connection"));
		}
		whole.position(FIXED_LENGTH);
		return addresses(whole, family);
	}

	private static ProxyHeader addresses(ByteBuffer whole, int family) throws ProxyHeaderException {
		int size = (family == 1) ? 4 : 16;
		int length = (family == 3) ? UNIX_ADDRESSES : 2 * size + 4;
		if (whole.remaining() < length) {
			throw invalid("its addresses have " + whole.remaining() + " bytes, and not " + length);
		}
		if (family == 3) {
			whole.position(FIXED_LENGTH + length);
			return ProxyHeader.unknown(2, false, ProxyTlvs.parse(whole));
		}
		InetAddress source = address(whole, size);
		InetAddress destination = address(whole, size);
		int sourcePort = whole.getShort() & 0xffff;
		int destinationPort = whole.getShort() & 0xffff;
		return ProxyHeader.of(2, new InetSocketAddress(source, sourcePort),
				new InetSocketAddress(destination, destinationPort), ProxyTlvs.parse(whole));
	}

	private static InetAddress address(ByteBuffer in, int size) throws ProxyHeaderException {
		byte[] bits = new byte[size];
		in.get(bits);
		try {
			return InetAddress.getByAddress(bits);
		}
		catch (UnknownHostException ex) {
			throw invalid("an address of " + size + " bytes");
		}
	}

	static ProxyHeaderException invalid(String rule) {
		return new ProxyHeaderException("Invalid PROXY header of version 2: " + rule);
	}

	private static String hex(int value) {
		return String.format("0x%02x", value);
	}

}
