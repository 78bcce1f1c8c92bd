package io.socketserver;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

import io.socketserver.framing.Framing;
import io.socketserver.message.Codec;
import io.socketserver.message.MessageService;
import io.socketserver.mixin.LimitingMixIn;
import io.socketserver.mixin.OverflowPolicy;
import io.socketserver.mixin.PoolingMixIn;
import io.socketserver.mixin.ThreadingMixIn;
import io.socketserver.request.CloseReason;
import io.socketserver.request.Connection;
import io.socketserver.request.ConnectionState;
import io.socketserver.request.LineTooLongException;
import io.socketserver.request.MixIn;
import io.socketserver.request.ServerListener;
import io.socketserver.support.Await;
import io.socketserver.support.Client;
import io.socketserver.support.Client.End;
import io.socketserver.support.LogLines;
import io.socketserver.support.Multiplexed;
import io.socketserver.support.Script;
import io.socketserver.support.Strategy;
import io.socketserver.support.TestServer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What limits do, and to whom.
 */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LimitTests {

	private final AtomicInteger inside = new AtomicInteger();

	private final AtomicInteger most = new AtomicInteger();

	private final CountDownLatch go = new CountDownLatch(1);

	private final Script counting = (handler) -> {
		this.most.accumulateAndGet(this.inside.incrementAndGet(), Math::max);
		String line = handler.line();
		// Only what has been read by now counts as inside.
		this.inside.decrementAndGet();
		handler.out().println(line);
	};

	@ParameterizedTest
	@EnumSource(mode = Mode.EXCLUDE, names = "SYNC")
	void aBurstNeverExceedsMaxConnectionsAndNobodyIsRefused(Strategy strategy) throws Exception {
		AtomicInteger permits = new AtomicInteger();
		try (TestServer server = TestServer.with(strategy)
			.options((options) -> options.withMaxConnections(10))
			.start(this.counting)) {
			LimitingMixIn limit = (LimitingMixIn) server.server().mixIns().get(0);
			server.server().addListener(new ServerListener() {
				@Override
				public void connectionOpened(Connection connection) {
					permits.accumulateAndGet(limit.activeRequests(), Math::max);
				}
			});
			List<Client> clients = new ArrayList<>();
			for (int i = 0; i < 200; i++) {
				clients.add(server.connect());
			}
			Await.until(() -> this.inside.get() == 10, "a full server");
			for (Client client : clients) {
				assertThat(client.ask("hello")).isEqualTo("hello");
				assertThat(client.end()).isEqualTo(End.ORDERLY);
				client.close();
			}
			assertThat(this.most.get()).isLessThanOrEqualTo(10);
			assertThat(permits.get()).isLessThanOrEqualTo(10);
			assertThat(server.server().statistics().refused()).isZero();
		}
	}

	@ParameterizedTest
	@EnumSource(mode = Mode.EXCLUDE, names = "SYNC")
	void aFreePlaceIsTakenSoon(Strategy strategy) throws Exception {
		try (TestServer server = TestServer.with(strategy)
			.options((options) -> options.withMaxConnections(2))
			.start(Script.UPPER)) {
			Client first = server.connect();
			Client second = server.connect();
			assertThat(first.ask("1")).isEqualTo("1");
			assertThat(second.ask("2")).isEqualTo("2");
			Client third = server.connect().sendLine("3");
			assertThat(third.hearsNothingFor(100)).isTrue();
			long begin = System.nanoTime();
			first.close();
			assertThat(third.readLine()).isEqualTo("3");
			assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(5));
		}
	}

	@ParameterizedTest
	@EnumSource(mode = Mode.EXCLUDE, names = "SYNC")
	void aLimitWorksInsideAStrategyToo(Strategy strategy) throws Exception {
		LimitingMixIn limit = new LimitingMixIn(3);
		try (TestServer server = TestServer
			.with(Stream.concat(Stream.of(strategy.mixIns()), Stream.of(limit)).toArray(MixIn[]::new))
			.start(this.counting)) {
			List<Client> clients = new ArrayList<>();
			for (int i = 0; i < 50; i++) {
				clients.add(server.connect());
			}
			Await.until(() -> this.inside.get() == 3, "a full server");
			assertThat(limit.activeRequests()).isEqualTo(3);
			for (Client client : clients) {
				assertThat(client.ask("hello")).isEqualTo("hello");
			}
			assertThat(this.most.get()).isLessThanOrEqualTo(3);
		}
	}

	@Test
	void maxThreadsIsNeverExceeded() throws Exception {
		ThreadingMixIn threads = new ThreadingMixIn().maxThreads(3);
		try (TestServer server = TestServer.with(threads).start(this.counting)) {
			List<Client> clients = new ArrayList<>();
			for (int i = 0; i < 50; i++) {
				clients.add(server.connect());
			}
			Await.until(() -> this.inside.get() == 3, "all threads busy");
			for (Client client : clients) {
				assertThat(client.ask("hello")).isEqualTo("hello");
			}
			assertThat(this.most.get()).isLessThanOrEqualTo(3);
		}
	}

	@Test
	void aFullPoolThatWaitsLetsClientsWait() throws Exception {
		PoolingMixIn pool = new PoolingMixIn(2, 1, OverflowPolicy.WAIT);
		try (TestServer server = TestServer.with(pool).start(Script.UPPER)) {
			List<Client> clients = new ArrayList<>();
			for (int i = 0; i < 20; i++) {
				clients.add(server.connect().sendLine("a"));
			}
			Await.until(() -> server.server().statistics().accepted() == 3, "a full pool");
			Await.until(() -> pool.activeThreads() == 2 && pool.queuedRequests() == 1, "two served and one queued");
			for (Client client : clients) {
				assertThat(client.readLine()).isEqualTo("A");
				client.close();
			}
			assertThat(server.server().statistics().refused()).isZero();
		}
	}

	@Test
	void aFullPoolThatRefusesClosesWithItsReason() throws Exception {
		PoolingMixIn pool = new PoolingMixIn(1, 1, OverflowPolicy.REFUSE);
		try (LogLines lines = LogLines.warnings(); TestServer server = TestServer.with(pool).start(Script.UPPER)) {
			Client served = server.connect();
			assertThat(served.ask("a")).isEqualTo("A");
			Client queued = server.connect().sendLine("b");
			Await.until(() -> pool.queuedRequests() == 1, "one queued");
			for (int i = 0; i < 5; i++) {
				assertThat(server.connect().readToEnd()).isEmpty();
			}
			Await.until(() -> server.server().statistics().closed(CloseReason.OVERLOADED) == 5, "all refused");
			assertThat(server.server().statistics().refused()).isEqualTo(5);
			assertThat(lines.of(server)).singleElement(InstanceOfAssertFactories.STRING)
				.contains("refuses", "All 1 threads are busy and 1 requests wait for one")
				.endsWith("summed up once a minute while they come");
			served.close();
			assertThat(queued.readLine()).isEqualTo("B");
		}
	}

	@Test
	void aFullPoolMayServeInTheLoop() throws Exception {
		PoolingMixIn pool = new PoolingMixIn(1, 0, OverflowPolicy.CALLER_RUNS);
		try (TestServer server = TestServer.with(pool)
			.start((handler) -> handler.out().println(Thread.currentThread().getName() + handler.line()))) {
			Client inPool = server.connect();
			Await.until(() -> pool.activeThreads() == 1, "a busy pool");
			assertThat(server.connect().ask("")).endsWith("-loop");
			assertThat(inPool.ask("")).contains("-pool-");
		}
	}

	@ParameterizedTest
	@EnumSource
	void anIdleConnectionIsClosedAtTheIdleTimeout(Strategy strategy) throws Exception {
		try (TestServer server = TestServer.with(strategy)
			.options((options) -> options.withIdleTimeout(Duration.ofMillis(200)))
			.start(Script.UPPER)) {
			Client client = server.connect();
			long begin = System.nanoTime();
			assertThat(client.ask("a")).isEqualTo("A");
			assertThat(client.end()).isEqualTo(End.ORDERLY);
			assertThat(Duration.ofNanos(System.nanoTime() - begin)).isBetween(Duration.ofMillis(150),
					Duration.ofSeconds(5));
			server.awaitQuiet();
			assertThat(server.trace().request().closeReason()).contains(CloseReason.IDLE_TIMEOUT);
		}
	}

	@ParameterizedTest
	@EnumSource
	void aComputingHandlerIsNotIdle(Strategy strategy) throws Exception {
		try (TestServer server = TestServer.with(strategy)
			.options((options) -> options.withIdleTimeout(Duration.ofMillis(100)))
			.start((handler) -> {
				String line = handler.line();
				Await.latch(this.go, "a while");
				handler.out().println(line);
			})) {
			// What it sends is there when it is accepted, so that only the handler takes
			// time.
			server.server().pause();
			Client client = server.connect().sendLine("slow");
			server.server().resume();
			assertThat(client.hearsNothingFor(500)).isTrue();
			this.go.countDown();
			assertThat(client.readLine()).isEqualTo("slow");
		}
	}

	@ParameterizedTest
	@EnumSource
	void aPeerThatDoesNotReadIsResetAtTheIdleTimeout(Strategy strategy) throws Exception {
		try (TestServer server = TestServer.with(strategy)
			.options((options) -> options.withIdleTimeout(Duration.ofMillis(200)).withSendBufferSize(16 * 1024))
			.start((handler) -> handler.out().write(new byte[32 * 1024 * 1024]));
				Client client = Client.connect(server.server().serverAddress(), 4096)) {
			server.awaitQuiet();
			Await.until(() -> server.trace().requests().size() == 1
					&& server.trace().request().state() == ConnectionState.CLOSED, "the end");
			assertThat(server.trace().request().closeReason()).contains(CloseReason.WRITE_TIMEOUT);
			Await.until(() -> !server.trace().request().channel().isOpen(), "the reset");
			assertThat(client.end()).isEqualTo(End.RESET);
		}
	}

	@ParameterizedTest
	@EnumSource
	void halfAnAnswerNeverEndsInAnOrderlyWay(Strategy strategy) throws Exception {
		try (TestServer server = TestServer.with(strategy)
			.options((options) -> options.withIdleTimeout(Duration.ofMillis(200)).withSendBufferSize(16 * 1024))
			.start((handler) -> handler.out().write(new byte[32 * 1024 * 1024]));
				Client client = Client.connect(server.server().serverAddress(), 4096)) {
			Await.until(() -> server.server().connections().count() == 1, "the connection");
			Connection connection = server.server().connections().all().iterator().next();
			Await.until(() -> connection.closeReason().isPresent(), "the timeout");
			// It reads at last, and while the server still has the connection.
			assertThat(client.end()).isEqualTo(End.RESET);
		}
	}

	@ParameterizedTest
	@EnumSource
	void halfAnAnswerFromALoopNeverEndsInAnOrderlyWay(Multiplexed strategy) throws Exception {
		MessageService<String, String> service = MessageService
			.of(Framing.line(8192), Codec.string(StandardCharsets.UTF_8),
					(connection, message) -> "x".repeat(60 * 1024))
			.withFrameTimeout(Duration.ofMillis(200));
		try (TestServer server = TestServer.with(strategy.mixIn())
			.options((options) -> options.withSendBufferSize(4096))
			.start(service); Client client = Client.connect(server.server().serverAddress(), 4096)) {
			// It does not read yet, and what waits for it is less than what makes the
			// server wait.
			client.send("whole\nbegun");
			Await.until(() -> server.server().statistics().closed(CloseReason.FRAME_TIMEOUT) == 1, "the timeout");
			assertThat(client.end()).isEqualTo(End.RESET);
		}
	}

	@ParameterizedTest
	@EnumSource
	void aDripIsClosedAtTheRequestTimeout(Strategy strategy) throws Exception {
		// The first request of a process that has just started takes its time.
		Duration timeout = Duration.ofMillis((strategy == Strategy.FORK) ? 3000 : 300);
		try (TestServer server = TestServer.with(strategy)
			.options((options) -> options.withRequestTimeout(timeout).withIdleTimeout(Duration.ofSeconds(30)))
			.start(Script.UPPER)) {
			Client client = server.connect();
			assertThat(client.ask("quick")).isEqualTo("QUICK");
			long begin = System.nanoTime();
			Await.until(() -> {
				try {
					client.send("x");
				}
				catch (IOException ex) {
					return true;
				}
				return server.trace().request().closeReason().isPresent();
			}, "the end of the drip");
			assertThat(Duration.ofNanos(System.nanoTime() - begin)).isBetween(timeout.minusMillis(50),
					timeout.plusSeconds(5));
			assertThat(server.trace().request().closeReason()).contains(CloseReason.REQUEST_TIMEOUT);
		}
	}

	@ParameterizedTest
	@EnumSource
	void aHandlerMayAnswerAfterAReadTimeout(Strategy strategy) throws Exception {
		try (TestServer server = TestServer.with(strategy)
			.options((options) -> options.withReadTimeout(Duration.ofMillis(100)))
			.start((handler) -> {
				try {
					handler.line();
				}
				catch (SocketTimeoutException ex) {
					handler.out().println("too slow");
				}
			})) {
			assertThat(server.connect().readText()).isEqualTo("too slow\n");
			server.awaitQuiet();
			assertThat(server.trace().errors()).isEmpty();
		}
	}

	@ParameterizedTest
	@EnumSource
	void aReadTimeoutThatIsNotCaughtIsTheReason(Strategy strategy) throws Exception {
		try (TestServer server = TestServer.with(strategy)
			.options((options) -> options.withReadTimeout(Duration.ofMillis(100)))
			.start(Script.UPPER)) {
			assertThat(server.connect().readToEnd()).isEmpty();
			server.awaitQuiet();
			assertThat(server.trace().errors()).singleElement().isInstanceOf(SocketTimeoutException.class);
			assertThat(server.trace().request().closeReason()).contains(CloseReason.READ_TIMEOUT);
		}
	}

	@ParameterizedTest
	@EnumSource
	void aPausedServerLetsNewClientsWaitAndServesOldOnes(Strategy strategy) throws Exception {
		try (TestServer server = TestServer.with(strategy).start(Script.UPPER)) {
			Client old = server.connect();
			assertThat(old.ask("old")).isEqualTo("OLD");
			if (!strategy.isConcurrent()) {
				old.close();
			}
			server.server().pause();
			server.server().pause();
			assertThat(server.server().isPaused()).isTrue();
			Client waiting = server.connect().sendLine("new");
			assertThat(waiting.hearsNothingFor(150)).isTrue();
			if (strategy.isConcurrent()) {
				assertThat(old.ask("still")).isEqualTo("STILL");
			}
			server.server().resume();
			assertThat(waiting.readLine()).isEqualTo("NEW");
			assertThat(server.server().isPaused()).isFalse();
		}
	}

	@ParameterizedTest
	@EnumSource
	void theReplyToAnOverlongLineArrivesWhole(Strategy strategy) throws Exception {
		byte[] reply = new byte[400_000];
		CompletableFuture<Integer> limit = new CompletableFuture<>();
		try (TestServer server = TestServer.with(strategy)
			.options((options) -> options.withMaxLineLength(100).withLingerTimeout(Duration.ofSeconds(10)))
			.start((handler) -> {
				try {
					handler.line();
				}
				catch (LineTooLongException ex) {
					limit.complete(ex.limit());
					handler.out().write(reply);
				}
			})) {
			Client client = server.connect().send("x".repeat(100_000));
			assertThat(client.readToEnd()).hasSize(reply.length);
			assertThat(limit.join()).isEqualTo(100);
		}
	}

	@ParameterizedTest
	@EnumSource
	void anOverlongLineThatIsNotCaughtIsTheReason(Strategy strategy) throws Exception {
		try (TestServer server = TestServer.with(strategy)
			.options((options) -> options.withMaxLineLength(100))
			.start(Script.UPPER)) {
			assertThat(server.connect().send("x".repeat(101) + "\n").end()).isEqualTo(End.ORDERLY);
			server.awaitQuiet();
			assertThat(server.trace().request().closeReason()).contains(CloseReason.LINE_TOO_LONG);
		}
	}

}
