package io.socketserver.spring.actuate;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.annotation.DeleteOperation;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.boot.convert.DurationStyle;

import io.socketserver.BaseServer;
import io.socketserver.BindFailedException;
import io.socketserver.ServerState;
import io.socketserver.fork.WorkerPool;
import io.socketserver.request.DrainReport;
import io.socketserver.spring.SocketServers;

/**
 * Lists socket servers and operates them. Read-only unless
 * {@code management.endpoint.socketservers.access} is {@code unrestricted}.
 *
 * <p>
 * The actions, each of which may be asked for at any time and any number of times:
 * <dl>
 * <dt>pause</dt>
 * <dd>stops accepting; open connections are served on, and who comes waits in the
 * kernel's queue</dd>
 * <dt>resume</dt>
 * <dd>accepts again</dd>
 * <dt>drain</dt>
 * <dd>gives the port back, closes idle connections, lets requests under way finish for up
 * to {@code timeout} (the server's drain timeout if not given), cuts off the rest, and
 * closes the server</dd>
 * <dt>stop</dt>
 * <dd>the same without grace, unless a {@code timeout} is given; also ends a drain that
 * goes on</dd>
 * <dt>start</dt>
 * <dd>listens and serves again after a drain or stop, at the same address; refused while
 * a drain goes on. A pause outlives it</dd>
 * <dt>recycle</dt>
 * <dd>replaces all worker processes ({@code concurrency: fork}), or the {@code worker}
 * with that process id, one after another and without losing a request</dd>
 * </dl>
 *
 * <p>
 * A drain may take its time, and no caller waits for it: after at most a second the
 * answer says {@code draining} and how many connections have ended so far; a server
 * without long requests is {@code closed} by then, and the answer holds the final report.
 * May be called from any thread but a handler's.
 */
@Endpoint(id = "socketservers", defaultAccess = Access.READ_ONLY)
public class SocketServersEndpoint {

	private static final Log logger = LogFactory.getLog(SocketServersEndpoint.class);

	private static final Duration LONGEST_GRACE = Duration.ofDays(1);

	private static final Duration LONGEST_WAIT = Duration.ofSeconds(1);

	private final SocketServers servers;

	/**
	 * The endpoint.
	 * @param servers the servers it lists
	 */
	public SocketServersEndpoint(SocketServers servers) {
		this.servers = servers;
	}

	/**
	 * Lists the servers.
	 * @return all of them
	 */
	@ReadOperation
	public ServersDescriptor servers() {
		List<ServerDescriptor> all = this.servers.all().stream().map(ServerDescriptor::of).toList();
		return new ServersDescriptor(all);
	}

	/**
	 * Describes a server.
	 * @param name its name
	 * @return the server now
	 */
	@ReadOperation
	public ServerDescriptor server(@Selector String name) {
		return ServerDescriptor.of(find(name));
	}

	/**
	 * Operates a server.
	 * @param name its name
	 * @param action one of pause, resume, drain, stop, start and recycle
	 * @param timeout how long requests under way may take, for drain and stop: at most a
	 * day, for example {@code 10s} or {@code PT10S}
	 * @param worker the process id of a worker, for recycle; all if not given
	 * @return the server after the action, or in the middle of its drain
	 */
	@WriteOperation
	public ServerDescriptor operate(@Selector String name, @Nullable String action, @Nullable String timeout,
			@Nullable Long worker) {
		BaseServer server = find(name);
		ServerAction parsed = ServerAction.parse(action);
		Duration grace = grace(parsed, timeout);
		if (worker != null && parsed != ServerAction.RECYCLE) {
			throw OperationRefusedException
				.badRequest("The action " + Texts.of(parsed) + " takes no worker: only recycle does");
		}
		logger.info("Operator: " + Texts.of(parsed) + " socket server '" + name + "'"
				+ ((grace != null) ? " within " + grace : ""));
		return switch (parsed) {
			case PAUSE -> pause(server);
			case RESUME -> resume(server);
			case DRAIN -> close(server, (grace != null) ? grace : server.options().drainTimeout());
			case STOP -> close(server, (grace != null) ? grace : Duration.ZERO);
			case START -> start(server);
			case RECYCLE -> recycle(server, worker);
		};
	}

	/**
	 * Closes a server gracefully: what {@code drain} does.
	 * @param name its name
	 * @return the server, closed or in the middle of its drain
	 */
	@DeleteOperation
	public ServerDescriptor shutdown(@Selector String name) {
		BaseServer server = find(name);
		logger.info("Operator: shut down socket server '" + name + "'");
		return close(server, server.options().drainTimeout());
	}

	private ServerDescriptor pause(BaseServer server) {
		server.pause();
		return ServerDescriptor.of(server);
	}

	private ServerDescriptor resume(BaseServer server) {
		server.resume();
		return ServerDescriptor.of(server);
	}

	private ServerDescriptor start(BaseServer server) {
		if (server.state() == ServerState.DRAINING) {
			throw OperationRefusedException.conflict("The server '" + server.name()
					+ "' is still draining: start it when it is closed, or stop it to end the drain now");
		}
		try {
			this.servers.start(server.name());
		}
		catch (BindFailedException ex) {
			throw OperationRefusedException.conflict(String.valueOf(ex.getMessage()));
		}
		return ServerDescriptor.of(server);
	}

	private ServerDescriptor recycle(BaseServer server, @Nullable Long worker) {
		WorkerPool pool = ServerDescriptor.forking(server)
			.orElseThrow(() -> OperationRefusedException
				.badRequest("The server '" + server.name() + "' has no worker processes: its concurrency is not fork"))
			.pool()
			.orElseThrow(() -> OperationRefusedException
				.conflict("The server '" + server.name() + "' is closed, and has no worker processes now"));
		if (worker == null) {
			pool.recycle();
		}
		else if (!pool.recycle(worker)) {
			throw OperationRefusedException
				.notFound("The server '" + server.name() + "' has no worker process " + worker);
		}
		return ServerDescriptor.of(server);
	}

	private ServerDescriptor close(BaseServer server, Duration grace) {
		CompletableFuture<DrainReport> end = this.servers.stop(server.name(), grace);
		return ServerDescriptor.of(server, awaitShortly(end));
	}

	private static @Nullable DrainReport awaitShortly(CompletableFuture<DrainReport> end) {
		try {
			return end.get(LONGEST_WAIT.toMillis(), TimeUnit.MILLISECONDS);
		}
		catch (TimeoutException ex) {
			return null;
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return null;
		}
		catch (ExecutionException ex) {
			throw new IllegalStateException("The server could not be closed: " + ex.getCause(), ex.getCause());
		}
	}

	private static @Nullable Duration grace(ServerAction action, @Nullable String timeout) {
		if (timeout == null) {
			return null;
		}
		if (!action.takesTimeout()) {
			throw OperationRefusedException
				.badRequest("The action " + Texts.of(action) + " takes no timeout: only drain and stop do");
		}
		try {
			Duration value = DurationStyle.detectAndParse(timeout);
			if (!value.isNegative() && value.compareTo(LONGEST_GRACE) <= 0) {
				return value;
			}
		}
		catch (IllegalArgumentException | ArithmeticException ex) {
			// Refused below, as one out of range is.
		}
		throw OperationRefusedException.badRequest(
				"The timeout must be a duration from zero to one day, such as 10s or PT10S, and is '" + timeout + "'");
	}

	private BaseServer find(String name) {
		return this.servers.find(name)
			.orElseThrow(() -> OperationRefusedException.notFound(unknown(name, this.servers)));
	}

	static String unknown(String name, SocketServers servers) {
		String names = servers.all().stream().map(BaseServer::name).collect(Collectors.joining(", "));
		return "There is no socket server '" + name + "': there is " + (names.isEmpty() ? "none" : names);
	}

}
