package io.socketserver.spring.autoconfigure;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

import io.socketserver.spring.Transport;
import io.socketserver.spring.autoconfigure.ServerConfig.Getter;

/**
 * What carries a server's requests, and the keys that only one kind of server looks at.
 */
final class TransportKeys {

	private TransportKeys() {
	}

	/**
	 * What carries a server's requests. Its own keys win over the flat ones, and where
	 * none says so, a path or a port does.
	 */
	static Transport transport(ServerConfig config) {
		ServerSettings own = config.own();
		Transport said = own.getTransport();
		if (said != null) {
			return said;
		}
		if (own.getUnixPath() != null) {
			return Transport.UNIX;
		}
		return inherited(config.defaults(), !ServerEndpoint.hasInet(own));
	}

	private static Transport inherited(ServerSettings defaults, boolean mayBeUnix) {
		Transport said = defaults.getTransport();
		if (said != null && (mayBeUnix || said != Transport.UNIX)) {
			return said;
		}
		return (mayBeUnix && defaults.getUnixPath() != null) ? Transport.UNIX : Transport.TCP;
	}

	static boolean isUdp(ServerConfig config) {
		return transport(config) == Transport.UDP;
	}

	/**
	 * Whether datagrams form connections.
	 */
	static boolean hasSessions(ServerConfig config) {
		return config.get("udp.sessions", (settings) -> settings.getUdp().sessions(), false);
	}

	/**
	 * The property that says what carries a server's requests, or would.
	 */
	static String property(ServerConfig config) {
		return config.find("transport", ServerSettings::getTransport)
			.map(Setting::property)
			.orElse(config.prefix() + "transport");
	}

	static List<ConditionalKey> keys() {
		return List.of(udp("max-packet-size", ServerSettings::getMaxPacketSize),
				udp("udp.long-packets", (settings) -> settings.getUdp().longPackets()),
				udp("udp.receivers", (settings) -> settings.getUdp().receivers()),
				udp("udp.multicast-group", (settings) -> settings.getUdp().multicastGroup()),
				udp("udp.multicast-interface", (settings) -> settings.getUdp().multicastInterface()),
				udp("udp.broadcast", (settings) -> settings.getUdp().broadcast()),
				udp("udp.max-amplification", (settings) -> settings.getUdp().maxAmplification()),
				udp("udp.sessions", (settings) -> settings.getUdp().sessions()),
				stream("request-queue-size", ServerSettings::getRequestQueueSize),
				stream("linger-timeout", ServerSettings::getLingerTimeout),
				stream("read-timeout", ServerSettings::getReadTimeout),
				stream("max-line-length", ServerSettings::getMaxLineLength),
				stream("buffer-size", ServerSettings::getBufferSize),
				tcp("tcp-no-delay", ServerSettings::getTcpNoDelay), tcp("linger", ServerSettings::getLinger),
				stream("ssl.enabled", (settings) -> settings.getSsl().enabled()).onlyIf(TlsMapping::isOn),
				stream("ssl.bundle", (settings) -> settings.getSsl().bundle()),
				stream("ssl.server-name-bundles", (settings) -> settings.getSsl().serverNameBundles()),
				stream("ssl.client-auth", (settings) -> settings.getSsl().clientAuth()),
				stream("ssl.on-demand", (settings) -> settings.getSsl().onDemand()),
				stream("ssl.handshakes-on-loop", (settings) -> settings.getSsl().handshakesOnLoop()),
				stream("ssl.handshake-timeout", (settings) -> settings.getSsl().handshakeTimeout()),
				stream("ssl.application-protocols", (settings) -> settings.getSsl().applicationProtocols()),
				tcp("keep-alive.enabled", (settings) -> settings.getKeepAlive().enabled()),
				tcp("keep-alive.idle", (settings) -> settings.getKeepAlive().idle()),
				tcp("keep-alive.interval", (settings) -> settings.getKeepAlive().interval()),
				tcp("keep-alive.count", (settings) -> settings.getKeepAlive().count()),
				ip("proxy-protocol.required-from", (settings) -> settings.getProxyProtocol().requiredFrom()),
				ip("proxy-protocol.header-timeout", (settings) -> settings.getProxyProtocol().headerTimeout()),
				unix("unix-path", ServerSettings::getUnixPath),
				unix("unix-permissions", ServerSettings::getUnixPermissions), ip("allow", ServerSettings::getAllow),
				ip("deny", ServerSettings::getDeny),
				ip("max-connections-per-address", ServerSettings::getMaxConnectionsPerAddress),
				ip("address-prefix.ipv4", (settings) -> settings.getAddressPrefix().ipv4()),
				ip("address-prefix.ipv6", (settings) -> settings.getAddressPrefix().ipv6()));
	}

	private static ConditionalKey udp(String name, Getter<Object> getter) {
		return key(name, getter, Transport.UDP);
	}

	private static ConditionalKey tcp(String name, Getter<Object> getter) {
		return key(name, getter, Transport.TCP);
	}

	private static ConditionalKey unix(String name, Getter<Object> getter) {
		return key(name, getter, Transport.UNIX);
	}

	private static ConditionalKey stream(String name, Getter<Object> getter) {
		return key(name, getter, Transport.TCP, Transport.UNIX);
	}

	/**
	 * For servers whose clients have an IP address.
	 */
	private static ConditionalKey ip(String name, Getter<Object> getter) {
		return key(name, getter, Transport.TCP, Transport.UDP);
	}

	private static ConditionalKey key(String name, Getter<Object> getter, Transport... transports) {
		return new ConditionalKey(name, getter,
				(config) -> List.of(transports).contains(transport(config)) ? Optional.empty()
						: Optional.of("the transport of the socket server '" + config.name() + "' is "
								+ lowerCase(transport(config)) + "; set transport to " + lowerCase(transports[0])));
	}

	private static String lowerCase(Transport transport) {
		return transport.name().toLowerCase(Locale.ROOT);
	}

}
