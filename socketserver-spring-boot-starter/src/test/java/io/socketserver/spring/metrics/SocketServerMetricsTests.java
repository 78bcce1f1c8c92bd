package io.socketserver.spring.metrics;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

import javax.net.ssl.SSLContext;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.socketserver.BaseServer;
import io.socketserver.ServerOptions;
import io.socketserver.TcpServer;
import io.socketserver.mixin.ThreadingMixIn;
import io.socketserver.proxy.ProxyProtocol;
import io.socketserver.request.Cidr;
import io.socketserver.request.CloseReason;
import io.socketserver.spring.SocketServerStartedEvent;
import io.socketserver.spring.SocketServerStoppedEvent;
import io.socketserver.spring.SocketServers;
import io.socketserver.spring.testsupport.TestClient;
import io.socketserver.spring.testsupport.TestServers;
import io.socketserver.tls.TlsOptions;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The meters of a server.
 */
@Timeout(120)
class SocketServerMetricsTests {

	private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

	private final TestServers test = new TestServers();

	private final BaseServer server = this.test.pooled();

	private final SocketServerMetrics metrics = new SocketServerMetrics(this.registry,
			new SocketServers(List.of(this.server)));

	@BeforeEach
	void start() {
		this.test.start();
		this.metrics.started(new SocketServerStartedEvent(this.server));
	}

	@AfterEach
	void close() {
		this.test.close();
	}

	@Test
	void hasExactlyTheseMeters() {
		Set<String> expected = new TreeSet<>(Set.of("socketserver.connections.active", "socketserver.connections.max",
				"socketserver.connections.accepted", "socketserver.connections.refused{reason=refused}",
				"socketserver.connections.refused{reason=overloaded}", "socketserver.connections.duration",
				"socketserver.accept.failures", "socketserver.bytes.in", "socketserver.bytes.out",
				"socketserver.threads.active", "socketserver.threads.max", "socketserver.queue.size",
				"socketserver.queue.capacity", "socketserver.requests{outcome=success}",
				"socketserver.requests{outcome=error}", "socketserver.requests{outcome=aborted}"));
		for (String reason : new String[] { "bad-frame", "frame-timeout", "write-overflow", "completed", "peer-closed",
				"peer-reset", "handler-error", "worker-died", "refused", "overloaded", "idle-timeout", "read-timeout",
				"write-timeout", "request-timeout", "line-too-long", "closed-by-server", "drained", "cut-off",
				"proxy-header-invalid", "proxy-header-timeout", "proxy-header-forbidden", "handshake-failed",
				"handshake-timeout", "tls-truncated", "tls-violation" }) {
			expected.add("socketserver.connections.closed{reason=" + reason + "}");
		}
		assertThat(names()).isEqualTo(expected);
		assertThat(this.registry.getMeters())
			.allSatisfy((meter) -> assertThat(meter.getId().getTags()).contains(Tag.of("server", "pooled"),
					Tag.of("transport", "tcp")))
			.allSatisfy((meter) -> assertThat(meter.getId().getDescription()).isNotBlank());
		assertThat(this.registry.get("socketserver.bytes.in").functionCounter().getId().getBaseUnit())
			.isEqualTo("bytes");
	}

	@Test
	void aServerHasAtMostFiftySeries() {
		// In Prometheus a timer has a count, a sum and a maximum.
		int series = this.registry.getMeters().stream().mapToInt((meter) -> (meter instanceof Timer) ? 3 : 1).sum();
		assertThat(series).isLessThanOrEqualTo(50);
	}

	@Test
	void aServerWithoutThreadsHasNoMetersOfThem() {
		BaseServer sync = new TcpServer(new InetSocketAddress(0), () -> {
			throw new IllegalStateException("no handler");
		}, ServerOptions.DEFAULT.withName("sync"));
		this.metrics.started(new SocketServerStartedEvent(sync));
		assertThat(this.registry.find("socketserver.threads.active").tag("server", "sync").gauge()).isNull();
		assertThat(this.registry.find("socketserver.connections.active").tag("server", "sync").gauge()).isNotNull();
	}

	@Test
	void aServerBehindAProxyTellsWhoWaitsAndWhyItRefuses() throws Exception {
		try (TcpServer proxied = serving("proxied", ServerOptions.DEFAULT
			.withProxyProtocol(ProxyProtocol.requiredFrom(List.of(Cidr.parse("127.0.0.1")))))) {
			try (TestClient client = new TestClient(proxied)) {
				client.sendPart("PROXY ");
				TestServers
					.await(() -> this.registry.get("socketserver.connections.awaiting.header").gauge().value() == 1);
				client.send("what?");
				TestServers.await(() -> refused("proxied", "proxy-header-invalid") == 1);
				// It leaves the selector before it is no longer counted.
				TestServers
					.await(() -> this.registry.get("socketserver.connections.awaiting.header").gauge().value() == 0);
			}
			for (String reason : List.of("refused", "overloaded", "proxy-header-timeout", "proxy-header-forbidden")) {
				assertThat(refused("proxied", reason)).as(reason).isZero();
			}
			assertThat(this.registry.get("socketserver.connections.refused").tag("server", "proxied").meters())
				.hasSize(5);
		}
	}

	@Test
	void aServerThatSpeaksTlsTimesHandshakesByTheirOutcome() throws Exception {
		TlsOptions tls = TlsOptions.of(SSLContext.getDefault()).withHandshakeTimeout(Duration.ofMillis(300));
		try (TcpServer secure = serving("secure", ServerOptions.DEFAULT.withTls(tls))) {
			try (TestClient slow = new TestClient(secure); TestClient confused = new TestClient(secure)) {
				confused.send("GET / HTTP/1.1");
				TestServers.await(() -> timer("handshakes", "outcome", "failed").count() == 1);
				TestServers.await(() -> timer("handshakes", "outcome", "timeout").count() == 1);
				assertThat(timer("handshakes", "outcome", "timeout").totalTime(TimeUnit.MILLISECONDS))
					.isGreaterThanOrEqualTo(300);
				assertThat(timer("handshakes", "outcome", "success").count()).isZero();
				assertThat(timer("handshakes", "outcome", "abandoned").count()).isZero();
				assertThat(gauge("connections.handshaking")).isZero();
				assertThat(slow.read()).isNull();
			}
		}
	}

	private TcpServer serving(String name, ServerOptions options) {
		TcpServer created = new TcpServer(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), () -> {
			throw new IllegalStateException("no handler");
		}, options.withName(name), new ThreadingMixIn());
		created.start();
		this.metrics.started(new SocketServerStartedEvent(created));
		return created;
	}

	private double refused(String server, String reason) {
		return this.registry.get("socketserver.connections.refused")
			.tags("server", server, "reason", reason)
			.functionCounter()
			.count();
	}

	@Test
	void gaugesFollowTheServer() throws Exception {
		assertThat(gauge("connections.max")).isEqualTo(50);
		assertThat(gauge("threads.max")).isEqualTo(2);
		assertThat(gauge("queue.capacity")).isEqualTo(8);
		try (TestClient first = client();
				TestClient second = client();
				TestClient third = new TestClient(this.server)) {
			third.send("waits");
			TestServers.await(() -> gauge("connections.active") == 3);
			assertThat(gauge("threads.active")).isEqualTo(2);
			TestServers.await(() -> gauge("queue.size") == 1);
			first.close();
			assertThat(third.read()).isEqualTo("WAITS");
			assertThat(second.ask("still here")).isEqualTo("STILL HERE");
		}
		TestServers.await(() -> gauge("connections.active") == 0);
	}

	@Test
	void countersAndTimersFollowTheTraffic() throws Exception {
		try (TestClient client = client()) {
			assertThat(client.ask("two")).isEqualTo("TWO");
		}
		TestServers.await(() -> count("connections.closed", "reason", "peer-closed") == 1);
		assertThat(count("connections.accepted")).isEqualTo(1);
		assertThat(count("connections.refused", "reason", "refused")).isZero();
		assertThat(count("connections.refused", "reason", "overloaded")).isZero();
		assertThat(count("accept.failures")).isZero();
		assertThat(count("bytes.in")).isEqualTo(7);
		assertThat(count("bytes.out")).isEqualTo(7);
		TestServers.await(() -> timer("connections.duration").count() == 1);
		assertThat(timer("connections.duration").totalTime(TimeUnit.NANOSECONDS)).isPositive();
		assertThat(timer("requests", "outcome", "success").count()).isEqualTo(2);
		assertThat(timer("requests", "outcome", "success").totalTime(TimeUnit.NANOSECONDS)).isPositive();
		assertThat(timer("requests", "outcome", "error").count()).isZero();
	}

	@Test
	void aFailedAndAnAbortedRequestAreTimedApart() throws Exception {
		try (TestClient client = client()) {
			assertThat(client.ask("fail")).isNull();
		}
		TestServers.await(() -> timer("requests", "outcome", "error").count() == 1);
		try (TestClient client = new TestClient(this.server)) {
			client.sendPart("half a li");
			TestServers.await(() -> this.server.statistics().requests() == 3);
			this.server.connections().all().forEach((one) -> one.close(CloseReason.CLOSED_BY_SERVER));
			TestServers.await(() -> timer("requests", "outcome", "aborted").count() == 1);
		}
		TestServers.await(() -> count("connections.closed", "reason", "closed-by-server") == 1);
	}

	@Test
	void metersAreGoneAfterAStopAndBackAfterAStartWhereTheyWere() throws Exception {
		try (TestClient client = client()) {
			assertThat(client.ask("hi")).isEqualTo("HI");
		}
		Set<String> before = names();
		this.server.close(Duration.ZERO);
		this.metrics.stopped(new SocketServerStoppedEvent(this.server));
		assertThat(this.registry.getMeters()).isEmpty();
		this.server.start();
		this.metrics.started(new SocketServerStartedEvent(this.server));
		assertThat(names()).isEqualTo(before);
		assertThat(count("connections.accepted")).isEqualTo(1);
		try (TestClient client = client()) {
			assertThat(client.ask("hi")).isEqualTo("HI");
		}
		assertThat(count("connections.accepted")).isEqualTo(2);
		// Not told twice.
		TestServers.await(() -> timer("connections.duration").count() == 1);
		assertThat(timer("requests", "outcome", "success").count()).isEqualTo(2);
	}

	@Test
	void aServerThatServesAlreadyIsFound() {
		this.metrics.destroy();
		assertThat(this.registry.getMeters()).isEmpty();
		this.metrics.afterPropertiesSet();
		this.metrics.started(new SocketServerStartedEvent(this.server));
		assertThat(this.registry.getMeters()).isNotEmpty();
	}

	@Test
	void peersAddNoSeries() throws Exception {
		int before = this.registry.getMeters().size();
		for (int i = 0; i < 1000; i++) {
			client().close();
		}
		TestServers.await(() -> timer("connections.duration").count() == 1000);
		assertThat(this.registry.getMeters()).hasSize(before);
	}

	private TestClient client() throws IOException {
		TestClient client = new TestClient(this.server);
		assertThat(client.ask("hi")).isEqualTo("HI");
		return client;
	}

	private Set<String> names() {
		return this.registry.getMeters()
			.stream()
			.map(Meter::getId)
			.map((id) -> id.getName() + id.getTags()
				.stream()
				.filter((tag) -> !Set.of("server", "transport").contains(tag.getKey()))
				.map((tag) -> "{" + tag.getKey() + "=" + tag.getValue() + "}")
				.collect(Collectors.joining()))
			.collect(Collectors.toCollection(TreeSet::new));
	}

	private double gauge(String name) {
		return single(this.registry.get("socketserver." + name).gauges()).value();
	}

	private double count(String name, String... tags) {
		Collection<FunctionCounter> found = this.registry.get("socketserver." + name).tags(tags).functionCounters();
		return single(found).count();
	}

	private Timer timer(String name, String... tags) {
		return single(this.registry.get("socketserver." + name).tags(tags).timers());
	}

	private static <T> T single(Collection<T> found) {
		assertThat(found).hasSize(1);
		return found.iterator().next();
	}

}
