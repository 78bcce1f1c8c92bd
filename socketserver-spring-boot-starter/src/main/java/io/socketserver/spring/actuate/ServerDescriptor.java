package io.socketserver.spring.actuate;

import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;

import io.socketserver.BaseServer;
import io.socketserver.ServerOptions;
import io.socketserver.ServerState;
import io.socketserver.UdpOptions;
import io.socketserver.UdpServer;
import io.socketserver.fork.WorkerInfo;
import io.socketserver.fork.WorkerPool;
import io.socketserver.mixin.ForkingMixIn;
import io.socketserver.mixin.MultiplexingMixIn;
import io.socketserver.mixin.PoolingMixIn;
import io.socketserver.mixin.ThreadUse;
import io.socketserver.mixin.ThreadingMixIn;
import io.socketserver.request.Addresses;
import io.socketserver.request.CloseReason;
import io.socketserver.request.DatagramDrop;
import io.socketserver.request.DrainReport;
import io.socketserver.request.ServerStatistics;
import io.socketserver.tls.TlsOptions;

/**
 * A server as an operator sees it. Counters have counted since the server was made, also
 * across stops and starts.
 *
 * @param name its name
 * @param transport what carries its requests, for example {@code tcp}
 * @param address where it listens: an IP address, or a path
 * @param port its port; none if the transport has no ports
 * @param state {@code new}, {@code bound}, {@code serving}, {@code draining},
 * {@code stopped} or {@code closed}
 * @param paused whether an operator has paused it
 * @param acceptHeldBy what keeps it from accepting now: {@code paused}, a limit that is
 * reached, failures of the system; empty if it accepts
 * @param concurrency its strategy, as in the configuration: {@code sync}, {@code virtual}
 * and so on; {@code custom} for one of the application's own
 * @param tls how its connections speak TLS; none if they do not
 * @param proxies addresses from which it requires a PROXY header; none without the PROXY
 * protocol
 * @param udp what it does with datagrams; none if it accepts connections
 * @param connections its connections
 * @param counters what it has counted
 * @param datagrams what it has counted of datagrams; none if it accepts connections
 * @param threads its threads; none if it serves in its loop
 * @param workers its worker processes, in the order of their process ids; none unless its
 * concurrency is {@code fork}
 * @param timeouts its timeouts
 * @param drain how connections have ended in the drain that goes on, or that the
 * operation began; none otherwise
 */
public record ServerDescriptor(String name, String transport, String address, @Nullable Integer port, String state,
		boolean paused, List<String> acceptHeldBy, String concurrency, @Nullable Tls tls,
		@Nullable List<String> proxies, @Nullable Udp udp, Connections connections, Counters counters,
		@Nullable Datagrams datagrams, @Nullable Threads threads, @Nullable List<Worker> workers, Timeouts timeouts,
		@Nullable Drain drain) implements OperationResponseBody {

	static ServerDescriptor of(BaseServer server) {
		return of(server, null);
	}

	static ServerDescriptor of(BaseServer server, @Nullable DrainReport report) {
		List<String> holders = server.acceptGate().holders().stream().map(Object::toString).sorted().toList();
		return new ServerDescriptor(server.name(), server.transport(), Texts.host(server.serverAddress()),
				Texts.port(server.serverAddress()), Texts.of(server.state()), server.isPaused(), holders,
				concurrency(server), Tls.of(server), proxies(server), Udp.of(server), Connections.of(server),
				Counters.of(server.statistics()), Datagrams.of(server), Threads.of(server), Worker.of(server),
				Timeouts.of(server.options()), Drain.of(server, report));
	}

	private static @Nullable ThreadUse strategy(BaseServer server) {
		return (ThreadUse) server.mixIns().stream().filter(ThreadUse.class::isInstance).findFirst().orElse(null);
	}

	static Optional<ForkingMixIn> forking(BaseServer server) {
		return server.mixIns()
			.stream()
			.filter(ForkingMixIn.class::isInstance)
			.map(ForkingMixIn.class::cast)
			.findFirst();
	}

	private static String concurrency(BaseServer server) {
		if (server.mixIns().stream().anyMatch(MultiplexingMixIn.class::isInstance)) {
			return "multiplex";
		}
		if (forking(server).isPresent()) {
			return "fork";
		}
		ThreadUse strategy = strategy(server);
		if (strategy instanceof ThreadingMixIn threading) {
			return threading.isVirtual() ? "virtual" : "thread";
		}
		if (strategy instanceof PoolingMixIn) {
			return "pool";
		}
		return (strategy != null) ? "custom" : "sync";
	}

	private static @Nullable List<String> proxies(BaseServer server) {
		return server.options()
			.proxyProtocol()
			.map((protocol) -> protocol.requiredFrom().stream().map(Object::toString).toList())
			.orElse(null);
	}

	/**
	 * How connections speak TLS.
	 *
	 * @param onDemand whether they begin in clear, until their handler starts it
	 * @param clientAuth whether clients have to send a certificate: {@code none},
	 * {@code want} or {@code need}
	 * @param serverNames names that have a certificate of their own
	 * @param applicationProtocols protocols to choose from, the preferred ones first
	 */
	public record Tls(boolean onDemand, String clientAuth, List<String> serverNames,
			List<String> applicationProtocols) {

		static @Nullable Tls of(BaseServer server) {
			// One that is configured for all servers says nothing to datagrams.
			return (server instanceof UdpServer) ? null : server.options().tls().map(Tls::of).orElse(null);
		}

		private static Tls of(TlsOptions options) {
			return new Tls(options.isOnDemand(), Texts.of(options.clientAuth()),
					options.serverNames().keySet().stream().sorted().toList(), options.applicationProtocols());
		}

	}

	/**
	 * What a server does with datagrams.
	 *
	 * @param sessions whether those of one peer form a connection
	 * @param multicastGroup the group it is a member of; none if it is of none
	 */
	public record Udp(boolean sessions, @Nullable String multicastGroup) {

		static @Nullable Udp of(BaseServer server) {
			UdpOptions options = server.options().udp();
			return (server instanceof UdpServer)
					? new Udp(options.sessions(), options.multicastGroup().map(Addresses::text).orElse(null)) : null;
		}

	}

	/**
	 * The connections of a server.
	 *
	 * @param active how many are open
	 * @param max how many may be
	 */
	public record Connections(int active, int max) {

		static Connections of(BaseServer server) {
			return new Connections(server.connections().count(), server.options().maxConnections());
		}

	}

	/**
	 * What a server has counted.
	 *
	 * @param accepted connections taken from the kernel, refused ones included
	 * @param refused connections closed unserved: {@code verifyRequest} said no, or a
	 * pool was full
	 * @param acceptFailures tries to accept that the system refused
	 * @param requests requests begun within connections
	 * @param bytesIn bytes read from peers
	 * @param bytesOut bytes the kernel took for peers
	 * @param closed connections that have ended, by reason
	 */
	public record Counters(long accepted, long refused, long acceptFailures, long requests, long bytesIn, long bytesOut,
			Map<String, Long> closed) {

		static Counters of(ServerStatistics statistics) {
			Map<String, Long> closed = new LinkedHashMap<>();
			Arrays.stream(CloseReason.values())
				.forEach((reason) -> closed.put(Texts.of(reason), statistics.closed(reason)));
			return new Counters(statistics.accepted(), statistics.refused(), statistics.acceptFailures(),
					statistics.requests(), statistics.bytesIn(), statistics.bytesOut(), closed);
		}

	}

	/**
	 * What a UDP server has counted.
	 *
	 * @param active those that are handled now
	 * @param in those received
	 * @param out those sent
	 * @param truncated those handled without their end; those dropped for being too long
	 * are not among them
	 * @param dropped those neither handled nor sent, by reason
	 * @param droppedByKernel those that never reached the server since it was bound; none
	 * where the system does not say
	 */
	public record Datagrams(int active, long in, long out, long truncated, Map<String, Long> dropped,
			@Nullable Long droppedByKernel) {

		static @Nullable Datagrams of(BaseServer server) {
			if (!(server instanceof UdpServer udp)) {
				return null;
			}
			ServerStatistics statistics = udp.statistics();
			Map<String, Long> dropped = new LinkedHashMap<>();
			Arrays.stream(DatagramDrop.values())
				.forEach((reason) -> dropped.put(Texts.of(reason), statistics.datagramsDropped(reason)));
			OptionalLong byKernel = udp.kernelDrops();
			return new Datagrams(udp.connections().datagramsInFlight(), statistics.datagramsIn(),
					statistics.datagramsOut(), statistics.datagramsTruncated(), dropped,
					byKernel.isPresent() ? (Long) byKernel.getAsLong() : null);
		}

	}

	/**
	 * How a server uses threads.
	 *
	 * @param active threads that serve a request now
	 * @param max the most there can be
	 * @param queued requests that wait for a thread
	 * @param queueCapacity how many can wait
	 */
	public record Threads(int active, int max, int queued, int queueCapacity) {

		static @Nullable Threads of(BaseServer server) {
			ThreadUse use = strategy(server);
			if (use == null) {
				return null;
			}
			// Without a bound of its own the number of connections is one.
			int max = Math.min(use.maxThreads(), server.options().maxConnections());
			return new Threads(use.activeThreads(), max, use.queuedRequests(), use.queueCapacity());
		}

	}

	/**
	 * A worker process.
	 *
	 * @param pid its process id
	 * @param state {@code starting}, {@code idle}, {@code busy} or {@code stopping}
	 * @param requests how many connections it has been given
	 * @param memory the bytes it has in RAM (RSS); none where that cannot be told
	 * @param age how long ago it was started
	 */
	public record Worker(long pid, String state, long requests, @Nullable Long memory, Duration age) {

		static @Nullable List<Worker> of(BaseServer server) {
			return forking(server)
				.map((forking) -> forking.pool()
					.map(WorkerPool::workers)
					.orElse(List.of())
					.stream()
					.sorted(Comparator.comparingLong(WorkerInfo::pid))
					.map(Worker::of)
					.toList())
				.orElse(null);
		}

		private static Worker of(WorkerInfo info) {
			Long memory = info.memory().isPresent() ? info.memory().getAsLong() : null;
			return new Worker(info.pid(), Texts.of(info.state()), info.requests(), memory, info.age());
		}

	}

	/**
	 * How long a server waits. Zero stands for ever, except for {@code drain}, where it
	 * is no wait.
	 *
	 * @param idle for a peer to send or take a byte
	 * @param request for a request to be answered
	 * @param read for a single read
	 * @param drain for requests under way when the server is drained
	 */
	public record Timeouts(Duration idle, Duration request, Duration read, Duration drain) {

		static Timeouts of(ServerOptions options) {
			return new Timeouts(options.idleTimeout(), options.requestTimeout(), options.readTimeout(),
					options.drainTimeout());
		}

	}

	/**
	 * How connections ended when a server was drained.
	 *
	 * @param finished those in the middle of a request, which was finished
	 * @param closedIdle those that were idle, and were closed
	 * @param cutOff those still busy at the deadline, which were reset
	 * @param remaining those not ended yet
	 * @param took the time to the last answer; none while the drain goes on
	 */
	public record Drain(int finished, int closedIdle, int cutOff, int remaining, @Nullable Duration took) {

		static @Nullable Drain of(BaseServer server, @Nullable DrainReport report) {
			if (report != null) {
				return of(report, report.took());
			}
			boolean draining = server.state() == ServerState.DRAINING;
			return draining ? of(server.connections().drainReport(Duration.ZERO), null) : null;
		}

		private static Drain of(DrainReport report, @Nullable Duration took) {
			return new Drain(report.finished(), report.closedIdle(), report.cutOff(), report.remaining(), took);
		}

	}

}
