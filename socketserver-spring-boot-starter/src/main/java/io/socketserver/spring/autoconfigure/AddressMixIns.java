package io.socketserver.spring.autoconfigure;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import io.socketserver.mixin.AddressRulesMixIn;
import io.socketserver.mixin.PerAddressLimitMixIn;
import io.socketserver.request.Cidr;
import io.socketserver.request.MixIn;
import io.socketserver.spring.Transport;
import io.socketserver.spring.autoconfigure.ServerConfig.Getter;

/**
 * The mix-ins by which properties refuse clients for their addresses.
 */
final class AddressMixIns {

	private static final int IPV4_BITS = 32;

	private static final int IPV6_BITS = 64;

	private AddressMixIns() {
	}

	/**
	 * Those that are configured, the outermost first.
	 */
	static List<MixIn> of(ServerConfig config) {
		if (TransportKeys.transport(config) == Transport.UNIX) {
			return List.of();
		}
		List<MixIn> all = new ArrayList<>();
		List<Cidr> allow = config.find("allow", ServerSettings::getAllow)
			.map((setting) -> setting.apply(AddressMixIns::requireSome))
			.orElse(List.of());
		List<Cidr> deny = config.get("deny", ServerSettings::getDeny, List.of());
		if (!allow.isEmpty() || !deny.isEmpty()) {
			all.add(new AddressRulesMixIn(allow, deny));
		}
		limit(config).ifPresent(all::add);
		return all;
	}

	/**
	 * A list may be empty by mistake, as that of a placeholder without a value.
	 */
	private static List<Cidr> requireSome(List<Cidr> allowed) {
		if (allowed.isEmpty()) {
			throw new IllegalArgumentException("It names nobody: list blocks such as 10.0.0.0/8, or leave the key out"
					+ " to let everybody in (where a flat key is inherited: 0.0.0.0/0 and ::/0)");
		}
		return allowed;
	}

	private static Optional<MixIn> limit(ServerConfig config) {
		int ipv4 = prefix(config, "ipv4", IPV4_BITS, (settings) -> settings.getAddressPrefix().ipv4());
		int ipv6 = prefix(config, "ipv6", 128, (settings) -> settings.getAddressPrefix().ipv6());
		return config.find("max-connections-per-address", ServerSettings::getMaxConnectionsPerAddress)
			.map((setting) -> setting.apply((max) -> new PerAddressLimitMixIn(max, ipv4, ipv6)));
	}

	private static int prefix(ServerConfig config, String version, int most, Getter<Integer> getter) {
		return config.find("address-prefix." + version, getter)
			.map((setting) -> setting.apply((bits) -> check(bits, most)))
			.orElse(version.equals("ipv6") ? IPV6_BITS : IPV4_BITS);
	}

	private static int check(int bits, int most) {
		if (bits < 0 || bits > most) {
			throw new IllegalArgumentException("A prefix has 0 to " + most + " bits, and not " + bits);
		}
		return bits;
	}

}
