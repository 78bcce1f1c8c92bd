package io.socketserver.spring;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import io.socketserver.BaseServer;

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

	@Override
	public Iterator<BaseServer> iterator() {
		return all().iterator();
	}

}
