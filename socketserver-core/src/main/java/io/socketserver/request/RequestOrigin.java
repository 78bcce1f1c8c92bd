package io.socketserver.request;

import java.net.SocketAddress;
import java.time.Instant;
import java.util.Optional;

/**
 * Where a request comes from, told by whoever took it from the socket: for a request that
 * is handled in another process than the one that accepted it.
 *
 * @param number its number, as its server counts
 * @param clientAddress who sent it
 * @param proxyAddress the proxy that has passed it on, if one has
 * @param localAddress where it arrived
 * @param acceptedAt when it was accepted
 */
public record RequestOrigin(long number, SocketAddress clientAddress, Optional<SocketAddress> proxyAddress,
		SocketAddress localAddress, Instant acceptedAt) {

}
