package io.socketserver.spring;

import java.time.Duration;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

import org.springframework.context.ApplicationEventPublisher;

import io.socketserver.BaseServer;
import io.socketserver.request.DrainReport;

/**
 * The socket servers of an application, by name. Starts and stops them, and publishes a
 * {@link SocketServerStartedEvent} and a {@link SocketServerStoppedEvent} for each time
 * one has started and stopped. All methods may be called from any thread.
 */
public final class SocketServers implements Iterable<BaseServer>, AutoCloseable {

	private final Map<String, ServerRun> runs = new LinkedHashMap<>();

	/**
	 * Servers whose starts and stops nobody is told of.
	 * @param servers with names that differ
	 */
	public SocketServers(List<? extends BaseServer> servers) {
		this(servers, (event) -> {
		});
	}

	/**
	 * The servers.
	 * @param servers with names that differ
	 * @param publisher is given the events
	 */
	public SocketServers(List<? extends BaseServer> servers, ApplicationEventPublisher publisher) {
		for (BaseServer server : servers) {
			if (this.runs.put(server.name(), new ServerRun(server, publisher)) != null) {
				throw new IllegalArgumentException("Two socket servers have the name '" + server.name()
						+ "': give each its own (ServerOptions.withName)");
			}
		}
	}

	/**
	 * Finds a server.
	 * @param name its name
	 * @return empty if there is none of that name
	 */
	public Optional<BaseServer> find(String name) {
		return Optional.ofNullable(this.runs.get(name)).map(ServerRun::server);
	}

	/**
	 * All servers.
	 * @return in the order of their declaration
	 */
	public List<BaseServer> all() {
		return this.runs.values().stream().map(ServerRun::server).toList();
	}

	@Override
	public Iterator<BaseServer> iterator() {
		return all().iterator();
	}

	/**
	 * Binds a server and serves. If it is being stopped, waits for that first. No effect
	 * if it is serving.
	 * @param name the server's name
	 * @throws IllegalArgumentException if there is none of that name
	 * @throws io.socketserver.BindFailedException if it cannot listen
	 */
	public void start(String name) {
		start(List.of(name));
	}

	/**
	 * Starts several servers: all are bound before the first one serves. If one of them
	 * cannot start, those that this call has started are closed again.
	 * @param names the servers' names
	 * @throws IllegalArgumentException if there is none of such a name
	 * @throws io.socketserver.BindFailedException if one cannot listen
	 */
	public void start(Collection<String> names) {
		List<ServerRun> all = names.stream().map(this::run).toList();
		List<ServerRun> idle = all.stream().filter((run) -> !run.isServing()).toList();
		boolean started = false;
		try {
			idle.forEach(ServerRun::bind);
			// One that is serving already may not have been told of.
			all.forEach(ServerRun::serve);
			started = true;
		}
		finally {
			if (!started) {
				stopAll(idle);
			}
		}
	}

	/**
	 * Closes a server as {@link BaseServer#closeAsync(Duration)} does, and never waits. A
	 * second call while it is being stopped may bring the deadline forward. No effect if
	 * it is closed.
	 * @param name the server's name
	 * @param grace how long requests under way may take
	 * @return done when the server is closed and the event is published
	 * @throws IllegalArgumentException if there is none of that name
	 */
	public CompletableFuture<DrainReport> stop(String name, Duration grace) {
		return run(name).stop(grace);
	}

	/**
	 * Closes all servers at once, and waits for it. Connections are cut.
	 */
	@Override
	public void close() {
		stopAll(this.runs.values());
	}

	private static void stopAll(Collection<ServerRun> runs) {
		List<CompletableFuture<DrainReport>> ends = runs.stream().map((run) -> run.stop(Duration.ZERO)).toList();
		ends.forEach(CompletableFuture::join);
	}

	private ServerRun run(String name) {
		ServerRun run = this.runs.get(name);
		if (run == null) {
			throw new IllegalArgumentException(
					"There is no socket server '" + name + "'; there are " + this.runs.keySet());
		}
		return run;
	}

}
