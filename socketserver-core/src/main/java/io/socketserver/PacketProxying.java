package io.socketserver;

import java.lang.System.Logger;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

import io.socketserver.internal.Refusals;
import io.socketserver.proxy.ProxyHeader;
import io.socketserver.proxy.ProxyHeaderException;
import io.socketserver.proxy.ProxyProtocol;
import io.socketserver.request.Addresses;
import io.socketserver.request.DatagramDrop;

/**
 * The PROXY headers of datagrams: each datagram of a proxy begins with one of version 2,
 * no other one may. Runs in the thread of the socket's loop.
 */
final class PacketProxying {

	private static final Logger logger = System.getLogger(BaseServer.class.getName());

	private final BaseServer server;

	private final @Nullable ProxyProtocol protocol;

	private final Refusals refusals = new Refusals(logger);

	PacketProxying(BaseServer server) {
		this.server = server;
		this.protocol = server.options().proxyProtocol().orElse(null);
	}

	/**
	 * How much longer datagrams may be than what handlers get of them.
	 */
	int maxHeaderLength() {
		return (this.protocol != null) ? this.protocol.maxHeaderLength() : 0;
	}

	/**
	 * The header of a datagram.
	 * @param from who has sent it
	 * @param datagram the datagram, whose position moves past the header
	 * @return empty if none is required
	 * @throws Refused if there has to be one and is not, or the other way round; counted
	 */
	Optional<ProxyHeader> header(SocketAddress from, ByteBuffer datagram) throws Refused {
		ProxyProtocol required = this.protocol;
		if (required == null) {
			return Optional.empty();
		}
		if (required.isRequiredFrom(from)) {
			return Optional.of(parse(from, datagram, required.maxHeaderLength()));
		}
		if (ProxyHeader.beginsDatagram(datagram)) {
			throw refuse(DatagramDrop.PROXY_HEADER_FORBIDDEN, from,
					"It has a PROXY header, and none is required from its sender");
		}
		return Optional.empty();
	}

	private ProxyHeader parse(SocketAddress from, ByteBuffer datagram, int maxLength) throws Refused {
		try {
			return ProxyHeader.parseDatagram(datagram, maxLength);
		}
		catch (ProxyHeaderException ex) {
			throw refuse(DatagramDrop.PROXY_HEADER_INVALID, from, String.valueOf(ex.getMessage()));
		}
	}

	private Refused refuse(DatagramDrop reason, SocketAddress from, String why) {
		this.server.statistics().countDropped(reason);
		this.refusals.log(reason,
				() -> this.server.describe() + " drops a datagram from " + Addresses.text(from) + ". " + why);
		return new Refused();
	}

	/**
	 * A datagram is dropped. Nobody reads its trace.
	 */
	static final class Refused extends Exception {

		private static final long serialVersionUID = 1L;

		private Refused() {
			super(null, null, false, false);
		}

	}

}
