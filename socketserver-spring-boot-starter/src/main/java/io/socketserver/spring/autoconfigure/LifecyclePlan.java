package io.socketserver.spring.autoconfigure;

import java.time.Duration;
import java.util.List;

import io.socketserver.BaseServer;
import io.socketserver.spring.SocketServers;
import io.socketserver.spring.autoconfigure.ServerSettings.Shutdown;

/**
 * Which servers start and drain with the application, and how long a drain may take.
 */
final class LifecyclePlan {

	// For cut connections to unwind, and the report to be logged, within the phase.
	private static final Duration MARGIN = Duration.ofSeconds(1);

	private final SocketServerProperties properties;

	private final Duration phaseTimeout;

	LifecyclePlan(SocketServerProperties properties, Duration phaseTimeout) {
		this.properties = properties;
		this.phaseTimeout = phaseTimeout;
	}

	/**
	 * How long a drain may take, so that it ends within its phase.
	 */
	Duration longestDrain() {
		Duration half = this.phaseTimeout.dividedBy(2);
		return this.phaseTimeout.minus((half.compareTo(MARGIN) < 0) ? half : MARGIN);
	}

	Duration drainTimeout(BaseServer server) {
		Duration own = server.options().drainTimeout();
		Duration longest = longestDrain();
		return (own.compareTo(longest) < 0) ? own : longest;
	}

	boolean isAutoStartup(BaseServer server) {
		return config(server).get("auto-startup", ServerSettings::getAutoStartup, true);
	}

	boolean isGraceful(BaseServer server) {
		return config(server).get("shutdown", ServerSettings::getShutdown, Shutdown.GRACEFUL) == Shutdown.GRACEFUL;
	}

	List<BaseServer> autoStarting(SocketServers servers) {
		return servers.all().stream().filter(this::isAutoStartup).toList();
	}

	private ServerConfig config(BaseServer server) {
		return ServerConfig.of(this.properties, server.name());
	}

}
