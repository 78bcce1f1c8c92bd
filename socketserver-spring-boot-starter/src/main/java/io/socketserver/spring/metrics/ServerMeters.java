package io.socketserver.spring.metrics;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.ToDoubleFunction;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import org.jspecify.annotations.Nullable;

import io.socketserver.BaseServer;
import io.socketserver.UdpServer;
import io.socketserver.fork.WorkerEnd;
import io.socketserver.fork.WorkerState;
import io.socketserver.fork.WorkerStatistics;
import io.socketserver.mixin.ForkingMixIn;
import io.socketserver.mixin.ThreadUse;
import io.socketserver.request.CloseReason;
import io.socketserver.request.Connection;
import io.socketserver.request.DatagramDrop;
import io.socketserver.request.HandshakeOutcome;
import io.socketserver.request.Request;
import io.socketserver.request.RequestOutcome;
import io.socketserver.request.ServerListener;
import io.socketserver.request.ServerStatistics;

/**
 * The meters of one server. All are made at once: while the server runs nothing is looked
 * up, and no series is added.
 */
final class ServerMeters implements ServerListener {

	private static final String CONNECTIONS = "connections";

	private static final String BYTES = "bytes";

	private static final String THREADS = "threads";

	private static final String DATAGRAMS = "datagrams";

	private static final String REQUESTS = "requests";

	private static final String WORKERS = "workers";

	// Nobody who has to send no header is refused for it.
	private static final Set<CloseReason> PROXY_REASONS = EnumSet.of(CloseReason.PROXY_HEADER_INVALID,
			CloseReason.PROXY_HEADER_TIMEOUT, CloseReason.PROXY_HEADER_FORBIDDEN);

	private final MeterRegistry registry;

	private final BaseServer server;

	private final Tags tags;

	private final List<Meter> meters = new ArrayList<>();

	// Not changed after the constructor.
	private final Map<RequestOutcome, Timer> requests = new EnumMap<>(RequestOutcome.class);

	// Empty without TLS.
	private final Map<HandshakeOutcome, Timer> handshakes = new EnumMap<>(HandshakeOutcome.class);

	private final Timer durations;

	ServerMeters(MeterRegistry registry, BaseServer server) {
		this.registry = registry;
		this.server = server;
		this.tags = Tags.of("server", server.name(), "transport", server.transport());
		addConnections();
		addOpening();
		addTraffic();
		if (server instanceof UdpServer udp) {
			addDatagrams(udp);
		}
		server.mixIns()
			.stream()
			.filter(ThreadUse.class::isInstance)
			.map(ThreadUse.class::cast)
			.findFirst()
			.ifPresent(this::addThreads);
		server.mixIns()
			.stream()
			.filter(ForkingMixIn.class::isInstance)
			.map(ForkingMixIn.class::cast)
			.findFirst()
			.ifPresent(this::addWorkers);
		for (RequestOutcome outcome : RequestOutcome.values()) {
			this.requests.put(outcome, timer("socketserver.requests", "Requests within connections, until they ended",
					this.tags.and("outcome", text(outcome))));
		}
		this.durations = timer("socketserver.connections.duration", "How long connections lasted", this.tags);
		server.addListener(this);
	}

	private void addConnections() {
		gauge("connections.active", CONNECTIONS, "Connections that are open", this.server,
				(server) -> server.connections().count());
		gauge("connections.max", CONNECTIONS, "Connections that may be open", this.server,
				(server) -> server.options().maxConnections());
		counter("connections.accepted", CONNECTIONS, "Connections accepted", this.tags, ServerStatistics::accepted);
		for (CloseReason reason : CloseReason.values()) {
			if (reason.isRefusal() && (isProxied() || !PROXY_REASONS.contains(reason))) {
				counter("connections.refused", CONNECTIONS, "Connections closed unserved",
						this.tags.and("reason", text(reason)), (statistics) -> statistics.closed(reason));
			}
			counter("connections.closed", CONNECTIONS, "Connections that ended", this.tags.and("reason", text(reason)),
					(statistics) -> statistics.closed(reason));
		}
		counter("accept.failures", null, "Tries to accept that the system refused", this.tags,
				ServerStatistics::acceptFailures);
	}

	private boolean isProxied() {
		return this.server.options().proxyProtocol().isPresent();
	}

	private void addOpening() {
		if (isProxied()) {
			gauge("connections.awaiting.header", CONNECTIONS, "Clients whose PROXY header is waited for", this.server,
					(server) -> server.connections().awaitingHeader());
		}
		if (this.server.options().tls().isPresent()) {
			gauge("connections.handshaking", CONNECTIONS, "Connections in the midst of a TLS handshake", this.server,
					(server) -> server.connections().handshaking());
			for (HandshakeOutcome outcome : HandshakeOutcome.values()) {
				this.handshakes.put(outcome, timer("socketserver.handshakes", "TLS handshakes, until they ended",
						this.tags.and("outcome", text(outcome))));
			}
		}
	}

	private void addTraffic() {
		counter("bytes.in", BYTES, "Bytes read from peers", this.tags, ServerStatistics::bytesIn);
		counter("bytes.out", BYTES, "Bytes sent to peers", this.tags, ServerStatistics::bytesOut);
	}

	private void addDatagrams(UdpServer udp) {
		counter("datagrams.in", DATAGRAMS, "Datagrams received", this.tags, ServerStatistics::datagramsIn);
		counter("datagrams.out", DATAGRAMS, "Datagrams sent", this.tags, ServerStatistics::datagramsOut);
		counter("datagrams.truncated", DATAGRAMS, "Datagrams handled without their end", this.tags,
				ServerStatistics::datagramsTruncated);
		for (DatagramDrop reason : DatagramDrop.values()) {
			counter("datagrams.dropped", DATAGRAMS, "Datagrams neither handled nor sent",
					this.tags.and("reason", text(reason)), (statistics) -> statistics.datagramsDropped(reason));
		}
		gauge("datagrams.active", DATAGRAMS, "Datagrams that are handled", udp,
				(server) -> server.connections().datagramsInFlight());
		// A gauge, since the kernel begins anew with each socket.
		gauge("datagrams.dropped.kernel", DATAGRAMS, "Datagrams the kernel has dropped since the server was bound", udp,
				(server) -> server.kernelDrops().isPresent() ? server.kernelDrops().getAsLong() : Double.NaN);
	}

	private void addThreads(ThreadUse use) {
		int maxConnections = this.server.options().maxConnections();
		gauge("threads.active", THREADS, "Threads that serve a request", use, ThreadUse::activeThreads);
		// Without a bound of its own the number of connections is one.
		gauge("threads.max", THREADS, "Threads there can be", use,
				(value) -> Math.min(value.maxThreads(), maxConnections));
		gauge("queue.size", REQUESTS, "Requests that wait for a thread", use, ThreadUse::queuedRequests);
		gauge("queue.capacity", REQUESTS, "Requests that can wait for a thread", use, ThreadUse::queueCapacity);
	}

	private void addWorkers(ForkingMixIn forking) {
		for (WorkerState state : WorkerState.values()) {
			this.meters.add(Gauge
				.builder("socketserver.workers", forking,
						(value) -> value.pool().map((pool) -> pool.count(state)).orElse(0))
				.tags(this.tags.and("state", text(state)))
				.baseUnit(WORKERS)
				.description("Worker processes")
				.register(this.registry));
		}
		gauge("workers.max", WORKERS, "Worker processes there can be", forking,
				(value) -> value.options().maxChildren());
		this.meters.add(
				FunctionCounter.builder("socketserver.workers.started", forking.statistics(), WorkerStatistics::spawned)
					.tags(this.tags)
					.baseUnit(WORKERS)
					.description("Worker processes started")
					.register(this.registry));
		for (WorkerEnd cause : WorkerEnd.values()) {
			this.meters.add(FunctionCounter
				.builder("socketserver.workers.ended", forking.statistics(), (value) -> value.ended(cause))
				.tags(this.tags.and("cause", text(cause)))
				.baseUnit(WORKERS)
				.description("Worker processes that ended or were killed")
				.register(this.registry));
		}
	}

	private <T> void gauge(String name, String unit, String description, T source, ToDoubleFunction<T> value) {
		this.meters.add(Gauge.builder("socketserver." + name, source, value)
			.tags(this.tags)
			.baseUnit(unit)
			.description(description)
			.register(this.registry));
	}

	private void counter(String name, @Nullable String unit, String description, Tags tags,
			ToDoubleFunction<ServerStatistics> value) {
		this.meters.add(FunctionCounter.builder("socketserver." + name, this.server.statistics(), value)
			.tags(tags)
			.baseUnit(unit)
			.description(description)
			.register(this.registry));
	}

	private Timer timer(String name, String description, Tags tags) {
		Timer timer = Timer.builder(name).tags(tags).description(description).register(this.registry);
		this.meters.add(timer);
		return timer;
	}

	private static String text(Enum<?> value) {
		return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
	}

	@Override
	public void connectionClosed(Connection connection, CloseReason reason) {
		this.durations.record(connection.age());
	}

	@Override
	public void handshakeFinished(Connection connection, Duration duration, HandshakeOutcome outcome) {
		Timer timer = this.handshakes.get(outcome);
		if (timer != null) {
			timer.record(duration);
		}
	}

	@Override
	public void requestFinished(Request request, Duration duration, RequestOutcome outcome) {
		Objects.requireNonNull(this.requests.get(outcome)).record(duration);
	}

	/**
	 * Takes all meters out of the registry again.
	 */
	void remove() {
		this.server.connections().removeListener(this);
		this.meters.forEach(this.registry::remove);
	}

}
