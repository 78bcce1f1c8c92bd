package io.socketserver.spring.autoconfigure;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;

import io.socketserver.spring.Transport;

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
		return (TransportKeys.transport(config) == Transport.UNIX) ? UnixDomainSocketAddress.of(endpoint.unixPath())
				: endpoint.inet();
	}

	private Path unixPath() {
		Setting<Path> path = this.config.find("unix-path", ServerSettings::getUnixPath).orElseThrow(this::noPath);
		boolean inherited = this.config.own().getUnixPath() == null;
		if (hasInet(this.config.own()) || (inherited && hasInet(this.config.defaults()))) {
			throw path.invalid("A server listens on a Unix socket or on a port, and this one has both: remove one");
		}
		if (path.value().toString().isEmpty()) {
			throw path.invalid("The path is empty");
		}
		return path.value();
	}

	private InvalidConfigurationPropertyValueException noPath() {
		return new Setting<>(TransportKeys.property(this.config), Transport.UNIX)
			.invalid("A Unix socket is a file: set " + this.config.prefix() + "unix-path");
	}

	/**
	 * Whether an address or a port is configured.
	 */
	static boolean hasInet(ServerSettings settings) {
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
