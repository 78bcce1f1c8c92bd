package io.socketserver.spring.autoconfigure;

import java.util.List;
import java.util.Map;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

/**
 * What is configured of one server: its own keys, and the flat ones it inherits.
 *
 * @param name the server's name
 * @param prefix what its own properties begin with
 * @param own its own keys
 * @param defaults the flat keys, which are its own if it is the only server
 */
record ServerConfig(String name, String prefix, ServerSettings own, ServerSettings defaults) {

	static final String FLAT_PREFIX = "socketserver.";

	/**
	 * The servers that properties describe: the named ones, or else the flat one.
	 */
	static List<ServerConfig> all(SocketServerProperties properties) {
		Map<String, ServerSettings> named = properties.getServers();
		return named.isEmpty() ? List.of(flat(properties, properties.getName()))
				: named.entrySet()
					.stream()
					.map((entry) -> named(properties, entry.getKey(), entry.getValue()))
					.toList();
	}

	/**
	 * What is configured of a server that a bean may have made.
	 */
	static ServerConfig of(SocketServerProperties properties, String name) {
		ServerSettings named = properties.getServers().get(name);
		return (named != null) ? named(properties, name, named) : flat(properties, name);
	}

	private static ServerConfig named(SocketServerProperties properties, String name, ServerSettings settings) {
		return new ServerConfig(name, FLAT_PREFIX + "servers." + name + ".", settings, properties);
	}

	private static ServerConfig flat(SocketServerProperties properties, String name) {
		return new ServerConfig(name, FLAT_PREFIX, properties, properties);
	}

	<T> Optional<Setting<T>> find(String key, Getter<T> getter) {
		T own = getter.get(this.own);
		if (own != null) {
			return Optional.of(new Setting<>(this.prefix + key, own));
		}
		T inherited = getter.get(this.defaults);
		return (inherited != null) ? Optional.of(new Setting<>(FLAT_PREFIX + key, inherited)) : Optional.empty();
	}

	<T> T get(String key, Getter<T> getter, T defaultValue) {
		return find(key, getter).map(Setting::value).orElse(defaultValue);
	}

	boolean isEnabled() {
		return get("enabled", ServerSettings::getEnabled, true);
	}

	/**
	 * A getter of the settings.
	 *
	 * @param <T> the type of the value
	 */
	@FunctionalInterface
	interface Getter<T> {

		@Nullable T get(ServerSettings settings);

	}

}
