package io.socketserver.spring.autoconfigure;

import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

import io.socketserver.spring.autoconfigure.ServerConfig.Getter;

/**
 * The keys that mean nothing without another one.
 */
final class DependentKeys {

	private DependentKeys() {
	}

	static List<ConditionalKey> keys() {
		return List.of(tls("ssl.client-auth", (settings) -> settings.getSsl().clientAuth()),
				tls("ssl.server-name-bundles", (settings) -> settings.getSsl().serverNameBundles()),
				tls("ssl.on-demand", (settings) -> settings.getSsl().onDemand()),
				tls("ssl.handshakes-on-loop", (settings) -> settings.getSsl().handshakesOnLoop()),
				tls("ssl.handshake-timeout", (settings) -> settings.getSsl().handshakeTimeout()),
				tls("ssl.application-protocols", (settings) -> settings.getSsl().applicationProtocols()),
				limit("address-prefix.ipv4", (settings) -> settings.getAddressPrefix().ipv4()),
				limit("address-prefix.ipv6", (settings) -> settings.getAddressPrefix().ipv6()),
				key("udp.multicast-interface", (settings) -> settings.getUdp().multicastInterface(),
						DependentKeys::hasGroup, "has no udp.multicast-group",
						"udp.multicast-group to the group's address"));
	}

	/**
	 * Who switches TLS off, or on, has said what is meant.
	 */
	private static ConditionalKey tls(String name, Getter<Object> getter) {
		return key(name, getter, TlsMapping::isSaid, "has no ssl.bundle and speaks in clear",
				"ssl.bundle to the name of a bundle below spring.ssl.bundle");
	}

	private static ConditionalKey limit(String name, Getter<Object> getter) {
		return key(name, getter, DependentKeys::hasLimit, "has no max-connections-per-address",
				"max-connections-per-address");
	}

	private static boolean hasLimit(ServerConfig config) {
		return config.find("max-connections-per-address", ServerSettings::getMaxConnectionsPerAddress).isPresent();
	}

	private static boolean hasGroup(ServerConfig config) {
		return config.find("udp.multicast-group", (settings) -> settings.getUdp().multicastGroup()).isPresent();
	}

	private static ConditionalKey key(String name, Getter<Object> getter, Predicate<ServerConfig> used, String lack,
			String remedy) {
		return new ConditionalKey(name, getter, (config) -> used.test(config) ? Optional.empty() : Optional
			.of("the socket server '" + config.name() + "' " + lack + "; set " + config.prefix() + remedy));
	}

}
