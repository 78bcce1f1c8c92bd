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

	static Transport transport(ServerConfig config) {
		return config.get("transport", ServerSettings::getTransport, Transport.TCP);
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
				tcp("request-queue-size", ServerSettings::getRequestQueueSize),
				tcp("tcp-no-delay", ServerSettings::getTcpNoDelay), tcp("linger", ServerSettings::getLinger),
				tcp("linger-timeout", ServerSettings::getLingerTimeout),
				tcp("read-timeout", ServerSettings::getReadTimeout),
				tcp("max-line-length", ServerSettings::getMaxLineLength),
				tcp("buffer-size", ServerSettings::getBufferSize),
				tcp("keep-alive.enabled", (settings) -> settings.getKeepAlive().enabled()),
				tcp("keep-alive.idle", (settings) -> settings.getKeepAlive().idle()),
				tcp("keep-alive.interval", (settings) -> settings.getKeepAlive().interval()),
				tcp("keep-alive.count", (settings) -> settings.getKeepAlive().count()));
	}

	private static ConditionalKey udp(String name, Getter<Object> getter) {
		return key(name, getter, Transport.UDP);
	}

	private static ConditionalKey tcp(String name, Getter<Object> getter) {
		return key(name, getter, Transport.TCP);
	}

	private static ConditionalKey key(String name, Getter<Object> getter, Transport transport) {
		return new ConditionalKey(name, getter,
				(config) -> (transport(config) == transport) ? Optional.empty()
						: Optional.of("the transport of the socket server '" + config.name() + "' is "
								+ lowerCase(transport(config)) + "; set transport to " + lowerCase(transport)));
	}

	private static String lowerCase(Transport transport) {
		return transport.name().toLowerCase(Locale.ROOT);
	}

}
