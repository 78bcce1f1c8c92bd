package io.socketserver.spring.autoconfigure;

import java.util.List;
import java.util.concurrent.CompletableFuture;

import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.context.ApplicationContext;
import org.springframework.context.SmartLifecycle;

import io.socketserver.spring.SocketServers;

/**
 * Drains the servers when the application ends, all at the same time and beside web
 * servers, while everything that handlers need still runs.
 */
final class SocketServerDrainLifecycle implements SmartLifecycle {

	// That of web servers' graceful shutdown.
	static final int PHASE = SmartLifecycle.DEFAULT_PHASE - 1024;

	private final ApplicationContext context;

	private final SocketServers servers;

	private final LifecyclePlan plan;

	private volatile boolean running;

	private volatile boolean refusingTraffic;

	SocketServerDrainLifecycle(ApplicationContext context, SocketServers servers, LifecyclePlan plan) {
		this.context = context;
		this.servers = servers;
		this.plan = plan;
	}

	/**
	 * The servers have been started again if this is not the first time. The first time
	 * Boot itself says that the application is ready.
	 */
	@Override
	public void start() {
		this.running = true;
		if (this.refusingTraffic) {
			this.refusingTraffic = false;
			AvailabilityChangeEvent.publish(this.context, ReadinessState.ACCEPTING_TRAFFIC);
		}
	}

	@Override
	public void stop() {
		drain().join();
	}

	// Whoever asked for the end is told by the callback.
	@Override
	@SuppressWarnings("FutureReturnValueIgnored")
	public void stop(Runnable callback) {
		drain().whenComplete((result, error) -> callback.run());
	}

	private CompletableFuture<Void> drain() {
		this.running = false;
		this.refusingTraffic = true;
		AvailabilityChangeEvent.publish(this.context, ReadinessState.REFUSING_TRAFFIC);
		List<CompletableFuture<?>> ends = this.servers.all()
			.stream()
			.filter(this.plan::isGraceful)
			.<CompletableFuture<?>>map((server) -> this.servers.stop(server.name(), this.plan.drainTimeout(server)))
			.toList();
		return CompletableFuture.allOf(ends.toArray(CompletableFuture[]::new));
	}

	@Override
	public boolean isRunning() {
		return this.running;
	}

	@Override
	public int getPhase() {
		return PHASE;
	}

	/**
	 * No: see {@link SocketServerStartStopLifecycle}.
	 */
	@Override
	public boolean isPauseable() {
		return false;
	}

}
