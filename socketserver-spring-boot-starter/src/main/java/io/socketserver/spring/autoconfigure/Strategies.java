package io.socketserver.spring.autoconfigure;

import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

import io.socketserver.mixin.OverflowPolicy;
import io.socketserver.mixin.PoolingMixIn;
import io.socketserver.mixin.ThreadingMixIn;
import io.socketserver.request.MixIn;
import io.socketserver.spring.Concurrency;
import io.socketserver.spring.autoconfigure.ServerConfig.Getter;

/**
 * The mix-in that {@code concurrency} asks for.
 */
final class Strategies {

	private static final int POOL_THREADS = 16;

	private static final int QUEUED_PER_THREAD = 4;

	private static final Set<Concurrency> POOL = EnumSet.of(Concurrency.POOL);

	private static final Set<Concurrency> THREAD = EnumSet.of(Concurrency.THREAD, Concurrency.VIRTUAL);

	private static final Set<Concurrency> FORK = EnumSet.of(Concurrency.FORK);

	// Keys that only some strategies look at.
	private static final List<Key> KEYS = List.of(
			new Key("pool.threads", (settings) -> settings.getPool().threads(), POOL),
			new Key("pool.queue-capacity", (settings) -> settings.getPool().queueCapacity(), POOL),
			new Key("pool.when-full", (settings) -> settings.getPool().whenFull(), POOL),
			new Key("thread.daemon", (settings) -> settings.getThread().daemon(), THREAD),
			new Key("thread.block-on-close", (settings) -> settings.getThread().blockOnClose(), THREAD),
			new Key("thread.max-threads", (settings) -> settings.getThread().maxThreads(), THREAD),
			new Key("fork.min-idle", (settings) -> settings.getFork().minIdle(), FORK),
			new Key("fork.max-children", (settings) -> settings.getFork().maxChildren(), FORK),
			new Key("fork.max-requests", (settings) -> settings.getFork().maxRequests(), FORK),
			new Key("fork.request-timeout", (settings) -> settings.getFork().requestTimeout(), FORK),
			new Key("fork.start-timeout", (settings) -> settings.getFork().startTimeout(), FORK),
			new Key("fork.stop-timeout", (settings) -> settings.getFork().stopTimeout(), FORK),
			new Key("fork.jvm-args", (settings) -> settings.getFork().jvmArgs(), FORK));

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
			case FORK -> Optional.of(this.forks.mixIn(config));
		};
	}

	private Concurrency concurrency(ServerConfig config) {
		return config.get("concurrency", ServerSettings::getConcurrency, this.defaultConcurrency);
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

	private static int atLeast(int least, int value) {
		if (value < least) {
			throw new IllegalArgumentException("It must be at least " + least + ", and is " + value);
		}
		return value;
	}

	/**
	 * Fails if a key is configured that no server looks at, since its strategy is
	 * another.
	 * @param configs what is configured of the servers that properties make
	 */
	void requireUsed(List<ServerConfig> configs) {
		for (ServerConfig config : configs) {
			for (Key key : KEYS) {
				config.find(key.name(), key.getter()).ifPresent((setting) -> requireUsed(configs, key, setting));
			}
		}
	}

	private void requireUsed(List<ServerConfig> configs, Key key, Setting<Object> setting) {
		List<ServerConfig> readers = configs.stream()
			.filter((config) -> config.find(key.name(), key.getter())
				.filter((found) -> found.property().equals(setting.property()))
				.isPresent())
			.toList();
		if (readers.stream().noneMatch((config) -> key.strategies().contains(concurrency(config)))) {
			ServerConfig reader = readers.get(0);
			throw setting.invalid("It has no effect, because the concurrency of the socket server '" + reader.name()
					+ "' is " + lowerCase(concurrency(reader)) + "; set concurrency to "
					+ lowerCase(key.strategies().iterator().next()) + ", or remove it");
		}
	}

	private static String lowerCase(Concurrency concurrency) {
		return concurrency.name().toLowerCase(Locale.ROOT);
	}

	/**
	 * A key and who looks at it.
	 *
	 * @param name the key
	 * @param getter its value
	 * @param strategies the strategies that look at it
	 */
	private record Key(String name, Getter<Object> getter, Set<Concurrency> strategies) {

	}

}
