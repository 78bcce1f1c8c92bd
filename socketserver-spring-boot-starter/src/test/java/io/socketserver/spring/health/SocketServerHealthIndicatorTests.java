package io.socketserver.spring.health;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;

import io.socketserver.BaseServer;
import io.socketserver.ServerOptions;
import io.socketserver.ServerState;
import io.socketserver.TcpServer;
import io.socketserver.request.DrainReport;
import io.socketserver.spring.testsupport.TestClient;
import io.socketserver.spring.testsupport.TestServers;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * How a server is.
 */
@Timeout(60)
class SocketServerHealthIndicatorTests {

	private final TestServers test = new TestServers();

	private final BaseServer server = this.test.echo();

	private final SocketServerHealthIndicator indicator = new SocketServerHealthIndicator(this.server);

	@AfterEach
	void close() {
		this.test.close();
	}

	@Test
	void aServerThatServesIsUp() throws IOException {
		this.test.start();
		try (TestClient client = new TestClient(this.server)) {
			assertThat(client.ask("hi")).isEqualTo("HI");
			Health health = this.indicator.health();
			assertThat(health.getStatus()).isEqualTo(Status.UP);
			assertThat(health.getDetails()).containsEntry("state", "serving")
				.containsEntry("address", "127.0.0.1:" + ((TcpServer) this.server).port())
				.containsEntry("connections", 1)
				.doesNotContainKeys("acceptHeldBy", "acceptFailures");
		}
	}

	@Test
	void aPausedServerIsOutOfService() {
		this.test.start();
		this.server.pause();
		Health health = this.indicator.health();
		assertThat(health.getStatus()).isEqualTo(Status.OUT_OF_SERVICE);
		assertThat(health.getDetails()).containsEntry("acceptHeldBy", List.of("paused"));
		this.server.resume();
		assertThat(this.indicator.health().getStatus()).isEqualTo(Status.UP);
	}

	@Test
	void aDrainingOrClosedServerIsOutOfService() throws Exception {
		this.test.start();
		try (TestClient client = new TestClient(this.server)) {
			client.send("hold");
			TestServers.await(() -> this.server.statistics().requests() == 1);
			CompletableFuture<DrainReport> closed = this.server.closeAsync(Duration.ofSeconds(20));
			assertThat(this.indicator.health().getStatus()).isEqualTo(Status.OUT_OF_SERVICE);
			assertThat(this.indicator.health().getDetails()).containsEntry("state", "draining");
			this.test.release();
			client.close();
			assertThat(closed).succeedsWithin(Duration.ofSeconds(20));
		}
		assertThat(this.indicator.health().getStatus()).isEqualTo(Status.OUT_OF_SERVICE);
	}

	@Test
	void aServerWhoseLoopHasEndedWithoutACloseIsDown() throws InterruptedException {
		this.test.start();
		this.server.shutdown();
		TestServers.await(() -> this.server.state() == ServerState.STOPPED);
		assertThat(this.indicator.health().getStatus()).isEqualTo(Status.DOWN);
	}

	@Test
	void aServerThatWasNeverStartedIsUnknown() {
		assertThat(this.indicator.health().getStatus()).isEqualTo(Status.UNKNOWN);
	}

	@Test
	void aServerThatIsFullOrCannotAcceptForAWhileIsStillUp() {
		this.test.start();
		this.server.statistics().countAcceptFailure();
		Object failures = "accept failures";
		this.server.acceptGate().hold(failures);
		Health health = this.indicator.health();
		assertThat(health.getStatus()).isEqualTo(Status.UP);
		assertThat(health.getDetails()).containsEntry("acceptHeldBy", List.of("accept failures"))
			.containsEntry("acceptFailures", 1L);
		this.server.acceptGate().release(failures);
	}

	@Test
	void anUnboundServerShowsItsConfiguredAddress() {
		BaseServer unbound = new TcpServer(new InetSocketAddress(InetAddress.getLoopbackAddress(), 9999), () -> {
			throw new IllegalStateException("no handler");
		}, ServerOptions.DEFAULT);
		assertThat(new SocketServerHealthIndicator(unbound).health().getDetails()).containsEntry("address",
				"127.0.0.1:9999");
	}

}
