package io.socketserver;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

import io.socketserver.request.ConnectionState;
import io.socketserver.request.MixIn;
import io.socketserver.request.Request;
import io.socketserver.support.Await;
import io.socketserver.support.Client;
import io.socketserver.support.Script;
import io.socketserver.support.Strategy;
import io.socketserver.support.TestServer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The loop sleeps unless there is something to do, and nothing makes it spin.
 */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class IdleTests {

	@Test
	void anIdleServerMakesNoWakeUps() throws Exception {
		try (TestServer server = TestServer.with(Strategy.THREAD).start(Script.UPPER)) {
			assertStandsStill(server);
			for (int i = 0; i < 20; i++) {
				assertThat(server.connect().ask("a")).isEqualTo("A");
			}
			Await.until(() -> server.server()
				.connections()
				.all()
				.stream()
				.allMatch((each) -> each.state() == ConnectionState.IDLE), "idle connections");
			assertStandsStill(server);
		}
	}

	private static void assertStandsStill(TestServer server) {
		// What is under way ends first, however long that takes on a busy machine.
		Await.until(() -> {
			long passes = server.server().loopPasses();
			return !Await.within(Duration.ofMillis(700), () -> server.server().loopPasses() != passes);
		}, "a loop that sleeps");
	}

	@Test
	void aMixInMayAskForServiceActions() throws Exception {
		CountDownLatch ticks = new CountDownLatch(5);
		MixIn ticking = new MixIn() {
			@Override
			public Optional<Duration> serviceInterval() {
				return Optional.of(Duration.ofMillis(20));
			}

			@Override
			public void serviceActions() {
				ticks.countDown();
				throw new IllegalStateException("and may fail");
			}
		};
		try (TestServer server = TestServer.with(ticking).start(Script.UPPER)) {
			Await.latch(ticks, "five ticks");
			assertThat(server.connect().ask("a")).isEqualTo("A");
		}
	}

	@Test
	void serviceActionsOfASubclassMayFail() throws Exception {
		MixIn ticking = new MixIn() {
			@Override
			public Optional<Duration> serviceInterval() {
				return Optional.of(Duration.ofMillis(20));
			}
		};
		CountDownLatch ticks = new CountDownLatch(5);
		TcpServer server = new TcpServer(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
				Script.handlers(Script.UPPER), ticking) {
			@Override
			protected void serviceActions() {
				ticks.countDown();
				throw new IllegalStateException("as told");
			}
		};
		try (server) {
			server.start();
			Await.latch(ticks, "five ticks");
			for (int i = 0; i < 3; i++) {
				try (Client client = Client.connect(server.serverAddress())) {
					assertThat(client.ask("a")).isEqualTo("A");
				}
			}
			assertThat(server.statistics().acceptFailures()).isZero();
		}
	}

	/**
	 * As when descriptors run out: the listener stays readable all the time.
	 */
	@Test
	void aFailingAcceptIsTriedAgainWithoutSpinning() throws Exception {
		AtomicInteger tries = new AtomicInteger();
		CountDownLatch cured = new CountDownLatch(1);
		TcpServer server = new TcpServer(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
				Script.handlers(Script.UPPER)) {
			@Override
			protected @Nullable Request getRequest() throws IOException {
				if (cured.getCount() > 0) {
					tries.incrementAndGet();
					throw new IOException("Too many open files");
				}
				return super.getRequest();
			}

			@Override
			protected void acceptFailed(Throwable error) {
				super.acceptFailed(error);
				throw new IllegalStateException("a hook may fail");
			}
		};
		try (server) {
			server.start();
			try (Client client = Client.connect(server.serverAddress())) {
				client.sendLine("at last");
				assertThat(client.hearsNothingFor(1000)).isTrue();
				assertThat(tries.get()).isBetween(2, 10);
				assertThat(server.loopPasses()).isLessThan(60);
				cured.countDown();
				long begin = System.nanoTime();
				assertThat(client.readLine()).isEqualTo("AT LAST");
				assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(2));
				assertThat(server.statistics().acceptFailures()).isEqualTo(tries.get());
			}
		}
	}

	@ParameterizedTest
	@EnumSource(mode = Mode.EXCLUDE, names = "VIRTUAL")
	void interruptsNeverCloseTheListenerNorSpinTheLoop(Strategy strategy) throws Exception {
		try (TestServer server = TestServer.with(strategy).start(Script.UPPER)) {
			List<Client> before = new ArrayList<>();
			for (int i = 0; i < 1000; i++) {
				if (i % 100 == 0) {
					before.add(server.connect().sendLine("whatever becomes of it"));
				}
				interruptAll(server.server().name());
			}
			// Connections of interrupted threads may end; all that come later are served.
			Await.until(() -> {
				try (Client client = Client.connect(server.server().serverAddress())) {
					return "ON".equals(client.ask("on"));
				}
				catch (IOException ex) {
					return false;
				}
			}, "a server that goes on");
			for (int i = 0; i < 10; i++) {
				try (Client client = server.connect()) {
					assertThat(client.ask("a")).isEqualTo("A");
				}
			}
			assertThat(server.server().state()).isEqualTo(ServerState.SERVING);
			// Those in worker processes were not interrupted.
			for (Client each : before) {
				each.close();
			}
			assertStandsStillOnce(server);
		}
	}

	private static void assertStandsStillOnce(TestServer server) {
		server.awaitQuiet();
		Await.until(() -> {
			long passes = server.server().loopPasses();
			return !Await.within(Duration.ofMillis(100), () -> server.server().loopPasses() != passes);
		}, "a loop that does not spin");
	}

	private static void interruptAll(String serverName) {
		List<Thread> threads = new ArrayList<>(Thread.getAllStackTraces().keySet());
		threads.stream()
			.filter((thread) -> thread.getName().startsWith("socketserver-" + serverName + "-"))
			.forEach(Thread::interrupt);
	}

}
