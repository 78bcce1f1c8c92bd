package io.socketserver.spring.autoconfigure;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.Consumer;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import io.socketserver.BaseServer;
import io.socketserver.ServerOptions;
import io.socketserver.ServerOptions.KeepAlive;
import io.socketserver.TcpServer;
import io.socketserver.mixin.LimitingMixIn;
import io.socketserver.mixin.OverflowPolicy;
import io.socketserver.mixin.PoolingMixIn;
import io.socketserver.mixin.ThreadingMixIn;
import io.socketserver.request.StreamOptions;
import io.socketserver.spring.SocketServers;

import static org.assertj.core.api.Assertions.assertThat;

@Timeout(60)
class SocketServerPropertiesTests {

	private final ApplicationContextRunner runner = Runners.runner()
		.withPropertyValues("socketserver.auto-startup=false")
		.withUserConfiguration(UpperCaseHandler.class);

	@Test
	void withoutPropertiesTheServerHasTheDefaultsOfTheLibrary() {
		this.runner.run((context) -> {
			TcpServer server = server(context.getBean(SocketServers.class), "default");
			ServerOptions options = server.options();
			ServerOptions defaults = ServerOptions.DEFAULT.withName("default").withDrainTimeout(Duration.ofSeconds(29));
			assertThat(options).usingRecursiveComparison().isEqualTo(defaults);
			assertThat(server.serverAddress()).isEqualTo(new InetSocketAddress(9999));
			assertThat(server.mixIns()).hasSize(2)
				.last()
				.isInstanceOfSatisfying(ThreadingMixIn.class, (threads) -> assertThat(threads.isVirtual()).isFalse());
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "socketserver.", "socketserver.servers.echo." })
	void everyKeyReachesTheServer(String prefix) {
		this.runner.withPropertyValues("socketserver.name=echo")
			.withPropertyValues(prefix + "address=127.0.0.1", prefix + "port=7007", prefix + "request-queue-size=11",
					prefix + "reuse-address=false", prefix + "reuse-port=true", prefix + "tcp-no-delay=false",
					prefix + "keep-alive.idle=61s", prefix + "keep-alive.interval=7s", prefix + "keep-alive.count=3",
					prefix + "receive-buffer-size=64KB", prefix + "send-buffer-size=32KB", prefix + "linger=4s",
					prefix + "max-connections=12", prefix + "idle-timeout=3m", prefix + "request-timeout=13s",
					prefix + "read-timeout=14s", prefix + "linger-timeout=500ms", prefix + "drain-timeout=15s",
					prefix + "max-line-length=2KB", prefix + "buffer-size=4KB", prefix + "charset=ISO-8859-1")
			.run((context) -> {
				TcpServer server = server(context.getBean(SocketServers.class), "echo");
				assertThat(server.serverAddress())
					.isEqualTo(new InetSocketAddress(InetAddress.getLoopbackAddress(), 7007));
				assertThat(server.options()).usingRecursiveComparison()
					.isEqualTo(ServerOptions.DEFAULT.withName("echo")
						.withRequestQueueSize(11)
						.withReuseAddress(false)
						.withReusePort(true)
						.withTcpNoDelay(false)
						.withKeepAlive(new KeepAlive(true, Duration.ofSeconds(61), Duration.ofSeconds(7), 3))
						.withReceiveBufferSize(65536)
						.withSendBufferSize(32768)
						.withLinger(Duration.ofSeconds(4))
						.withMaxConnections(12)
						.withIdleTimeout(Duration.ofMinutes(3))
						.withRequestTimeout(Duration.ofSeconds(13))
						.withReadTimeout(Duration.ofSeconds(14))
						.withLingerTimeout(Duration.ofMillis(500))
						.withDrainTimeout(Duration.ofSeconds(15))
						.withMaxLineLength(2048)
						.withBufferSize(4096)
						.withCharset(StandardCharsets.ISO_8859_1));
			});
	}

	@Test
	void aNamedServerOverridesTheFlatKeysOneByOne() {
		this.runner
			.withPropertyValues("socketserver.idle-timeout=1m", "socketserver.keep-alive.count=3",
					"socketserver.keep-alive.idle=10s", "socketserver.buffer-size=4KB",
					"socketserver.servers.one.port=7001", "socketserver.servers.one.idle-timeout=2m",
					"socketserver.servers.one.keep-alive.count=4", "socketserver.servers.two.port=7002")
			.run((context) -> {
				SocketServers servers = context.getBean(SocketServers.class);
				ServerOptions one = server(servers, "one").options();
				ServerOptions two = server(servers, "two").options();
				assertThat(servers.all()).extracting(BaseServer::name).containsExactly("one", "two");
				assertThat(one.idleTimeout()).isEqualTo(Duration.ofMinutes(2));
				assertThat(one.keepAlive()).isEqualTo(new KeepAlive(true, Duration.ofSeconds(10), Duration.ZERO, 4));
				assertThat(one.stream()).extracting(StreamOptions::bufferSize).isEqualTo(4096);
				assertThat(two.idleTimeout()).isEqualTo(Duration.ofMinutes(1));
				assertThat(two.keepAlive().count()).isEqualTo(3);
			});
	}

	@Test
	void aServerMayHaveNoKeysOfItsOwn() {
		this.runner.withPropertyValues("socketserver.servers.echo=", "socketserver.port=7007")
			.run((context) -> assertThat(server(context.getBean(SocketServers.class), "echo").port()).isEqualTo(7007));
	}

	@Test
	void syncHasNoStrategy() {
		this.runner.withPropertyValues("socketserver.concurrency=sync")
			.run((context) -> assertThat(server(context.getBean(SocketServers.class), "default").mixIns())
				.singleElement()
				.isInstanceOf(LimitingMixIn.class));
	}

	@Test
	void threadIsConfigured() {
		this.runner
			.withPropertyValues("socketserver.concurrency=thread", "socketserver.thread.max-threads=5",
					"socketserver.thread.block-on-close=false", "socketserver.thread.daemon=true")
			.run((context) -> assertStrategy(context.getBean(SocketServers.class), ThreadingMixIn.class, (threads) -> {
				assertThat(threads.maxThreads()).isEqualTo(5);
				assertThat(threads.blockOnClose()).isFalse();
			}));
	}

	@Test
	void poolIsConfigured() {
		this.runner
			.withPropertyValues("socketserver.concurrency=pool", "socketserver.pool.threads=3",
					"socketserver.pool.queue-capacity=0", "socketserver.pool.when-full=caller-runs")
			.run((context) -> assertStrategy(context.getBean(SocketServers.class), PoolingMixIn.class, (pool) -> {
				assertThat(pool.maxThreads()).isEqualTo(3);
				assertThat(pool.queueCapacity()).isZero();
				assertThat(pool.policy()).isEqualTo(OverflowPolicy.CALLER_RUNS);
			}));
	}

	@Test
	void aPoolHasSixteenThreadsByDefault() {
		this.runner.withPropertyValues("socketserver.concurrency=pool")
			.run((context) -> assertStrategy(context.getBean(SocketServers.class), PoolingMixIn.class, (pool) -> {
				assertThat(pool.maxThreads()).isEqualTo(16);
				assertThat(pool.queueCapacity()).isEqualTo(64);
				assertThat(pool.policy()).isEqualTo(OverflowPolicy.WAIT);
			}));
	}

	@Test
	@EnabledForJreRange(min = JRE.JAVA_21)
	void virtualThreadsOfTheApplicationAreThoseOfItsServers() {
		this.runner.withPropertyValues("spring.threads.virtual.enabled=true")
			.run((context) -> assertStrategy(context.getBean(SocketServers.class), ThreadingMixIn.class,
					(threads) -> assertThat(threads.isVirtual()).isTrue()));
	}

	@Test
	@EnabledForJreRange(max = JRE.JAVA_20)
	void virtualThreadsOfTheApplicationAreNoErrorOnAnOldJdk() {
		this.runner.withPropertyValues("spring.threads.virtual.enabled=true")
			.run((context) -> assertStrategy(context.getBean(SocketServers.class), ThreadingMixIn.class,
					(threads) -> assertThat(threads.isVirtual()).isFalse()));
	}

	@Test
	@EnabledForJreRange(min = JRE.JAVA_21)
	void virtualIsConfigured() {
		this.runner.withPropertyValues("socketserver.concurrency=virtual", "socketserver.thread.max-threads=5")
			.run((context) -> assertStrategy(context.getBean(SocketServers.class), ThreadingMixIn.class, (threads) -> {
				assertThat(threads.isVirtual()).isTrue();
				assertThat(threads.maxThreads()).isEqualTo(5);
			}));
	}

	@Test
	@EnabledForJreRange(max = JRE.JAVA_20)
	void virtualOnAnOldJdkFailsAndNamesTheProperty() {
		this.runner.withPropertyValues("socketserver.concurrency=virtual")
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOf(InvalidConfigurationPropertyValueException.class)
				.hasMessageContaining("socketserver.concurrency")
				.hasMessageContaining("JDK 21"));
	}

	@ParameterizedTest
	@CsvSource({ "port, 70000", "port, -1", "idle-timeout, -1s", "request-timeout, -1s", "read-timeout, -1s",
			"linger-timeout, -1s", "drain-timeout, -1s", "linger, -1s", "max-connections, 0", "request-queue-size, 0",
			"max-line-length, 0B", "buffer-size, 1B", "buffer-size, 3GB", "receive-buffer-size, -1B",
			"send-buffer-size, -1B", "keep-alive.idle, -1s", "keep-alive.interval, -1s", "keep-alive.count, -1",
			"thread.max-threads, 0" })
	void aValueTheServerRefusesFailsAndNamesThePropertyItCameFrom(String key, String value) {
		assertRefused("socketserver." + key, value);
		assertRefused("socketserver.servers.echo." + key, value);
	}

	@ParameterizedTest
	@CsvSource({ "pool.threads, 0", "pool.queue-capacity, -1" })
	void aPoolThatCannotWorkFails(String key, String value) {
		this.runner.withPropertyValues("socketserver.concurrency=pool", "socketserver." + key + "=" + value)
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOf(InvalidConfigurationPropertyValueException.class)
				.hasMessageContaining("socketserver." + key));
	}

	@ParameterizedTest
	@CsvSource({ "pool.threads, 4, thread", "pool.queue-capacity, 4, sync", "pool.when-full, wait, thread",
			"thread.max-threads, 4, pool", "thread.daemon, true, sync", "thread.block-on-close, false, pool" })
	void aKeyThatTheStrategyDoesNotReadFails(String key, String value, String concurrency) {
		this.runner.withPropertyValues("socketserver.concurrency=" + concurrency, "socketserver." + key + "=" + value)
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOf(InvalidConfigurationPropertyValueException.class)
				.hasMessageContaining("socketserver." + key)
				.hasMessageContaining("It has no effect")
				.hasMessageContaining(concurrency));
	}

	@Test
	void aFlatKeyOfAStrategyIsADefaultForThoseServersThatHaveIt() {
		this.runner
			.withPropertyValues("socketserver.pool.threads=3", "socketserver.servers.one.port=7001",
					"socketserver.servers.one.concurrency=pool", "socketserver.servers.two.port=7002",
					"socketserver.servers.two.concurrency=thread")
			.run((context) -> assertThat(context).hasNotFailed());
	}

	private void assertRefused(String property, String value) {
		this.runner.withPropertyValues(property + "=" + value)
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOfSatisfying(InvalidConfigurationPropertyValueException.class, (failure) -> {
					assertThat(failure.getName()).isEqualTo(property);
					assertThat(failure.getReason()).isNotBlank();
				}));
	}

	private static <T> void assertStrategy(SocketServers servers, Class<T> type, Consumer<T> requirements) {
		assertThat(server(servers, "default").mixIns()).last().isInstanceOfSatisfying(type, requirements);
	}

	private static TcpServer server(SocketServers servers, String name) {
		return (TcpServer) servers.find(name).orElseThrow();
	}

}
