package io.socketserver.spring.autoconfigure;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

import io.socketserver.spring.autoconfigure.ServerConfig.Getter;

/**
 * Where a server listens, according to its properties: on a Unix socket, or on an address
 * and a port. A named server's own choice wins over the flat keys'.
 */
final class ServerEndpoint {

	private static final int DEFAULT_PORT = 9999;

	private final ServerConfig config;

	private ServerEndpoint(ServerConfig config) {
		this.config = config;
	}

	static SocketAddress address(ServerConfig config) {
		ServerEndpoint endpoint = new ServerEndpoint(config);
		return endpoint.unixPath().<SocketAddress>map(UnixDomainSocketAddress::of).orElseGet(endpoint::inet);
	}

	static boolean isUnix(ServerConfig config) {
		return address(config) instanceof UnixDomainSocketAddress;
	}

	/**
	 * Refuses what needs clients with an IP address, of a server on a Unix socket itself.
	 * What it only inherits has no effect on it.
	 */
	static <T> void requireIpFor(ServerConfig config, String key, Getter<T> getter) {
		T own = getter.get(config.own());
		if (own != null) {
			throw new Setting<>(config.prefix() + key, own).invalid(
					"The server '" + config.name() + "' listens on a Unix socket, whose clients have no IP address");
		}
	}

	private Optional<Path> unixPath() {
		Optional<Setting<Path>> path = this.config.find("unix-path", ServerSettings::getUnixPath);
		boolean inherited = this.config.own().getUnixPath() == null;
		if (path.isEmpty() || (inherited && hasInet(this.config.own()))) {
			return Optional.empty();
		}
		if (hasInet(inherited ? this.config.defaults() : this.config.own())) {
			throw path.get()
				.invalid("A server listens on a Unix socket or on a port, and this one has both: remove one");
		}
		if (path.get().value().toString().isEmpty()) {
			throw path.get().invalid("The path is empty");
		}
		return path.map(Setting::value);
	}

	private static boolean hasInet(ServerSettings settings) {
		return isSet(settings.getPort()) || isSet(settings.getAddress());
	}

	private static boolean isSet(@Nullable Object value) {
		return value != null;
	}

	private InetSocketAddress inet() {
		int port = this.config.find("port", ServerSettings::getPort)
			.map((setting) -> setting.apply(ServerEndpoint::checkPort))
			.orElse(DEFAULT_PORT);
		return this.config.find("address", ServerSettings::getAddress)
			.map((setting) -> new InetSocketAddress(setting.value(), port))
			.orElseGet(() -> new InetSocketAddress(port));
	}

	private static int checkPort(int port) {
		if (port < 0 || port > 65535) {
			throw new IllegalArgumentException("A port must be between 0 and 65535, and is " + port);
		}
		return port;
	}

}
