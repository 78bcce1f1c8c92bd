package io.socketserver.spring.actuate;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.Show;
import org.springframework.boot.actuate.endpoint.annotation.DeleteOperation;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;

import io.socketserver.BaseServer;
import io.socketserver.request.CloseReason;
import io.socketserver.request.Connection;
import io.socketserver.spring.SocketServers;

/**
 * Pages through the open connections of all socket servers, and closes single ones.
 * Read-only unless {@code management.endpoint.socketconnections.access} is
 * {@code unrestricted}.
 *
 * <p>
 * Connections come and go while an operator turns pages: each page is a snapshot of its
 * own. The order, by the time of acceptance, keeps what was on earlier pages there. May
 * be called from any thread.
 */
@Endpoint(id = "socketconnections", defaultAccess = Access.READ_ONLY)
public class SocketConnectionsEndpoint {

	private static final Log logger = LogFactory.getLog(SocketConnectionsEndpoint.class);

	private static final int DEFAULT_SIZE = 50;

	private static final int MAX_SIZE = 1000;

	// The shorter id first, so that 9 comes before 10.
	private static final Comparator<Connection> OLDEST_FIRST = Comparator.comparing(Connection::acceptedAt)
		.thenComparingInt((connection) -> connection.id().length())
		.thenComparing(Connection::id);

	private final SocketServers servers;

	private final Show showAddresses;

	/**
	 * The endpoint.
	 * @param servers the servers whose connections it lists
	 * @param showAddresses when to show the addresses of peers
	 */
	public SocketConnectionsEndpoint(SocketServers servers, Show showAddresses) {
		this.servers = servers;
		this.showAddresses = showAddresses;
	}

	/**
	 * Lists connections, the oldest first.
	 * @param server only of this server
	 * @param address only of this peer: an IP address, with or without a port
	 * @param page the page, the first is 0; 0 if not given
	 * @param size how many connections a page has, from 1 to 1000; 50 if not given
	 * @return the page; empty past the last one
	 */
	@ReadOperation
	public ConnectionsDescriptor connections(@Nullable String server, @Nullable String address, @Nullable Integer page,
			@Nullable Integer size) {
		return connections(new Query(server, address, page, size), this.showAddresses.isShown(true));
	}

	/**
	 * Describes a connection.
	 * @param id its id
	 * @return the connection now
	 */
	@ReadOperation
	public ConnectionDescriptor connection(@Selector String id) {
		return connection(id, this.showAddresses.isShown(true));
	}

	/**
	 * Closes a connection, whatever its handler does. Does not wait for its end.
	 * @param id its id
	 * @return the connection, which is closing
	 */
	// Answers something because an operation without an answer does not give way to its
	// web extension.
	@DeleteOperation
	public ConnectionDescriptor close(@Selector String id) {
		Connection connection = find(id);
		logger.info("Operator: close socket connection '" + id + "'");
		connection.close(CloseReason.CLOSED_BY_SERVER);
		return ConnectionDescriptor.of(connection, this.showAddresses.isShown(true));
	}

	ConnectionDescriptor connection(String id, boolean showAddresses) {
		return ConnectionDescriptor.of(find(id), showAddresses);
	}

	ConnectionsDescriptor connections(Query query, boolean showAddresses) {
		int page = inRange("page", query.page(), 0, Integer.MAX_VALUE);
		int size = inRange("size", (query.size() != null) ? query.size() : DEFAULT_SIZE, 1, MAX_SIZE);
		List<Connection> matching = servers(query.server()).flatMap((server) -> server.connections().all().stream())
			.filter(byAddress(query.address(), showAddresses))
			.sorted(OLDEST_FIRST)
			.toList();
		List<ConnectionDescriptor> shown = matching.stream()
			.skip((long) page * size)
			.limit(size)
			.map((connection) -> ConnectionDescriptor.of(connection, showAddresses))
			.toList();
		return new ConnectionsDescriptor(page, size, matching.size(), shown);
	}

	private static int inRange(String parameter, @Nullable Integer value, int min, int max) {
		int actual = (value != null) ? value : 0;
		if (actual < min || actual > max) {
			throw OperationRefusedException.badRequest("The " + parameter + " must be a number of " + min
					+ ((max != Integer.MAX_VALUE) ? " to " + max : " or more") + ", and is '" + actual + "'");
		}
		return actual;
	}

	private static Predicate<Connection> byAddress(@Nullable String address, boolean showAddresses) {
		if (address == null || address.isEmpty()) {
			return (connection) -> true;
		}
		if (!showAddresses) {
			throw OperationRefusedException.badRequest("Connections can be filtered by address only where addresses"
					+ " are shown: see management.endpoint.socketconnections.show-addresses");
		}
		return AddressFilter.parse(address);
	}

	private Stream<BaseServer> servers(@Nullable String name) {
		if (name == null || name.isEmpty()) {
			return this.servers.all().stream();
		}
		BaseServer server = this.servers.find(name)
			.orElseThrow(() -> OperationRefusedException.badRequest(SocketServersEndpoint.unknown(name, this.servers)));
		return Stream.of(server);
	}

	private Connection find(String id) {
		return this.servers.all()
			.stream()
			.map((server) -> server.connections().find(id))
			.flatMap(Optional::stream)
			.findFirst()
			.orElseThrow(() -> OperationRefusedException.notFound("There is no open connection '" + id + "'"));
	}

	/**
	 * What is asked for.
	 */
	record Query(@Nullable String server, @Nullable String address, @Nullable Integer page, @Nullable Integer size) {

	}

}
