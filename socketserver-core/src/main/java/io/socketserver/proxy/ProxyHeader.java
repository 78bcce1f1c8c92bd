package io.socketserver.proxy;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

import io.socketserver.request.AttributeKey;

/**
 * What a proxy says of a connection or datagram that it passes on. Immutable.
 *
 * <pre>{@code
 * connection().attribute(ProxyHeader.KEY).flatMap((header) -> header.tlvs().authority())
 * }</pre>
 *
 * @param version 1 (text) or 2 (binary)
 * @param local whether the proxy speaks for itself, as in a health check
 * @param source the client's address; empty if the proxy does not know it, or speaks for
 * itself
 * @param destination where the client meant to connect to; empty likewise
 * @param tlvs what else it says; version 1 has none
 */
public record ProxyHeader(int version, boolean local, Optional<InetSocketAddress> source,
		Optional<InetSocketAddress> destination, ProxyTlvs tlvs) {

	/**
	 * The header of a connection, where there was one.
	 */
	public static final AttributeKey<ProxyHeader> KEY = AttributeKey.of("proxyHeader", ProxyHeader.class);

	static ProxyHeader unknown(int version, boolean local, ProxyTlvs tlvs) {
		return new ProxyHeader(version, local, Optional.empty(), Optional.empty(), tlvs);
	}

	static ProxyHeader of(int version, InetSocketAddress source, InetSocketAddress destination, ProxyTlvs tlvs) {
		return new ProxyHeader(version, false, Optional.of(source), Optional.of(destination), tlvs);
	}

	/**
	 * Reads the header that a connection begins with.
	 * @param in what has been received; on success its position moves past the header, or
	 * else stays
	 * @param maxLength how long a header of version 2 may be in all
	 * @return the header, or null if there is not all of it yet
	 * @throws ProxyHeaderException if this is not, and will not become, a valid header
	 */
	public static @Nullable ProxyHeader parse(ByteBuffer in, int maxLength) throws ProxyHeaderException {
		if (ProxyV2.mayBegin(in)) {
			return ProxyV2.parse(in, maxLength, false);
		}
		return ProxyV1.parse(in);
	}

	/**
	 * Reads the header that a datagram begins with, which is one of version 2, and whole.
	 * @param datagram the datagram; on success its position moves past the header, or
	 * else stays
	 * @param maxLength how long the header may be in all
	 * @return the header
	 * @throws ProxyHeaderException if this is not a valid header
	 */
	public static ProxyHeader parseDatagram(ByteBuffer datagram, int maxLength) throws ProxyHeaderException {
		ProxyHeader header = ProxyV2.mayBegin(datagram) ? ProxyV2.parse(datagram, maxLength, true) : null;
		if (header == null) {
			throw new ProxyHeaderException("The datagram does not begin with a whole PROXY header of version 2");
		}
		return header;
	}

	/**
	 * Whether a datagram begins like one with a header.
	 * @param datagram the datagram, which stays as it is
	 * @return true if it has the signature of version 2
	 */
	public static boolean beginsDatagram(ByteBuffer datagram) {
		return datagram.remaining() >= ProxyV2.SIGNATURE_LENGTH && ProxyV2.mayBegin(datagram);
	}

}
