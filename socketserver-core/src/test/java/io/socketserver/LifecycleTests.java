package io.socketserver;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import io.socketserver.mixin.ThreadingMixIn;
import io.socketserver.request.CloseReason;
import io.socketserver.request.DrainReport;
import io.socketserver.request.MixIn;
import io.socketserver.request.ServerContext;
import io.socketserver.support.Await;
import io.socketserver.support.Client;
import io.socketserver.support.Client.End;
import io.socketserver.support.Descriptors;
import io.socketserver.support.Script;
import io.socketserver.support.Strategy;
import io.socketserver.support.TestServer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Starting, shutting down and closing, from any thread and in any order.
 */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LifecycleTests {

	@ParameterizedTest
	@EnumSource
	void aHandlerMayShutItsServerDown(Strategy strategy) throws Exception {
		try (TestServer server = TestServer.with(strategy).start((handler) -> {
			DrainReport report = handler.stream().server().shutdown();
			handler.out().println("shut down: " + report.remaining());
		})) {
			assertThat(server.connect().readText()).isEqualTo("shut down: 1\n");
			Await.until(() -> server.server().state() == ServerState.STOPPED, "the end of the loop");
		}
	}

	@ParameterizedTest
	@EnumSource
	void aHandlerMayCloseItsServer(Strategy strategy) throws Exception {
		CompletableFuture<BaseServer> self = new CompletableFuture<>();
		try (TestServer server = TestServer.with(strategy).create(Script.handlers((handler) -> {
			self.join().close();
			handler.out().println("closed");
		}))) {
			self.complete(server.server());
			server.server().start();
			assertThat(server.connect().readText()).isEqualTo("closed\n");
			Await.until(() -> server.server().state() == ServerState.CLOSED, "the end of the server");
		}
	}

	@Test
	void theLoopMayShutItsServerDown() throws Exception {
		CompletableFuture<BaseServer> self = new CompletableFuture<>();
		MixIn stopping = new MixIn() {
			@Override
			public void serviceActions() {
				self.join().shutdown();
			}
		};
		try (TestServer server = TestServer.with(Strategy.THREAD)
			.over(stopping)
			.create(Script.handlers(Script.UPPER))) {
			self.complete(server.server());
			server.server().start();
			Client client = server.connect();
			assertThat(client.end()).isEqualTo(End.ORDERLY);
			client.close();
			Await.until(() -> server.server().state() == ServerState.STOPPED, "the end of the loop");
		}
	}

	@Test
	void aShutdownBeforeTheLoopEndsItAtOnce() throws Exception {
		try (TestServer server = TestServer.with(Strategy.SYNC).create(Script.handlers(Script.UPPER))) {
			assertThat(server.server().shutdown()).isEqualTo(DrainReport.NOTHING);
			server.server().serveForever();
			assertThat(server.server().state()).isEqualTo(ServerState.STOPPED);
			server.server().start();
			assertThat(server.connect().ask("again")).isEqualTo("AGAIN");
		}
	}

	@Test
	void aShutdownBeforeTheLoopIsOverWithAClose() throws Exception {
		try (TestServer server = TestServer.with(Strategy.SYNC).create(Script.handlers(Script.UPPER))) {
			server.server().bind();
			server.server().shutdown();
			server.server().close();
			assertThat(server.server().state()).isEqualTo(ServerState.CLOSED);
			server.server().bind();
			Client client = server.connect().sendLine("served").shutdownOutput();
			assertThat(server.server().handleRequest()).isTrue();
			assertThat(client.readText()).isEqualTo("SERVED\n");
		}
	}

	@Test
	void shutdownAndCloseMayBeRepeated() throws Exception {
		try (TestServer server = TestServer.with(Strategy.THREAD).start(Script.UPPER)) {
			server.server().shutdown();
			assertThat(server.server().shutdown().finished()).isZero();
			server.server().close();
			server.server().close();
			assertThat(server.server().state()).isEqualTo(ServerState.CLOSED);
			assertThat(server.server().shutdown()).isEqualTo(DrainReport.NOTHING);
		}
	}

	@ParameterizedTest
	@EnumSource
	void tenThreadsMayShutDownAndCloseAtOnce(Strategy strategy) throws Exception {
		for (int round = 0; round < strategy.rounds(10); round++) {
			try (TestServer server = TestServer.with(strategy)
				.options((options) -> options.withLingerTimeout(Duration.ofMillis(100)))
				.start(Script.UPPER)) {
				assertThat(server.connect().ask("a")).isEqualTo("A");
				List<Thread> threads = new ArrayList<>();
				CountDownLatch together = new CountDownLatch(1);
				for (int i = 0; i < 10; i++) {
					boolean close = i % 2 == 0;
					threads.add(new Thread(() -> {
						Await.latch(together, "the begin");
						if (close) {
							server.server().close();
						}
						else {
							server.server().shutdown();
						}
					}));
				}
				threads.forEach(Thread::start);
				together.countDown();
				threads.forEach(Await::end);
				assertThat(server.server().state()).isEqualTo(ServerState.CLOSED);
			}
		}
	}

	@Test
	void startReturnsAlthoughTheServerIsShutDownAtTheSameTime() throws Exception {
		for (int i = 0; i < 200; i++) {
			try (TestServer server = TestServer.with(Strategy.SYNC).create(Script.handlers(Script.UPPER))) {
				server.server().bind();
				Thread other = new Thread(() -> server.server().shutdown());
				other.start();
				Thread starting = new Thread(() -> server.server().start());
				starting.start();
				Await.end(other);
				Await.end(starting);
			}
		}
	}

	@Test
	void aSecondStartHasNoEffect() throws Exception {
		try (TestServer server = TestServer.with(Strategy.THREAD).create(Script.handlers(Script.UPPER))) {
			List<CompletableFuture<BaseServer>> starts = new ArrayList<>();
			for (int i = 0; i < 5; i++) {
				starts.add(CompletableFuture.supplyAsync(() -> server.server().start()));
			}
			assertThat(starts).allSatisfy((start) -> assertThat(start.join().state()).isEqualTo(ServerState.SERVING));
			assertThat(server.connect().ask("a")).isEqualTo("A");
		}
	}

	@Test
	void aSecondLoopIsRefused() throws Exception {
		try (TestServer server = TestServer.with(Strategy.THREAD).start(Script.UPPER)) {
			assertThatIllegalStateException().isThrownBy(() -> server.server().serveForever())
				.withMessageContaining("SERVING");
			assertThatIllegalStateException().isThrownBy(() -> server.server().handleRequest(Duration.ZERO))
				.withMessageContaining("SERVING");
			assertThat(server.connect().ask("a")).isEqualTo("A");
		}
	}

	@Test
	void aClosedServerServesOnlyWhenBoundAnew() throws Exception {
		try (TestServer server = TestServer.with(Strategy.THREAD).start(Script.UPPER)) {
			server.server().close();
			assertThatIllegalStateException().isThrownBy(() -> server.server().serveForever())
				.withMessageContaining("bind()");
			server.server().bind();
			server.server().start();
			assertThat(server.connect().ask("anew")).isEqualTo("ANEW");
		}
	}

	@ParameterizedTest
	@EnumSource
	void thePortIsFreeRightAfterClose(Strategy strategy) throws Exception {
		int free = 0;
		int rounds = strategy.rounds(10);
		for (int i = 0; i < rounds; i++) {
			try (TestServer server = TestServer.with(strategy)
				.options((options) -> options.withLingerTimeout(Duration.ofMillis(100)))
				.start(Script.UPPER)) {
				Client client = server.connect();
				assertThat(client.ask("a")).isEqualTo("A");
				int port = server.port();
				server.server().close(Duration.ofSeconds(1));
				free += canListen(port) ? 1 : 0;
			}
		}
		// In a round another test may have got it.
		assertThat(free).isGreaterThanOrEqualTo(rounds - 1);
	}

	private static boolean canListen(int port) throws IOException {
		try (ServerSocket other = new ServerSocket()) {
			other.setReuseAddress(true);
			other.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
			return true;
		}
		catch (BindException ex) {
			return false;
		}
	}

	@ParameterizedTest
	@EnumSource
	void startingAndClosingLeaksNothing(Strategy strategy) throws Exception {
		TestServer.with(strategy).start(Script.UPPER).close();
		Set<String> before = Descriptors.open();
		for (int i = 0; i < strategy.rounds(50); i++) {
			try (TestServer server = TestServer.with(strategy).start(Script.UPPER)) {
				assertThat(server.connect().ask("a")).isEqualTo("A");
			}
		}
		Descriptors.awaitClosedSince(before);
	}

	@Test
	void closingAfterHandleRequestLeavesNoThread() throws Exception {
		// What the first server loads does not count.
		TestServer.with(Strategy.SYNC).start(Script.UPPER).close();
		Set<String> before = Descriptors.open();
		for (int i = 0; i < 10; i++) {
			// The check is in the close of the test's server.
			try (TestServer server = TestServer.with(Strategy.SYNC).create(Script.handlers(Script.UPPER))) {
				server.server().bind();
				Client client = server.connect().sendLine("once").shutdownOutput();
				assertThat(server.server().handleRequest()).isTrue();
				assertThat(client.readText()).isEqualTo("ONCE\n");
			}
		}
		Descriptors.awaitClosedSince(before);
	}

	@Test
	void closingAfterHandleRequestWaitsForRequestsUnderWay() throws Exception {
		CountDownLatch go = new CountDownLatch(1);
		try (TestServer server = TestServer.with(Strategy.THREAD).create(Script.handlers((handler) -> {
			String line = handler.line();
			Await.latch(go, "the close");
			handler.out().println(line);
		}))) {
			server.server().bind();
			Client client = server.connect().sendLine("slow");
			assertThat(server.server().handleRequest()).isTrue();
			Await.until(() -> server.trace().request().bytesIn() == 5, "a request under way");
			CompletableFuture<DrainReport> close = server.server().closeAsync(Duration.ofSeconds(20));
			go.countDown();
			assertThat(client.readText()).isEqualTo("slow\n");
			client.close();
			assertThat(close.join().finished()).isOne();
			assertThat(server.server().state()).isEqualTo(ServerState.CLOSED);
		}
	}

	@Test
	void handleRequestTellsItsTimeout() throws Exception {
		CountDownLatch told = new CountDownLatch(2);
		MixIn listening = new MixIn() {
			@Override
			public void handleTimeout() {
				told.countDown();
			}
		};
		try (TestServer server = TestServer.with(Strategy.SYNC)
			.over(listening, listening)
			.create(Script.handlers(Script.UPPER))) {
			assertThat(server.server().handleRequest(Duration.ofMillis(50))).isFalse();
			assertThat(told.getCount()).isZero();
			assertThat(server.server().state()).isEqualTo(ServerState.STOPPED);
		}
	}

	@Test
	void handleRequestTakesOneRequestAndLeavesTheNextQueued() throws Exception {
		try (TestServer server = TestServer.with(Strategy.SYNC).create(Script.handlers(Script.UPPER))) {
			server.server().bind();
			Client first = server.connect().sendLine("1").shutdownOutput();
			Client second = server.connect().sendLine("2").shutdownOutput();
			assertThat(server.server().handleRequest()).isTrue();
			assertThat(first.readText()).isEqualTo("1\n");
			assertThat(server.server().statistics().accepted()).isOne();
			assertThat(server.server().handleRequest()).isTrue();
			assertThat(second.readText()).isEqualTo("2\n");
		}
	}

	@Test
	void shutdownEndsAHandleRequestThatWaits() throws Exception {
		try (TestServer server = TestServer.with(Strategy.SYNC).create(Script.handlers(Script.UPPER))) {
			CompletableFuture<Boolean> taken = CompletableFuture.supplyAsync(() -> server.server().handleRequest());
			Await.until(() -> server.server().state() == ServerState.SERVING, "the wait");
			server.server().shutdown();
			assertThat(taken.join()).isFalse();
		}
	}

	@Test
	void mixInsAreToldOfBindingAndClosing() throws Exception {
		List<String> told = new ArrayList<>();
		MixIn listening = new MixIn() {
			@Override
			public void serverActivate(ServerContext server) {
				told.add("activate " + ((InetSocketAddress) server.serverAddress()).getAddress().getHostAddress());
			}

			@Override
			public void serverClose() {
				told.add("close");
			}
		};
		try (TestServer server = TestServer.with(listening).start(Script.UPPER)) {
			server.server().shutdown();
			assertThat(told).containsExactly("activate 127.0.0.1");
			server.server().close();
			server.server().close();
			assertThat(told).containsExactly("activate 127.0.0.1", "close");
		}
	}

	@Test
	void handlersRunInDaemonThreadsIfAskedTo() throws Exception {
		for (boolean daemon : new boolean[] { false, true }) {
			try (TestServer server = TestServer.with(new ThreadingMixIn().daemonThreads(daemon))
				.start((handler) -> handler.out().println(String.valueOf(Thread.currentThread().isDaemon())))) {
				assertThat(server.connect().readLine()).isEqualTo(String.valueOf(daemon));
			}
		}
	}

	@Test
	void aClosedConnectionOfAClosedServerKeepsItsReason() throws Exception {
		try (TestServer server = TestServer.with(Strategy.THREAD).start(Script.UPPER)) {
			assertThat(server.connect().ask("a")).isEqualTo("A");
			server.server().close();
			assertThat(server.trace().request().closeReason()).contains(CloseReason.DRAINED);
			assertThat(server.trace().request().close(CloseReason.CLOSED_BY_SERVER)).isFalse();
		}
	}

}
