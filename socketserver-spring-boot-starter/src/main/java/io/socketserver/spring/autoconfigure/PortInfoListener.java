package io.socketserver.spring.autoconfigure;

import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationListener;
import org.springframework.core.Ordered;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.MutablePropertySources;
import org.springframework.core.env.PropertySource;

import io.socketserver.BaseServer;
import io.socketserver.spring.SocketServerStartedEvent;
import io.socketserver.spring.SocketServers;

/**
 * Puts the port that a server got into the environment, before other listeners hear of
 * its start.
 */
final class PortInfoListener implements ApplicationListener<SocketServerStartedEvent>, Ordered {

	// The property source that Boot's web servers use for the same.
	private static final String SOURCE = "server.ports";

	private final ApplicationContext context;

	private final SocketServers servers;

	PortInfoListener(ApplicationContext context, SocketServers servers) {
		this.context = context;
		this.servers = servers;
	}

	@Override
	public int getOrder() {
		return HIGHEST_PRECEDENCE;
	}

	@Override
	public void onApplicationEvent(SocketServerStartedEvent event) {
		BaseServer server = event.server();
		boolean ours = this.servers.find(server.name()).filter(server::equals).isPresent();
		if (ours && server.serverAddress() instanceof InetSocketAddress address) {
			Map<String, Object> ports = new HashMap<>();
			ports.put("local.socketserver." + server.name() + ".port", address.getPort());
			if (this.servers.all().stream().filter(PortInfoListener::hasPort).count() == 1) {
				ports.put("local.socketserver.port", address.getPort());
			}
			publish(this.context, ports);
		}
	}

	private static boolean hasPort(BaseServer server) {
		return server.serverAddress() instanceof InetSocketAddress;
	}

	private static void publish(@Nullable ApplicationContext context, Map<String, Object> ports) {
		if (context != null) {
			if (context.getEnvironment() instanceof ConfigurableEnvironment environment) {
				add(environment.getPropertySources(), ports);
			}
			publish(context.getParent(), ports);
		}
	}

	/**
	 * Replaces the source, since others may be reading it in other threads.
	 */
	private static void add(MutablePropertySources sources, Map<String, Object> ports) {
		synchronized (sources) {
			PropertySource<?> before = sources.get(SOURCE);
			Map<String, Object> all = new HashMap<>(ports);
			if (before instanceof MapPropertySource map) {
				map.getSource().forEach(all::putIfAbsent);
			}
			MapPropertySource after = new MapPropertySource(SOURCE, all);
			if (before != null) {
				sources.replace(SOURCE, after);
			}
			else {
				sources.addFirst(after);
			}
		}
	}

}
