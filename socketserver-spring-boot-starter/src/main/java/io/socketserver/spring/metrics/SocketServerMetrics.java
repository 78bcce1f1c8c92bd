package io.socketserver.spring.metrics;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import io.micrometer.core.instrument.MeterRegistry;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.InitializingBean;
import org.springframework.context.event.EventListener;

import io.socketserver.BaseServer;
import io.socketserver.ServerState;
import io.socketserver.spring.SocketServerStartedEvent;
import io.socketserver.spring.SocketServerStoppedEvent;
import io.socketserver.spring.SocketServers;

/**
 * Registers the meters of each server when it starts, and removes them when it stops.
 * Their names begin with {@code socketserver.}; their tags are {@code server} and
 * {@code transport}, and {@code reason} or {@code outcome} where these are a closed set:
 * no traffic adds a series. Counters go on where they were when a server is started
 * again; timers begin anew.
 *
 * <p>
 * May be called from any thread.
 */
public class SocketServerMetrics implements InitializingBean, DisposableBean {

	private final MeterRegistry registry;

	private final SocketServers servers;

	private final Map<BaseServer, ServerMeters> meters = new ConcurrentHashMap<>();

	/**
	 * Registers nothing yet.
	 * @param registry where to register meters
	 * @param servers the servers, of which some may serve already
	 */
	public SocketServerMetrics(MeterRegistry registry, SocketServers servers) {
		this.registry = registry;
		this.servers = servers;
	}

	@Override
	public void afterPropertiesSet() {
		this.servers.all().stream().filter((server) -> server.state() == ServerState.SERVING).forEach(this::add);
	}

	/**
	 * Registers the meters of a server.
	 * @param event says which
	 */
	@EventListener
	public void started(SocketServerStartedEvent event) {
		add(event.server());
	}

	/**
	 * Removes the meters of a server.
	 * @param event says which
	 */
	@EventListener
	public void stopped(SocketServerStoppedEvent event) {
		remove(event.server());
	}

	@Override
	public void destroy() {
		this.meters.keySet().forEach(this::remove);
	}

	private void add(BaseServer server) {
		this.meters.computeIfAbsent(server, (key) -> new ServerMeters(this.registry, key));
	}

	private void remove(BaseServer server) {
		this.meters.computeIfPresent(server, (key, value) -> {
			value.remove();
			return null;
		});
	}

}
