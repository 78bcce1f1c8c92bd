package io.socketserver.spring.autoconfigure;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import org.springframework.context.SmartLifecycle;

import io.socketserver.BaseServer;
import io.socketserver.spring.SocketServers;

/**
 * Starts the servers when all singletons exist, in the phase web servers start in, and
 * closes what is left of them in the same phase.
 */
final class SocketServerStartStopLifecycle implements SmartLifecycle {

	static final int PHASE = SocketServerDrainLifecycle.PHASE - 1024;

	private final SocketServers servers;

	private final LifecyclePlan plan;

	private volatile boolean running;

	SocketServerStartStopLifecycle(SocketServers servers, LifecyclePlan plan) {
		this.servers = servers;
		this.plan = plan;
	}

	@Override
	public void start() {
		this.servers.start(this.plan.autoStarting(this.servers).stream().map(BaseServer::name).toList());
		this.running = true;
	}

	@Override
	public void stop() {
		close().join();
	}

	// Whoever asked for the end is told by the callback.
	@Override
	@SuppressWarnings("FutureReturnValueIgnored")
	public void stop(Runnable callback) {
		close().whenComplete((result, error) -> callback.run());
	}

	private CompletableFuture<Void> close() {
		this.running = false;
		List<CompletableFuture<?>> ends = this.servers.all()
			.stream()
			.<CompletableFuture<?>>map((server) -> this.servers.stop(server.name(), Duration.ZERO))
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
	 * No: a server on port 0 would change its port when tests pause its context.
	 */
	@Override
	public boolean isPauseable() {
		return false;
	}

}
