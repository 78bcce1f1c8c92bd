package io.socketserver;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

import io.socketserver.mixin.ThreadingMixIn;
import io.socketserver.request.CloseReason;
import io.socketserver.request.Connection;
import io.socketserver.request.ConnectionState;
import io.socketserver.request.DrainReport;
import io.socketserver.request.MixIn;
import io.socketserver.request.ServerListener;
import io.socketserver.request.StreamRequestHandler;
import io.socketserver.support.Await;
import io.socketserver.support.Client;
import io.socketserver.support.Client.End;
import io.socketserver.support.Script;
import io.socketserver.support.Strategy;
import io.socketserver.support.TestServer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What becomes of clients when a server is shut down.
 */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DrainTests {

	private final CountDownLatch go = new CountDownLatch(1);

	/**
	 * 100 clients have sent half a line, 100 more wait for a busy handler, 50 are idle.
	 */
	@ParameterizedTest
	@EnumSource(names = { "THREAD", "VIRTUAL" })
	void answersEveryRequestThatHasBegun(Strategy strategy) throws Exception {
		AtomicLong lastAnswer = new AtomicLong();
		TestServer.Setup setup = TestServer.with(strategy)
			.options((options) -> options.withLingerTimeout(Duration.ofSeconds(10)));
		try (TestServer server = setup.start((handler) -> {
			for (String line; (line = handler.in().readLine()) != null;) {
				if (line.startsWith("busy")) {
					Await.latch(this.go, "the drain");
				}
				handler.out().println("answer to " + line);
				handler.out().flush();
				lastAnswer.accumulateAndGet(System.nanoTime(), Math::max);
			}
		})) {
			List<Client> halves = clients(server, 100, "half ");
			List<Client> busy = clients(server, 100, "busy request\n");
			List<Client> idle = clients(server, 50, "first\n");
			for (Client client : idle) {
				assertThat(client.readLine()).isEqualTo("answer to first");
			}
			Await.until(() -> inState(server, ConnectionState.READING) == 100 && busy(server) == 100
					&& inState(server, ConnectionState.IDLE) == 50, "requests under way");
			Caller shutdown = new Caller(server);
			for (Client client : idle) {
				assertThat(client.end()).isEqualTo(End.ORDERLY);
			}
			assertThat(shutdown.isAlive()).isTrue();
			this.go.countDown();
			for (Client client : busy) {
				assertThat(client.readLine()).isEqualTo("answer to busy request");
				assertThat(client.end()).isEqualTo(End.ORDERLY);
			}
			assertThat(shutdown.isAlive()).isTrue();
			for (Client client : halves) {
				client.send("a line\n");
				assertThat(client.readLine()).isEqualTo("answer to half a line");
				assertThat(client.end()).isEqualTo(End.ORDERLY);
			}
			DrainReport report = shutdown.report();
			long lag = (shutdown.returnedNanos - lastAnswer.get()) / 1_000_000;
			System.Logger logger = System.getLogger(DrainTests.class.getName());
			logger.log(System.Logger.Level.INFO, "{0}: shutdown returned {1} ms after the last answer; {2}", strategy,
					lag, report);
			assertThat(lag).isLessThan(250);
			assertThat(report.finished()).isEqualTo(200);
			assertThat(report.closedIdle()).isEqualTo(50);
			assertThat(report.cutOff()).isZero();
			assertThat(report.remaining()).isZero();
		}
	}

	private boolean awaited(long millis) {
		try {
			return this.go.await(millis, TimeUnit.MILLISECONDS);
		}
		catch (InterruptedException ex) {
			throw new AssertionError(ex);
		}
	}

	private static List<Client> clients(TestServer server, int count, String text) throws IOException {
		List<Client> clients = new ArrayList<>();
		for (int i = 0; i < count; i++) {
			clients.add(server.connect().send(text));
		}
		return clients;
	}

	/**
	 * How many handlers are at work on a request: a handler runs before its first read,
	 * too, and then a drain may still find it idle.
	 */
	private static long busy(TestServer server) {
		return server.server()
			.connections()
			.all()
			.stream()
			.filter((each) -> each.state() == ConnectionState.RUNNING && each.requests() > 0)
			.count();
	}

	private static long inState(TestServer server, ConnectionState state) {
		return server.server().connections().all().stream().filter((each) -> each.state() == state).count();
	}

	@ParameterizedTest
	@EnumSource
	void answersTheRequestUnderWayAndThenEnds(Strategy strategy) throws Exception {
		try (TestServer server = TestServer.with(strategy).start(Script.UPPER)) {
			Client client = server.connect().send("hal");
			Await.until(() -> server.trace().request().state() == ConnectionState.READING, "a request that has begun");
			Caller shutdown = new Caller(server);
			client.send("f\n");
			assertThat(client.readLine()).isEqualTo("HALF");
			assertThat(client.end()).isEqualTo(End.ORDERLY);
			DrainReport report = shutdown.report();
			assertThat(report.finished()).isOne();
			assertThat(report.closedIdle()).isZero();
		}
	}

	@ParameterizedTest
	@EnumSource
	void closesIdleConnectionsInOrder(Strategy strategy) throws Exception {
		try (TestServer server = TestServer.with(strategy).start(Script.UPPER)) {
			Client client = server.connect();
			assertThat(client.ask("once")).isEqualTo("ONCE");
			Await.until(() -> server.trace().request().state() == ConnectionState.IDLE, "an idle connection");
			DrainReport report = server.server().shutdown();
			assertThat(client.end()).isEqualTo(End.ORDERLY);
			assertThat(report.closedIdle()).isOne();
			assertThat(report.finished()).isZero();
			assertThat(report.took()).isLessThan(Duration.ofSeconds(2));
			client.close();
			server.awaitQuiet();
			assertThat(server.trace().request().closeReason()).contains(CloseReason.DRAINED);
		}
	}

	@ParameterizedTest
	@EnumSource
	void answersPipelinedRequestsThatWereRead(Strategy strategy) throws Exception {
		try (TestServer server = TestServer.with(strategy).start((handler) -> {
			for (String line; (line = handler.in().readLine()) != null;) {
				if (line.equals("1")) {
					Await.latch(this.go, "the drain");
				}
				handler.out().println("answer " + line);
			}
		})) {
			Client client = server.connect().send("1\n2\n3\n");
			Await.until(() -> server.trace().request().bytesIn() == 6, "three requests are read");
			Caller shutdown = new Caller(server);
			Await.until(() -> server.server().isDraining(), "the drain");
			this.go.countDown();
			assertThat(client.readText()).isEqualTo("answer 1\nanswer 2\nanswer 3\n");
			client.close();
			assertThat(shutdown.report().finished()).isOne();
			server.awaitQuiet();
			assertThat(server.trace().request().requests()).isEqualTo(3);
		}
	}

	@ParameterizedTest
	@EnumSource
	void saysGoodbyeOnceToAnIdleClient(Strategy strategy) throws Exception {
		try (TestServer server = TestServer.with(strategy).start(Polite::new)) {
			Client client = server.connect();
			assertThat(client.ask("hello")).isEqualTo("hello");
			Await.until(() -> server.trace().request().state() == ConnectionState.IDLE, "an idle connection");
			server.server().shutdown();
			assertThat(client.readText()).isEqualTo("goodbye\n");
		}
	}

	@ParameterizedTest
	@EnumSource
	void saysGoodbyeOnceAfterTheLastAnswer(Strategy strategy) throws Exception {
		try (TestServer server = TestServer.with(strategy).start(Polite::new)) {
			Client client = server.connect().send("hel");
			Await.until(() -> server.trace().request().state() == ConnectionState.READING, "a request that has begun");
			Caller shutdown = new Caller(server);
			client.send("lo\n");
			assertThat(client.readText()).isEqualTo("hello\ngoodbye\n");
			client.close();
			shutdown.report();
		}
	}

	@ParameterizedTest
	@EnumSource(mode = Mode.EXCLUDE, names = "SYNC")
	void cutsOffWhatIsStuckAtTheDeadline(Strategy strategy) throws Exception {
		AtomicInteger interrupted = new AtomicInteger();
		CountDownLatch never = new CountDownLatch(1);
		try (TestServer server = TestServer.with(strategy).start((handler) -> {
			handler.in().readLine();
			try {
				never.await();
			}
			catch (InterruptedException ex) {
				interrupted.incrementAndGet();
			}
		})) {
			List<Client> clients = clients(server, 10, "stuck\n");
			Await.until(() -> busy(server) == 10, "stuck handlers");
			long begin = System.nanoTime();
			DrainReport report = server.server().shutdown(Duration.ofMillis(300));
			assertThat(Duration.ofNanos(System.nanoTime() - begin)).isBetween(Duration.ofMillis(300),
					Duration.ofSeconds(5));
			for (Client client : clients) {
				assertThat(client.end()).isEqualTo(End.RESET);
			}
			assertThat(report.cutOff()).isEqualTo(10);
			assertThat(report.finished() + report.closedIdle() + report.remaining()).isZero();
			assertThat(interrupted).hasValue(10);
			assertThat(server.server().statistics().closed(CloseReason.CUT_OFF)).isEqualTo(10);
		}
	}

	@ParameterizedTest
	@EnumSource
	void returnsDespiteHandlersThatIgnoreTheirInterrupt(Strategy strategy) throws Exception {
		try (TestServer server = TestServer.with(strategy).start((handler) -> {
			handler.in().readLine();
			while (this.go.getCount() > 0) {
				LockSupport.parkNanos(1_000_000);
				Thread.interrupted();
			}
		})) {
			clients(server, strategy.isConcurrent() ? 10 : 1, "stuck\n");
			Await.until(() -> busy(server) == (strategy.isConcurrent() ? 10 : 1), "stuck handlers");
			long begin = System.nanoTime();
			server.server().shutdown(Duration.ofMillis(200));
			assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(5));
			server.server().close();
			this.go.countDown();
			server.awaitQuiet();
		}
	}

	@ParameterizedTest
	@EnumSource
	void queuesClientsBetweenShutdownAndTheNextServing(Strategy strategy) throws Exception {
		try (TestServer server = TestServer.with(strategy).start(Script.UPPER)) {
			try (Client client = server.connect()) {
				assertThat(client.ask("before")).isEqualTo("BEFORE");
			}
			server.server().shutdown();
			Await.until(() -> server.server().state() == ServerState.STOPPED, "the end of the loop");
			Client queued = server.connect().sendLine("queued");
			server.server().start();
			assertThat(queued.readLine()).isEqualTo("QUEUED");
		}
	}

	@ParameterizedTest
	@EnumSource
	void servesThoseWhoAreQueuedWhenItCloses(Strategy strategy) throws Exception {
		CountDownLatch held = new CountDownLatch(1);
		// Holds the loop, so that it takes nobody before the drain has begun.
		MixIn holding = new MixIn() {
			@Override
			public void serviceActions() {
				held.countDown();
				Await.latch(DrainTests.this.go, "the close");
			}
		};
		try (TestServer server = TestServer.with(strategy)
			.options((options) -> options.withLingerTimeout(Duration.ofSeconds(10)))
			.over(holding)
			.start((handler) -> handler.out().println(handler.line()))) {
			try (Client first = server.connect()) {
				assertThat(first.ask("first")).isEqualTo("first");
			}
			Await.latch(held, "the loop is held");
			List<Client> clients = clients(server, 5, "queued\n");
			CompletableFuture<DrainReport> close = server.server().closeAsync(Duration.ofSeconds(10));
			this.go.countDown();
			for (Client client : clients) {
				assertThat(client.readText()).isEqualTo("queued\n");
				client.close();
			}
			assertThat(close.join().cutOff()).isZero();
		}
	}

	/**
	 * Who is told the end comes back at once: were somebody still listening by then, the
	 * kernel would accept and then reset the client.
	 */
	@ParameterizedTest
	@EnumSource(mode = Mode.EXCLUDE, names = { "SYNC" })
	void tellsIdleClientsTheEndOnlyWhenNobodyListensHoweverLateTheLoopIs(Strategy strategy) throws Exception {
		AtomicBoolean late = new AtomicBoolean();
		CountDownLatch held = new CountDownLatch(1);
		MixIn holding = new MixIn() {
			@Override
			public void serviceActions() {
				held.countDown();
				late.set(!awaited(600));
			}
		};
		try (TestServer server = TestServer.with(strategy).over(holding).start(Script.UPPER)) {
			Client idle = server.connect().sendLine("a");
			assertThat(idle.readLine()).isEqualTo("A");
			Await.latch(held, "the loop is held");
			CompletableFuture<DrainReport> close = server.server().closeAsync(Duration.ofSeconds(10));
			assertThat(idle.end()).isEqualTo(End.ORDERLY);
			assertThat(late).as("the loop got free before the client was told the end").isTrue();
			idle.close();
			close.join();
		}
	}

	@ParameterizedTest
	@EnumSource
	void aPausedServerTurnsAwayInOrderThoseWhoAreQueuedWhenItCloses(Strategy strategy) throws Exception {
		try (TestServer server = TestServer.with(strategy).start(Script.UPPER)) {
			server.server().pause();
			Client client = server.connect().sendLine("queued");
			Caller shutdown = new Caller(server);
			assertThat(client.end()).isEqualTo(End.ORDERLY);
			shutdown.report();
		}
	}

	/**
	 * An idle connection that ends must not stand for one that is still busy.
	 */
	@Test
	void waitsForABusyRequestWhileAnIdleConnectionEnds() throws Exception {
		CountDownLatch idleEnds = new CountDownLatch(1);
		CountDownLatch idleMayEnd = new CountDownLatch(1);
		try (TestServer server = TestServer.with(Strategy.THREAD).start((handler) -> {
			for (String line; (line = handler.in().readLine()) != null;) {
				if (line.equals("busy")) {
					Await.latch(this.go, "the answer");
				}
				handler.out().println(line);
			}
		})) {
			server.server().addListener(new ServerListener() {
				@Override
				public void connectionClosed(Connection connection, CloseReason reason) {
					if (reason == CloseReason.DRAINED) {
						idleEnds.countDown();
						Await.latch(idleMayEnd, "the end of the idle connection");
					}
				}
			});
			Client idle = server.connect();
			assertThat(idle.ask("idle")).isEqualTo("idle");
			Client other = server.connect().send("oth");
			Client busy = server.connect().sendLine("busy");
			Await.until(() -> busy(server) == 1 && inState(server, ConnectionState.READING) == 1
					&& inState(server, ConnectionState.IDLE) == 1, "one busy, one half, one idle");
			Caller shutdown = new Caller(server);
			assertThat(idle.end()).isEqualTo(End.ORDERLY);
			idle.close();
			Await.latch(idleEnds, "the end of the idle connection");
			// Has the drain count again.
			other.send("er\n");
			assertThat(other.readLine()).isEqualTo("other");
			assertThat(other.end()).isEqualTo(End.ORDERLY);
			assertThat(Await.within(Duration.ofMillis(200), () -> !shutdown.isAlive())).isFalse();
			this.go.countDown();
			assertThat(busy.readText()).isEqualTo("busy\n");
			idleMayEnd.countDown();
			other.close();
			busy.close();
			DrainReport report = shutdown.report();
			assertThat(report.finished()).isEqualTo(2);
			assertThat(report.closedIdle()).isOne();
		}
	}

	@Test
	void withoutBlockOnCloseRequestsAreLeftToThemselves() throws Exception {
		ThreadingMixIn threads = new ThreadingMixIn().blockOnClose(false);
		try (TestServer server = TestServer.with(threads).start((handler) -> {
			String line = handler.line();
			Await.latch(this.go, "the answer");
			handler.out().println(line);
		})) {
			Client client = server.connect().sendLine("slow");
			Await.until(() -> busy(server) == 1, "a busy handler");
			DrainReport report = server.server().close(Duration.ofSeconds(30));
			assertThat(report.remaining()).isOne();
			assertThat(report.took()).isLessThan(Duration.ofSeconds(5));
			this.go.countDown();
			assertThat(client.readLine()).isEqualTo("slow");
		}
	}

	@Test
	void anInterruptOfAnyThreadDoesNotBreakTheDrain() throws Exception {
		try (TestServer server = TestServer.with(Strategy.SYNC).start((handler) -> {
			String line = handler.line();
			while (this.go.getCount() > 0) {
				LockSupport.parkNanos(1_000_000);
				Thread.interrupted();
			}
			Thread.interrupted();
			handler.out().println(line);
		})) {
			Client client = server.connect().sendLine("slow");
			Await.until(() -> busy(server) == 1, "a busy handler");
			Caller shutdown = new Caller(server);
			Await.until(() -> server.server().isDraining(), "the drain");
			Thread.getAllStackTraces()
				.keySet()
				.stream()
				.filter((thread) -> thread.getName().startsWith("socketserver-" + server.server().name() + "-"))
				.forEach(Thread::interrupt);
			assertThat(Await.within(Duration.ofMillis(100), () -> !shutdown.isAlive())).isFalse();
			this.go.countDown();
			assertThat(client.readText()).isEqualTo("slow\n");
			client.close();
			assertThat(shutdown.report().finished()).isOne();
		}
	}

	@Test
	void aSecondShutdownBringsTheDeadlineForward() throws Exception {
		try (TestServer server = TestServer.with(Strategy.THREAD).start((handler) -> {
			handler.line();
			Await.latch(this.go, "nothing");
		})) {
			Client client = server.connect().sendLine("slow");
			Await.until(() -> busy(server) == 1, "a busy handler");
			Caller shutdown = new Caller(server);
			Await.until(() -> server.server().isDraining(), "the drain");
			DrainReport report = server.server().shutdown(Duration.ZERO);
			assertThat(report.cutOff() + report.remaining()).isOne();
			assertThat(shutdown.report()).isEqualTo(report);
			assertThat(client.end()).isEqualTo(End.RESET);
			this.go.countDown();
		}
	}

	/**
	 * Shuts a server down, in a thread of its own.
	 */
	private static final class Caller extends Thread {

		private final TestServer server;

		private volatile DrainReport report = DrainReport.NOTHING;

		private volatile long returnedNanos;

		Caller(TestServer server) {
			super("caller of shutdown");
			this.server = server;
			start();
			Await.until(() -> server.server().isDraining() || !isAlive(), "the begin of the shutdown");
		}

		@Override
		public void run() {
			this.report = this.server.server().shutdown();
			this.returnedNanos = System.nanoTime();
		}

		DrainReport report() {
			Await.end(this);
			return this.report;
		}

	}

	/**
	 * Repeats lines, and has manners.
	 */
	private static final class Polite extends StreamRequestHandler {

		@Override
		public void handle() throws IOException {
			for (String line; (line = rfile().readLine()) != null;) {
				wfile().println(line);
			}
		}

		@Override
		public void goodbye() throws IOException {
			wfile().println("goodbye");
		}

	}

}
