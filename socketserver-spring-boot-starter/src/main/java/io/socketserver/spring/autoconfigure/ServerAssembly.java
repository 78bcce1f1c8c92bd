package io.socketserver.spring.autoconfigure;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.boot.convert.DurationStyle;

import io.socketserver.BaseServer;
import io.socketserver.request.Cidr;
import io.socketserver.spring.SocketServerBuilder;
import io.socketserver.spring.SocketServers;
import io.socketserver.spring.Transport;

/**
 * Makes the servers that properties and beans describe. Properties make the named
 * servers, but for those whose name a server bean has. If there are none of either kind,
 * they make the flat one.
 */
final class ServerAssembly {

	private static final Log logger = LogFactory.getLog(SocketServers.class);

	private final SocketServerProperties properties;

	private final HandlerBeans handlers;

	private final ServerBeans beans;

	private final Strategies strategies;

	private final Duration longestDrain;

	ServerAssembly(SocketServerProperties properties, HandlerBeans handlers, ServerBeans beans, Strategies strategies,
			Duration longestDrain) {
		this.properties = properties;
		this.handlers = handlers;
		this.beans = beans;
		this.strategies = strategies;
		this.longestDrain = longestDrain;
	}

	List<BaseServer> servers() {
		List<ServerConfig> configs = configs();
		Set<String> known = new LinkedHashSet<>(this.beans.servers().keySet());
		configs.forEach((config) -> known.add(config.name()));
		this.handlers.requireKnown(known);
		List<ServerConfig> own = configs.stream()
			.filter((config) -> config.isEnabled() && !this.beans.servers().containsKey(config.name()))
			.toList();
		this.strategies.keys().forEach((key) -> key.requireUsed(own));
		this.handlers.keys().forEach((key) -> key.requireUsed(own));
		TransportKeys.keys().forEach((key) -> key.requireUsed(own));
		DependentKeys.keys().forEach((key) -> key.requireUsed(own));
		List<BaseServer> servers = new ArrayList<>(this.beans.servers().values());
		servers.forEach((server) -> this.beans.listeners().forEach(server::addListener));
		own.forEach((config) -> servers.add(server(config)));
		return servers;
	}

	private List<ServerConfig> configs() {
		boolean noFlatServer = this.properties.getServers().isEmpty() && !this.beans.servers().isEmpty();
		return noFlatServer ? List.of() : ServerConfig.all(this.properties);
	}

	private void warnOfShortPhase(Setting<Duration> drainTimeout) {
		if (drainTimeout.value().compareTo(this.longestDrain) > 0) {
			logger.warn(drainTimeout.property() + " is " + DurationStyle.SIMPLE.print(drainTimeout.value())
					+ ", but its shutdown phase leaves a drain no more than "
					+ DurationStyle.SIMPLE.print(this.longestDrain)
					+ ": raise spring.lifecycle.timeout-per-shutdown-phase, or lower it");
		}
	}

	private static void warnOfForgery(Setting<List<Cidr>> proxies) {
		proxies.value()
			.stream()
			.filter((block) -> block.prefixLength() == 0)
			.findFirst()
			.ifPresent((everybody) -> logger
				.warn(proxies.property() + " contains " + everybody + ", so that whoever reaches the port may say in"
						+ " a PROXY header to be any client, whatever allow, deny and limits per address say: name the"
						+ " addresses of your proxies only"));
	}

	private BaseServer server(ServerConfig config) {
		config.find("drain-timeout", ServerSettings::getDrainTimeout).ifPresent(this::warnOfShortPhase);
		if (TransportKeys.transport(config) != Transport.UNIX) {
			config.find("proxy-protocol.required-from", (settings) -> settings.getProxyProtocol().requiredFrom())
				.ifPresent(ServerAssembly::warnOfForgery);
		}
		SocketServerBuilder builder = new SocketServerBuilder(config.name(), ServerEndpoint.address(config),
				this.handlers.factory(config));
		builder.transport(TransportKeys.transport(config));
		builder.options((options) -> OptionsMapping.options(config, this.longestDrain));
		this.beans.tls().options(config).ifPresent((tls) -> builder.options((options) -> options.withTls(tls)));
		builder.mixIns().addAll(AddressMixIns.of(config));
		this.beans.mixIns().orderedStream().forEach(builder.mixIns()::add);
		boolean strategyBean = builder.mixIns().stream().anyMatch(Strategies::isStrategy);
		boolean asked = config.find("concurrency", ServerSettings::getConcurrency).isPresent();
		if (asked || !strategyBean) {
			this.strategies.strategy(config).ifPresent(builder.mixIns()::add);
		}
		this.beans.listeners().forEach(builder::listener);
		this.beans.customizers().forEach((customizer) -> customizer.customize(builder));
		this.handlers.requireThread(config, builder.mixIns());
		return builder.build();
	}

}
