package io.socketserver.proxy;

import java.net.SocketAddress;
import java.time.Duration;
import java.util.List;

import io.socketserver.request.Cidr;

/**
 * From whom a server requires the PROXY protocol, version 1 or 2: the addresses of your
 * proxies. Immutable.
 *
 * <p>
 * Whether there is a header is never guessed. Of a connection from one of these addresses
 * the first bytes have to be a header, which has to be whole in time; what else comes is
 * refused. A proxy's own health checks say LOCAL (or, in version 1, UNKNOWN), and keep
 * the address of the proxy.
 *
 * <p>
 * From all other addresses a header is forbidden: they are served with their own address,
 * without waiting for anything, and a connection whose first bytes are a header, of
 * either version, is closed as soon as they are read. So nobody can speak for somebody
 * else.
 *
 * <p>
 * For a UDP server, each datagram of a proxy has to begin with a header of version 2, and
 * replies go back to the proxy, without one. From others, datagrams that begin with its
 * signature are dropped.
 *
 * @param requiredFrom the addresses of the proxies, at least one
 * @param headerTimeout how long the header may take
 * @param maxHeaderLength how many bytes a header of version 2 may have in all
 */
public record ProxyProtocol(List<Cidr> requiredFrom, Duration headerTimeout, int maxHeaderLength) {

	/**
	 * The default of {@link #headerTimeout}. Proxies send the header first of all, so
	 * this only has to outlast a lost packet or two.
	 */
	public static final Duration DEFAULT_HEADER_TIMEOUT = Duration.ofSeconds(5);

	/**
	 * The default of {@link #maxHeaderLength}: room for a client's certificate.
	 */
	public static final int DEFAULT_MAX_HEADER_LENGTH = 4096;

	// Addresses of Unix sockets have to fit.
	private static final int LEAST_MAX_HEADER_LENGTH = 256;

	private static final int MOST = ProxyV2.FIXED_LENGTH + 0xffff;

	/**
	 * Checks the values.
	 */
	public ProxyProtocol {
		requiredFrom = List.copyOf(requiredFrom);
		if (requiredFrom.isEmpty()) {
			throw new IllegalArgumentException(
					"requiredFrom must name the proxies: if nobody sends a PROXY header, leave the PROXY protocol off");
		}
		if (headerTimeout.isNegative() || headerTimeout.isZero()) {
			throw new IllegalArgumentException("headerTimeout must be more than zero, and is " + headerTimeout);
		}
		if (maxHeaderLength < LEAST_MAX_HEADER_LENGTH || maxHeaderLength > MOST) {
			throw new IllegalArgumentException("maxHeaderLength must be from " + LEAST_MAX_HEADER_LENGTH + " to " + MOST
					+ ", and is " + maxHeaderLength);
		}
	}

	/**
	 * Requires the header from some addresses, with the default limits.
	 * @param requiredFrom the addresses of the proxies, at least one
	 * @return the options
	 */
	public static ProxyProtocol requiredFrom(List<Cidr> requiredFrom) {
		return new ProxyProtocol(requiredFrom, DEFAULT_HEADER_TIMEOUT, DEFAULT_MAX_HEADER_LENGTH);
	}

	/**
	 * A copy with another deadline.
	 * @param value how long the header may take, more than zero
	 * @return the copy
	 */
	public ProxyProtocol withHeaderTimeout(Duration value) {
		return new ProxyProtocol(this.requiredFrom, value, this.maxHeaderLength);
	}

	/**
	 * Whether the header is required from a peer.
	 * @param peer who has connected
	 * @return false if it is forbidden to it
	 */
	public boolean isRequiredFrom(SocketAddress peer) {
		return this.requiredFrom.stream().anyMatch((block) -> block.contains(peer));
	}

}
