package io.socketserver.system;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.socketserver.ServerState;
import io.socketserver.TcpServer;
import io.socketserver.mixin.ThreadingMixIn;
import io.socketserver.request.ConnectionState;
import io.socketserver.request.DrainReport;
import io.socketserver.request.RequestHandlerFactory;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Clients that the kernel has queued when a server ends get an orderly end, no reset.
 */
@Timeout(value = 1, unit = TimeUnit.MINUTES)
class QueuedClientTests {

	@Test
	void aServerThatIsShutDownAndThenClosedResetsNobody() throws Exception {
		try (TcpServer server = start(EchoServerMain.EchoHandler::new)) {
			server.shutdown();
			try (LineClient client = new LineClient(server.port())) {
				client.send("too late");
				CompletableFuture<DrainReport> closed = server.closeAsync(Duration.ofSeconds(10));
				assertThat(client.receive()).isEmpty();
				client.close();
				closed.get(20, TimeUnit.SECONDS);
			}
		}
	}

	@Test
	void aServerThatIsClosedBeforeItServedResetsNobody() throws Exception {
		try (TcpServer server = new TcpServer(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
				EchoServerMain.EchoHandler::new, new ThreadingMixIn())) {
			server.bind();
			try (LineClient client = new LineClient(server.port())) {
				client.send("too early");
				CompletableFuture<DrainReport> closed = server.closeAsync(Duration.ofSeconds(10));
				assertThat(client.receive()).isEmpty();
				client.close();
				closed.get(20, TimeUnit.SECONDS);
				assertThat(server.state()).isEqualTo(ServerState.CLOSED);
			}
		}
	}

	@Test
	void aServerThatIsClosedDuringItsShutdownResetsNobody() throws Exception {
		CountDownLatch begun = new CountDownLatch(1);
		CountDownLatch go = new CountDownLatch(1);
		try (TcpServer server = start(() -> new InterruptTests.WaitingHandler(begun, go));
				LineClient busy = new LineClient(server.port());
				LineClient idle = new LineClient(server.port())) {
			busy.send("in time");
			assertThat(begun.await(20, TimeUnit.SECONDS)).isTrue();
			Await.until("the other one is idle", Duration.ofSeconds(20), () -> hasIdle(server));
			CompletableFuture<DrainReport> shutdown = CompletableFuture.supplyAsync(server::shutdown);
			// Idle connections are ended when the loop has taken its last request.
			assertThat(idle.receive()).isEmpty();
			idle.close();
			try (LineClient late = new LineClient(server.port())) {
				late.send("too late");
				CompletableFuture<DrainReport> closed = server.closeAsync(Duration.ofSeconds(10));
				assertThat(late.receive()).isEmpty();
				late.close();
				go.countDown();
				assertThat(busy.receive()).isEqualTo("in time");
				busy.close();
				assertThat(shutdown.get(20, TimeUnit.SECONDS).finished()).isEqualTo(1);
				closed.get(20, TimeUnit.SECONDS);
				assertThat(server.state()).isEqualTo(ServerState.CLOSED);
			}
		}
	}

	private static boolean hasIdle(TcpServer server) {
		return server.connections().all().stream().anyMatch((each) -> each.state() == ConnectionState.IDLE);
	}

	private static TcpServer start(RequestHandlerFactory handlers) throws IOException {
		TcpServer server = new TcpServer(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), handlers,
				new ThreadingMixIn());
		server.start();
		return server;
	}

}
