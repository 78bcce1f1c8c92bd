package io.socketserver.spring.autoconfigure;

import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.function.BiFunction;

import org.jspecify.annotations.Nullable;
import org.springframework.util.unit.DataSize;

import io.socketserver.ServerOptions;
import io.socketserver.ServerOptions.KeepAlive;
import io.socketserver.UdpOptions;
import io.socketserver.proxy.ProxyProtocol;
import io.socketserver.request.Cidr;
import io.socketserver.spring.Transport;
import io.socketserver.spring.autoconfigure.ServerConfig.Getter;

/**
 * The options of a server from its properties. What is not configured stays as it is in
 * {@link ServerOptions#DEFAULT}.
 */
final class OptionsMapping {

	private static final Set<PosixFilePermission> WRITERS = Set.of(PosixFilePermission.OWNER_WRITE,
			PosixFilePermission.GROUP_WRITE, PosixFilePermission.OTHERS_WRITE);

	private final ServerConfig config;

	private ServerOptions options;

	private OptionsMapping(ServerConfig config) {
		this.config = config;
		this.options = new Setting<>(config.prefix() + "name", config.name()).apply(ServerOptions.DEFAULT::withName);
	}

	/**
	 * Maps.
	 * @param config what is configured
	 * @param drainTimeout the drain timeout if none is configured
	 * @return the options
	 */
	static ServerOptions options(ServerConfig config, Duration drainTimeout) {
		OptionsMapping mapping = new OptionsMapping(config);
		mapping.options = mapping.options.withDrainTimeout(drainTimeout);
		mapping.socket();
		mapping.keepAlive();
		mapping.limits();
		mapping.streams();
		mapping.udp();
		mapping.edge();
		return mapping.options;
	}

	private void socket() {
		set("request-queue-size", ServerSettings::getRequestQueueSize, ServerOptions::withRequestQueueSize);
		set("reuse-address", ServerSettings::getReuseAddress, ServerOptions::withReuseAddress);
		set("reuse-port", ServerSettings::getReusePort, ServerOptions::withReusePort);
		set("tcp-no-delay", ServerSettings::getTcpNoDelay, ServerOptions::withTcpNoDelay);
		setSize("receive-buffer-size", ServerSettings::getReceiveBufferSize, ServerOptions::withReceiveBufferSize);
		setSize("send-buffer-size", ServerSettings::getSendBufferSize, ServerOptions::withSendBufferSize);
		set("linger", ServerSettings::getLinger, ServerOptions::withLinger);
	}

	private void keepAlive() {
		setKeepAlive("enabled", (settings) -> settings.getKeepAlive().enabled(),
				(now, value) -> new KeepAlive(value, now.idle(), now.interval(), now.count()));
		setKeepAlive("idle", (settings) -> settings.getKeepAlive().idle(),
				(now, value) -> new KeepAlive(now.enabled(), value, now.interval(), now.count()));
		setKeepAlive("interval", (settings) -> settings.getKeepAlive().interval(),
				(now, value) -> new KeepAlive(now.enabled(), now.idle(), value, now.count()));
		setKeepAlive("count", (settings) -> settings.getKeepAlive().count(),
				(now, value) -> new KeepAlive(now.enabled(), now.idle(), now.interval(), value));
	}

	private void limits() {
		set("max-connections", ServerSettings::getMaxConnections, ServerOptions::withMaxConnections);
		set("idle-timeout", ServerSettings::getIdleTimeout, ServerOptions::withIdleTimeout);
		set("request-timeout", ServerSettings::getRequestTimeout, ServerOptions::withRequestTimeout);
		set("read-timeout", ServerSettings::getReadTimeout, ServerOptions::withReadTimeout);
		set("linger-timeout", ServerSettings::getLingerTimeout, ServerOptions::withLingerTimeout);
		set("drain-timeout", ServerSettings::getDrainTimeout, ServerOptions::withDrainTimeout);
	}

	private void streams() {
		setSize("max-line-length", ServerSettings::getMaxLineLength, ServerOptions::withMaxLineLength);
		setSize("buffer-size", ServerSettings::getBufferSize, ServerOptions::withBufferSize);
		set("charset", ServerSettings::getCharset, ServerOptions::withCharset);
	}

	private void udp() {
		setUdp("max-packet-size", ServerSettings::getMaxPacketSize, (now, size) -> now.withMaxPacketSize(bytes(size)));
		setUdp("udp.long-packets", (settings) -> settings.getUdp().longPackets(), UdpOptions::withLongPackets);
		setUdp("udp.receivers", (settings) -> settings.getUdp().receivers(), UdpOptions::withReceivers);
		setUdp("udp.multicast-group", (settings) -> settings.getUdp().multicastGroup(), UdpOptions::withMulticastGroup);
		setUdp("udp.multicast-interface", (settings) -> settings.getUdp().multicastInterface(),
				UdpOptions::withMulticastInterface);
		setUdp("udp.broadcast", (settings) -> settings.getUdp().broadcast(), UdpOptions::withBroadcast);
		setUdp("udp.max-amplification", (settings) -> settings.getUdp().maxAmplification(),
				UdpOptions::withMaxAmplification);
		setUdp("udp.sessions", (settings) -> settings.getUdp().sessions(), UdpOptions::withSessions);
	}

	private <T> void setUdp(String key, Getter<T> getter, BiFunction<UdpOptions, T, UdpOptions> with) {
		set(key, getter, (now, value) -> now.withUdp(with.apply(now.udp(), value)));
	}

	private void edge() {
		set("unix-permissions", ServerSettings::getUnixPermissions,
				(now, text) -> now.withUnixPermissions(permissions(text)));
		if (TransportKeys.transport(this.config) != Transport.UNIX) {
			set("proxy-protocol.required-from", OptionsMapping::requiredFrom, OptionsMapping::withRequiredFrom);
			set("proxy-protocol.header-timeout", (settings) -> settings.getProxyProtocol().headerTimeout(),
					OptionsMapping::withHeaderTimeout);
		}
	}

	private static @Nullable List<Cidr> requiredFrom(ServerSettings settings) {
		return settings.getProxyProtocol().requiredFrom();
	}

	private static ServerOptions withRequiredFrom(ServerOptions options, List<Cidr> proxies) {
		return options.withProxyProtocol(ProxyProtocol.requiredFrom(proxies));
	}

	private static ServerOptions withHeaderTimeout(ServerOptions options, Duration timeout) {
		ProxyProtocol protocol = options.proxyProtocol()
			.orElseThrow(() -> new IllegalArgumentException("It has no effect without proxy-protocol.required-from"));
		return options.withProxyProtocol(protocol.withHeaderTimeout(timeout));
	}

	private static Set<PosixFilePermission> permissions(String text) {
		Set<PosixFilePermission> permissions = parse(text);
		if (Collections.disjoint(permissions, WRITERS)) {
			throw new IllegalArgumentException("With '" + text + "' nobody can connect, since a client needs the"
					+ " permission to write, as in rw------- (the user only) or rw-rw---- (the group too)");
		}
		return permissions;
	}

	private static Set<PosixFilePermission> parse(String text) {
		try {
			return PosixFilePermissions.fromString(text);
		}
		catch (IllegalArgumentException ex) {
			// YAML reads 0660 as an octal number, so that 432 arrives.
			String number = text.matches("\\d+") ? ", as letters in quotes and as no number like 0660" : "";
			throw new IllegalArgumentException("'" + text + "' are no permissions: write them as ls does, such as"
					+ " rw------- (the user only) or rw-rw---- (the group too)" + number, ex);
		}
	}

	private <T> void set(String key, Getter<T> getter, BiFunction<ServerOptions, T, ServerOptions> with) {
		this.config.find(key, getter)
			.ifPresent((setting) -> this.options = setting.apply((value) -> with.apply(this.options, value)));
	}

	private void setSize(String key, Getter<DataSize> getter, BiFunction<ServerOptions, Integer, ServerOptions> with) {
		set(key, getter, (now, size) -> with.apply(now, bytes(size)));
	}

	private <T> void setKeepAlive(String key, Getter<T> getter, BiFunction<KeepAlive, T, KeepAlive> with) {
		set("keep-alive." + key, getter, (now, value) -> now.withKeepAlive(with.apply(now.keepAlive(), value)));
	}

	static int bytes(DataSize size) {
		if (size.toBytes() > Integer.MAX_VALUE) {
			throw new IllegalArgumentException("It must be less than 2GB, and is " + size);
		}
		return (int) size.toBytes();
	}

}
