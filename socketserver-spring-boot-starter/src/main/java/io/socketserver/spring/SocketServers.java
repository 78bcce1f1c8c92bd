package io.socketserver.spring;

import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

import io.socketserver.BaseServer;
import io.socketserver.request.DrainReport;

/**
 * The socket servers of an application, by name. May be used from any thread.
 */
public final class SocketServers implements Iterable<BaseServer> {

	private final Map<String, BaseServer> servers = new LinkedHashMap<>();

	/**
	 * The servers.
	 * @param servers with names that differ
	 */
	public SocketServers(List<? extends BaseServer> servers) {
		servers.forEach((server) -> this.servers.put(server.name(), server));
	}

	/**
	 * Finds a server.
	 * @param name its name
	 * @return empty if there is none of that name
	 */
	public Optional<BaseServer> find(String name) {
		return Optional.ofNullable(this.servers.get(name));
	}

	/**
	 * All servers.
	 * @return in the order of their declaration
	 */
	public List<BaseServer> all() {
		return List.copyOf(this.servers.values());
	}

	/**
	 * Starts a server, again if it was stopped. No effect if it is serving.
	 * @param name its name
	 * @throws io.socketserver.BindFailedException if it cannot listen
	 */
	public void start(String name) {
		get(name).start();
	}

	/**
	 * Begins to close a server in an orderly way, and does not wait.
	 * @param name its name
	 * @param grace how long requests under way may take
	 * @return done when the server is closed
	 */
	public CompletableFuture<DrainReport> stop(String name, Duration grace) {
		return get(name).closeAsync(grace);
	}

	private BaseServer get(String name) {
		return find(name).orElseThrow(() -> new IllegalArgumentException(
				"There is no server '" + name + "': there are " + this.servers.keySet()));
	}

	@Override
	public Iterator<BaseServer> iterator() {
		return all().iterator();
	}

}
