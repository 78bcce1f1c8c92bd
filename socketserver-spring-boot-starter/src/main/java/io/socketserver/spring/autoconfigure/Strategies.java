package io.socketserver.spring.autoconfigure;

import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

import io.socketserver.message.HandlerExecution;
import io.socketserver.mixin.ForkingMixIn;
import io.socketserver.mixin.MultiplexingMixIn;
import io.socketserver.mixin.OverflowPolicy;
import io.socketserver.mixin.PoolingMixIn;
import io.socketserver.mixin.ThreadUse;
import io.socketserver.mixin.ThreadingMixIn;
import io.socketserver.request.MixIn;
import io.socketserver.spring.Concurrency;
import io.socketserver.spring.autoconfigure.ServerConfig.Getter;
import io.socketserver.spring.autoconfigure.ServerSettings.Execution;

/**
 * The mix-in that {@code concurrency} asks for.
 */
final class Strategies {

	private static final int POOL_THREADS = 16;

	private static final int QUEUED_PER_THREAD = 4;

	private static final int HANDLER_THREADS_PER_CORE = 4;

	private static final Set<Concurrency> POOL = EnumSet.of(Concurrency.POOL);

	private static final Set<Concurrency> THREAD = EnumSet.of(Concurrency.THREAD, Concurrency.VIRTUAL);

	private static final Set<Concurrency> MULTIPLEX = EnumSet.of(Concurrency.MULTIPLEX);

	// Whose loops have handshakes made.
	private static final Set<Concurrency> LOOPS = EnumSet.of(Concurrency.MULTIPLEX, Concurrency.FORK);

	private static final Set<Concurrency> FORK = EnumSet.of(Concurrency.FORK);

	// All others; the first is what is proposed.
	private static final Set<Concurrency> IN_PROCESS = new LinkedHashSet<>(List.of(Concurrency.THREAD,
			Concurrency.VIRTUAL, Concurrency.POOL, Concurrency.SYNC, Concurrency.MULTIPLEX));

	private final Concurrency defaultConcurrency;

	private final ForkMapping forks;

	Strategies(Concurrency defaultConcurrency, ForkMapping forks) {
		this.defaultConcurrency = defaultConcurrency;
		this.forks = forks;
	}

	/**
	 * Makes a server's strategy.
	 * @param config what is configured
	 * @return empty for the plain synchronous server
	 */
	Optional<MixIn> strategy(ServerConfig config) {
		return switch (concurrency(config)) {
			case SYNC -> Optional.empty();
			case THREAD -> Optional.of(configure(new ThreadingMixIn(), config));
			case VIRTUAL -> Optional.of(configure(virtual(config), config));
			case POOL -> Optional.of(pool(config));
			case MULTIPLEX -> Optional.of(multiplexing(requireSessions(config)));
			// A worker has servers to look at, and starts none.
			case FORK ->
				WorkerMode.isActive() ? Optional.empty() : Optional.of(this.forks.mixIn(requireNoSessions(config)));
		};
	}

	private Concurrency concurrency(ServerConfig config) {
		// A platform thread for each datagram would let anybody start thousands.
		boolean pool = TransportKeys.isUdp(config) && this.defaultConcurrency == Concurrency.THREAD;
		return config.get("concurrency", ServerSettings::getConcurrency,
				pool ? Concurrency.POOL : this.defaultConcurrency);
	}

	private static ThreadingMixIn virtual(ServerConfig config) {
		return config.find("concurrency", ServerSettings::getConcurrency)
			.map((setting) -> setting.apply((value) -> ThreadingMixIn.virtual()))
			.orElseGet(ThreadingMixIn::virtual);
	}

	private static MixIn configure(ThreadingMixIn threading, ServerConfig config) {
		threading.daemonThreads(config.get("thread.daemon", (settings) -> settings.getThread().daemon(), false));
		threading
			.blockOnClose(config.get("thread.block-on-close", (settings) -> settings.getThread().blockOnClose(), true));
		config.find("thread.max-threads", (settings) -> settings.getThread().maxThreads())
			.ifPresent((setting) -> setting.apply(threading::maxThreads));
		return threading;
	}

	private static MixIn pool(ServerConfig config) {
		int threads = config.find("pool.threads", (settings) -> settings.getPool().threads())
			.map((setting) -> setting.apply((value) -> atLeast(1, value)))
			.orElse(POOL_THREADS);
		int queue = config.find("pool.queue-capacity", (settings) -> settings.getPool().queueCapacity())
			.map((setting) -> setting.apply((value) -> atLeast(0, value)))
			.orElse(QUEUED_PER_THREAD * threads);
		OverflowPolicy policy = config.get("pool.when-full", (settings) -> settings.getPool().whenFull(),
				OverflowPolicy.WAIT);
		return new PoolingMixIn(threads, queue, policy);
	}

	private static ServerConfig requireSessions(ServerConfig config) {
		if (TransportKeys.isUdp(config) && !TransportKeys.hasSessions(config)) {
			throw config.find("concurrency", ServerSettings::getConcurrency)
				.orElseThrow()
				.invalid("The socket server '" + config.name()
						+ "' receives datagrams, which cannot be multiplexed without sessions; set udp.sessions to true"
						+ " for a MessageHandler, or its concurrency to sync for handlers on its loop, or to pool or"
						+ " virtual for handlers off it");
		}
		return config;
	}

	private static ServerConfig requireNoSessions(ServerConfig config) {
		if (TransportKeys.isUdp(config) && TransportKeys.hasSessions(config)) {
			throw config.find("concurrency", ServerSettings::getConcurrency)
				.orElseThrow()
				.invalid("The socket server '" + config.name()
						+ "' has sessions of datagrams, which no worker process can hold, since each datagram may go to"
						+ " another one; set its concurrency to pool or virtual, or give it a DatagramRequestHandler"
						+ " and no sessions");
		}
		return config;
	}

	private static MixIn multiplexing(ServerConfig config) {
		int loops = config.find("multiplex.loops", (settings) -> settings.getMultiplex().loops())
			.map((setting) -> setting.apply((value) -> atLeast(1, value)))
			.orElseGet(() -> Runtime.getRuntime().availableProcessors());
		HandlerExecution execution = config.find("handler-execution", ServerSettings::getHandlerExecution)
			.map((setting) -> setting.apply((value) -> execution(value, config)))
			.orElseGet(HandlerExecution::offLoop);
		return new MultiplexingMixIn(loops, execution);
	}

	private static HandlerExecution execution(Execution value, ServerConfig config) {
		return switch (value) {
			case LOOP -> HandlerExecution.loop();
			case VIRTUAL -> HandlerExecution.virtual();
			case POOL -> config.find("handler-pool.threads", (settings) -> settings.getHandlerPool().threads())
				.map((setting) -> setting.apply(HandlerExecution::pool))
				.orElseGet(() -> HandlerExecution
					.pool(HANDLER_THREADS_PER_CORE * Runtime.getRuntime().availableProcessors()));
		};
	}

	private static Optional<Execution> execution(ServerConfig config) {
		return config.find("handler-execution", ServerSettings::getHandlerExecution).map(Setting::value);
	}

	private static int atLeast(int least, int value) {
		if (value < least) {
			throw new IllegalArgumentException("It must be at least " + least + ", and is " + value);
		}
		return value;
	}

	/**
	 * Whether a mix-in decides where requests run.
	 */
	static boolean isStrategy(MixIn mixIn) {
		return mixIn instanceof ThreadUse || mixIn instanceof MultiplexingMixIn || mixIn instanceof ForkingMixIn;
	}

	/**
	 * The keys that only some strategies look at.
	 */
	List<ConditionalKey> keys() {
		return List.of(key("pool.threads", (settings) -> settings.getPool().threads(), POOL),
				key("pool.queue-capacity", (settings) -> settings.getPool().queueCapacity(), POOL),
				key("pool.when-full", (settings) -> settings.getPool().whenFull(), POOL),
				key("thread.daemon", (settings) -> settings.getThread().daemon(), THREAD),
				key("thread.block-on-close", (settings) -> settings.getThread().blockOnClose(), THREAD),
				key("thread.max-threads", (settings) -> settings.getThread().maxThreads(), THREAD),
				key("fork.min-idle", (settings) -> settings.getFork().minIdle(), FORK),
				key("fork.max-children", (settings) -> settings.getFork().maxChildren(), FORK),
				key("fork.max-requests", (settings) -> settings.getFork().maxRequests(), FORK),
				key("fork.request-timeout", (settings) -> settings.getFork().requestTimeout(), FORK),
				key("fork.start-timeout", (settings) -> settings.getFork().startTimeout(), FORK),
				key("fork.stop-timeout", (settings) -> settings.getFork().stopTimeout(), FORK),
				key("fork.jvm-args", (settings) -> settings.getFork().jvmArgs(), FORK),
				key("ssl.on-demand", (settings) -> settings.getSsl().onDemand(), IN_PROCESS)
					.onlyIf(TlsMapping::isOnDemand),
				key("ssl.handshakes-on-loop", (settings) -> settings.getSsl().handshakesOnLoop(), LOOPS)
					.onlyIf(TlsMapping::isOn),
				key("multiplex.loops", (settings) -> settings.getMultiplex().loops(), MULTIPLEX),
				key("handler-execution", ServerSettings::getHandlerExecution, MULTIPLEX),
				key("handler-pool.threads", (settings) -> settings.getHandlerPool().threads(), MULTIPLEX),
				new ConditionalKey("handler-pool.threads", (settings) -> settings.getHandlerPool().threads(),
						(config) -> execution(config).filter(Execution.POOL::equals).isPresent() ? Optional.empty()
								: Optional.of("the handler-execution of the socket server '" + config.name()
										+ "' is not pool; set handler-execution to pool")));
	}

	private ConditionalKey key(String name, Getter<Object> getter, Set<Concurrency> strategies) {
		return new ConditionalKey(name, getter,
				(config) -> strategies.contains(concurrency(config)) ? Optional.empty()
						: Optional.of("the concurrency of the socket server '" + config.name() + "' is "
								+ lowerCase(concurrency(config)) + "; set concurrency to "
								+ lowerCase(strategies.iterator().next())));
	}

	private static String lowerCase(Concurrency concurrency) {
		return concurrency.name().toLowerCase(Locale.ROOT);
	}

}
