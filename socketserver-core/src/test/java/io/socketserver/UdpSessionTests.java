package io.socketserver;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;

import org.assertj.core.api.InstanceOfAssertFactories;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import io.socketserver.framing.Framing;
import io.socketserver.message.Codec;
import io.socketserver.message.HandlerExecution;
import io.socketserver.message.MessageConnection;
import io.socketserver.message.MessageHandler;
import io.socketserver.message.MessageService;
import io.socketserver.message.SendResult;
import io.socketserver.mixin.MultiplexingMixIn;
import io.socketserver.request.AttributeKey;
import io.socketserver.request.CloseReason;
import io.socketserver.request.Connection;
import io.socketserver.request.ConnectionState;
import io.socketserver.request.DatagramDrop;
import io.socketserver.request.DrainReport;
import io.socketserver.request.ServerListener;
import io.socketserver.support.Await;
import io.socketserver.support.Client;
import io.socketserver.support.LogLines;
import io.socketserver.support.Multiplexed;
import io.socketserver.support.PacketScript;
import io.socketserver.support.Serving;
import io.socketserver.support.Strategy;
import io.socketserver.support.TestServer;
import io.socketserver.support.UdpClient;
import io.socketserver.support.UdpTestServer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * What one peer sends over UDP as a connection, with the handlers of any other.
 */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class UdpSessionTests {

	private static final AttributeKey<Integer> COUNT = AttributeKey.of("count", Integer.class);

	private final List<String> events = new CopyOnWriteArrayList<>();

	private final CountDownLatch begun = new CountDownLatch(1);

	private final CountDownLatch go = new CountDownLatch(1);

	private static MessageService<String, String> service(MessageHandler<String, String> handler) {
		return MessageService.of(Framing.line(8192), Codec.string(StandardCharsets.UTF_8), handler);
	}

	private static UdpTestServer.Setup with(Serving strategy) {
		return UdpTestServer.with(strategy.mixIns()).udp((udp) -> udp.withSessions(true));
	}

	static Stream<Serving> strategies() {
		return Stream.concat(Stream.of(Strategy.values()).filter((strategy) -> strategy != Strategy.FORK),
				Stream.of(Multiplexed.values()));
	}

	static Stream<Serving> offTheLoop() {
		return strategies().filter((strategy) -> strategy != Strategy.SYNC && strategy != Multiplexed.ON_LOOP);
	}

	private static String count(MessageConnection<String> connection, String message) {
		int count = connection.attribute(COUNT).orElse(0) + 1;
		connection.attribute(COUNT, count);
		return count + " " + message.toUpperCase(Locale.ROOT);
	}

	@ParameterizedTest
	@MethodSource("strategies")
	void theSameHandlerServesTcpAndUdp(Serving strategy) throws Exception {
		MessageService<String, String> both = service(UdpSessionTests::count);
		try (UdpTestServer udp = with(strategy).start(both);
				TestServer tcp = TestServer.with(strategy.mixIns()).start(both)) {
			Client stream = tcp.connect();
			UdpClient packets = udp.client();
			for (int i = 1; i <= 3; i++) {
				assertThat(stream.ask("hello")).isEqualTo(i + " HELLO");
				assertThat(packets.ask("hello")).isEqualTo(i + " HELLO");
			}
			assertThat(udp.client().ask("other")).isEqualTo("1 OTHER");
			assertThat(udp.server().connections().count()).isEqualTo(2);
			assertThat(udp.server().statistics().accepted()).isEqualTo(2);
		}
	}

	@ParameterizedTest
	@MethodSource("strategies")
	void aSessionIsAConnectionThatIsListedAndClosed(Serving strategy) throws Exception {
		try (UdpTestServer server = with(strategy).create(service(this::tell))) {
			server.server().addListener(new ServerListener() {
				@Override
				public void connectionClosed(Connection connection, CloseReason reason) {
					UdpSessionTests.this.events.add("closed " + reason);
				}
			});
			server.server().start();
			UdpClient client = server.client();
			assertThat(client.ask("abc")).isEqualTo("abc");
			Connection session = server.server().connections().all().iterator().next();
			assertThat(session.clientAddress()).isEqualTo(client.address());
			Await.until(() -> session.state() == ConnectionState.IDLE, "an idle session");
			assertThat(session.requests()).isOne();
			assertThat(session.bytesIn()).isEqualTo(3);
			assertThat(session.bytesOut()).isEqualTo(3);
			assertThat(server.server().connections().find(session.id())).contains(session);
			session.identity("device 7");
			assertThat(server.server().connections().withIdentity("device 7")).containsExactly(session);
			assertThat(session.close(CloseReason.CLOSED_BY_SERVER)).isTrue();
			assertThat(session.close(CloseReason.COMPLETED)).isFalse();
			Await.until(() -> session.state() == ConnectionState.CLOSED, "its end");
			Await.until(() -> server.server().connections().count() == 0, "no session");
			assertThat(server.server().connections().withIdentity("device 7")).isEmpty();
			assertThat(this.events).containsExactly("closed CLOSED_BY_SERVER");
			assertThat(client.ask("again")).isEqualTo("again");
			assertThat(server.server().statistics().closed(CloseReason.CLOSED_BY_SERVER)).isOne();
		}
	}

	private String tell(MessageConnection<String> connection, String message) {
		return message;
	}

	@ParameterizedTest
	@MethodSource("strategies")
	void messagesOfAPeerKeepTheirOrderAndNeverRunAtTheSameTime(Serving strategy) throws Exception {
		int clients = 4;
		int messages = 1000;
		Map<String, List<Integer>> seen = new ConcurrentHashMap<>();
		AtomicInteger overlaps = new AtomicInteger();
		Map<String, AtomicInteger> inside = new ConcurrentHashMap<>();
		try (UdpTestServer server = with(strategy).start(service((connection, message) -> {
			AtomicInteger here = inside.computeIfAbsent(connection.id(), (id) -> new AtomicInteger());
			overlaps.addAndGet(here.getAndIncrement());
			seen.computeIfAbsent(connection.id(), (id) -> new ArrayList<>()).add(Integer.parseInt(message));
			here.decrementAndGet();
			return message;
		}))) {
			List<UdpClient> all = new ArrayList<>();
			for (int i = 0; i < clients; i++) {
				all.add(server.client());
			}
			int window = 20;
			for (int i = 0; i < messages; i += window) {
				for (UdpClient client : all) {
					for (int j = i; j < i + window; j++) {
						client.send(Integer.toString(j));
					}
				}
				for (UdpClient client : all) {
					for (int j = i; j < i + window; j++) {
						assertThat(client.receiveText()).isEqualTo(Integer.toString(j));
					}
				}
			}
			assertThat(seen).hasSize(clients);
			assertThat(seen.values()).allSatisfy((list) -> assertThat(list).hasSize(messages).isSorted());
			assertThat(overlaps.get()).isZero();
		}
	}

	@ParameterizedTest
	@MethodSource("strategies")
	void aSilentSessionEndsAtTheIdleTimeout(Serving strategy) throws Exception {
		try (UdpTestServer server = with(strategy).options((options) -> options.withIdleTimeout(Duration.ofMillis(200)))
			.start(service(new Events()))) {
			UdpClient client = server.client();
			assertThat(client.ask("a")).isEqualTo("a");
			Await.until(() -> server.server().connections().count() == 0, "the end of the session");
			assertThat(this.events).containsExactly("open", "a", "close IDLE_TIMEOUT");
			assertThat(client.ask("b")).isEqualTo("b");
			Await.until(() -> this.events.size() == 6, "the end of the second");
			Await.until(() -> server.server().connections().count() == 0, "its end in the list too");
			assertThat(server.server().statistics().closed(CloseReason.IDLE_TIMEOUT)).isEqualTo(2);
		}
	}

	@Test
	void aHandlerMayKeepASilentSession() throws Exception {
		AtomicInteger asked = new AtomicInteger();
		try (UdpTestServer server = with(Strategy.POOL)
			.options((options) -> options.withIdleTimeout(Duration.ofMillis(100)))
			.start(service(new Events() {
				@Override
				public void onIdle(MessageConnection<String> connection) {
					asked.incrementAndGet();
					connection.send("are you there?");
				}
			}))) {
			UdpClient client = server.client();
			assertThat(client.ask("a")).isEqualTo("a");
			assertThat(client.receiveText()).isEqualTo("are you there?");
			assertThat(client.receiveText()).isEqualTo("are you there?");
			assertThat(server.server().connections().count()).isOne();
			assertThat(asked.get()).isGreaterThanOrEqualTo(2);
		}
	}

	@Test
	void sendsNoMoreThanItGotUntilThePeerIsKnown() throws Exception {
		AtomicReference<SendResult> longer = new AtomicReference<>();
		try (UdpTestServer server = with(Strategy.SYNC)
			.udp((udp) -> udp.withMaxAmplification(UdpOptions.DEFAULT.maxAmplification()))
			.start(service((connection, message) -> {
				if (message.equals("login")) {
					connection.identity("device 7");
				}
				longer.set(connection.send("much longer than that"));
				return message;
			}))) {
			UdpClient client = server.client();
			assertThat(client.ask("hello")).isEqualTo("hello");
			assertThat(longer.get()).isEqualTo(SendResult.REFUSED);
			assertThat(server.server().statistics().datagramsDropped(DatagramDrop.AMPLIFICATION)).isOne();
			assertThat(client.ask("login")).isEqualTo("much longer than that");
			// The datagram may be here before the handler knows that it was sent.
			Await.until(() -> longer.get() == SendResult.QUEUED, "what became of it");
		}
	}

	@Test
	void moreSendersThanTheLimitTakeNoMemory() throws Exception {
		int limit = 50;
		try (UdpTestServer server = with(Strategy.SYNC).untraced()
			.options((options) -> options.withMaxConnections(limit))
			.start(service(new Events()))) {
			UdpClient known = server.client();
			assertThat(known.ask("first")).isEqualTo("first");
			for (int i = 0; i < 1000; i++) {
				// A sender that is never seen again, as a forged one.
				try (UdpClient forged = UdpClient.of(server.server().serverAddress())) {
					forged.send("x");
				}
			}
			long drops = server.server().kernelDrops().orElse(0);
			Await.until(() -> server.server().statistics().datagramsIn() >= 1001 - drops, "all of them");
			assertThat(known.ask("still here")).isEqualTo("still here");
			assertThat(server.server().connections().count()).isEqualTo(limit);
			assertThat(server.server().statistics().datagramsDropped(DatagramDrop.OVERLOADED)).isGreaterThan(0);
			server.awaitQuiet();
			assertThat(server.server().statistics().datagramsDropped(DatagramDrop.OVERLOADED)
					+ server.server().statistics().requests())
				.isEqualTo(server.server().statistics().datagramsIn());
		}
	}

	@ParameterizedTest
	@MethodSource("strategies")
	void anybodyMaySendToASession(Serving strategy) throws Exception {
		List<MessageConnection<String>> members = new CopyOnWriteArrayList<>();
		try (UdpTestServer server = with(strategy).start(service((connection, message) -> {
			members.add(connection);
			return "in";
		}))) {
			UdpClient first = server.client();
			UdpClient second = server.client();
			assertThat(first.ask("join")).isEqualTo("in");
			assertThat(second.ask("join")).isEqualTo("in");
			assertThat(MessageConnection.broadcast(members, "news")).isZero();
			assertThat(first.receiveText()).isEqualTo("news");
			assertThat(second.receiveText()).isEqualTo("news");
			members.get(0).close();
			Await.until(() -> members.get(0).state() == ConnectionState.CLOSED, "its end");
			assertThat(members.get(0).send("late")).isEqualTo(SendResult.REFUSED);
			assertThat(MessageConnection.broadcast(members, "more")).isOne();
			assertThat(second.receiveText()).isEqualTo("more");
		}
	}

	@ParameterizedTest
	@MethodSource("strategies")
	void aHandlerThatThrowsEndsItsSessionOnly(Serving strategy) throws Exception {
		try (UdpTestServer server = with(strategy).start(service(new Events() {
			@Override
			public @Nullable String onError(MessageConnection<String> connection, Throwable error) {
				return "sorry: " + error.getMessage();
			}
		}))) {
			UdpClient other = server.client();
			assertThat(other.ask("a")).isEqualTo("a");
			UdpClient client = server.client();
			assertThat(client.ask("fail")).isEqualTo("sorry: asked for");
			Await.until(() -> this.events.contains("close HANDLER_ERROR"), "the end of the session");
			assertThat(client.ask("again")).isEqualTo("again");
			assertThat(other.ask("b")).isEqualTo("b");
			assertThat(server.server().connections().count()).isEqualTo(2);
			Await.until(() -> server.trace().errors().size() == 1, "handleError");
		}
	}

	@ParameterizedTest
	@MethodSource("strategies")
	void theReplyToTheLastMessageIsSentOverTcpAndUdp(Serving strategy) throws Exception {
		MessageService<String, String> both = service(new Events() {
			@Override
			public Object onMessage(MessageConnection<String> connection, String message) throws Exception {
				connection.close();
				connection.send("first");
				return super.onMessage(connection, message);
			}
		});
		try (UdpTestServer udp = with(strategy).start(both);
				TestServer tcp = TestServer.with(strategy.mixIns()).start(both)) {
			Client stream = tcp.connect().sendLine("bye");
			assertThat(stream.readLine()).isEqualTo("first");
			assertThat(stream.readLine()).isEqualTo("bye");
			assertThat(stream.readLine()).isNull();
			stream.close();
			Await.until(() -> this.events.size() == 3, "the end of the connection");
			UdpClient packets = udp.client();
			assertThat(packets.ask("bye")).isEqualTo("first");
			assertThat(packets.receiveText()).isEqualTo("bye");
			Await.until(() -> this.events.size() == 6, "the ends");
			assertThat(this.events).containsExactly("open", "bye", "close CLOSED_BY_SERVER", "open", "bye",
					"close CLOSED_BY_SERVER");
			// What comes then is another session's.
			assertThat(packets.ask("again")).isEqualTo("first");
			assertThat(packets.receiveText()).isEqualTo("again");
			assertThat(udp.server().statistics().accepted()).isEqualTo(2);
		}
	}

	@ParameterizedTest
	@MethodSource("strategies")
	void aReplyThatComesAfterTheCloseIsAwaited(Serving strategy) throws Exception {
		CompletableFuture<String> later = new CompletableFuture<>();
		CompletableFuture<MessageConnection<String>> closed = new CompletableFuture<>();
		try (UdpTestServer server = with(strategy).start(service(new Events() {
			@Override
			public CompletableFuture<String> onMessage(MessageConnection<String> connection, String message) {
				connection.close();
				closed.complete(connection);
				return later;
			}
		}))) {
			UdpClient client = server.client().send("bye");
			Await.until(closed::isDone, "the close");
			assertThat(closed.join().state()).isEqualTo(ConnectionState.CLOSING);
			assertThat(closed.join().send("from somebody else")).isEqualTo(SendResult.REFUSED);
			assertThat(server.server().connections().count()).isOne();
			later.complete("at last");
			assertThat(client.receiveText()).isEqualTo("at last");
			Await.until(() -> server.server().connections().count() == 0, "the end of the session");
		}
	}

	@ParameterizedTest
	@MethodSource("strategies")
	void aFailedSessionIsLoggedByItsOwnId(Serving strategy) throws Exception {
		try (LogLines log = LogLines.warnings(); UdpTestServer server = with(strategy).start(service(new Events()))) {
			UdpClient client = server.client();
			assertThat(client.ask("a")).isEqualTo("a");
			String session = server.server().connections().all().iterator().next().toString();
			client.send("fail");
			Await.until(() -> !log.of(server.server()).isEmpty(), "a line");
			assertThat(log.of(server.server())).singleElement(InstanceOfAssertFactories.STRING)
				.startsWith("The request " + session + " failed: ");
		}
	}

	@Test
	void sessionsThatFailTogetherDoNotFillTheLog() throws Exception {
		AtomicInteger failed = new AtomicInteger();
		try (LogLines log = LogLines.warnings()) {
			UdpTestServer server = with(Strategy.POOL).start(service(new Events() {
				@Override
				public void onClose(MessageConnection<String> connection, CloseReason reason) {
					failed.incrementAndGet();
					throw new IllegalStateException("on purpose");
				}
			}));
			try (server) {
				for (int i = 0; i < 60; i++) {
					assertThat(server.client().ask("a")).isEqualTo("a");
				}
			}
			assertThat(failed).hasValue(60);
			// Ten a second, were the end of them all to take three.
			assertThat(log.of(server.server())).hasSizeBetween(1, 30);
		}
	}

	@ParameterizedTest
	@MethodSource("strategies")
	void repliesThatComeLaterKeepTheirOrder(Serving strategy) throws Exception {
		CompletableFuture<String> later = new CompletableFuture<>();
		AtomicInteger count = new AtomicInteger();
		try (UdpTestServer server = with(strategy).start(service((connection, message) -> {
			count.incrementAndGet();
			return message.equals("later") ? later : message;
		}))) {
			UdpClient client = server.client().send("later").send("a").send("b");
			Await.until(() -> count.get() == 3, "all messages");
			assertThat(client.hearsNothingFor(50)).isTrue();
			later.complete("at last");
			assertThat(client.receiveText()).isEqualTo("at last");
			assertThat(client.receiveText()).isEqualTo("a");
			assertThat(client.receiveText()).isEqualTo("b");
			assertThat(client.ask("c")).isEqualTo("c");
		}
	}

	@Test
	void aReplyThatFailsLaterEndsTheSession() throws Exception {
		CompletableFuture<String> later = new CompletableFuture<>();
		try (UdpTestServer server = with(Strategy.SYNC).start(service(new Events() {
			@Override
			public CompletableFuture<String> onMessage(MessageConnection<String> connection, String message) {
				return later;
			}

			@Override
			public String onError(MessageConnection<String> connection, Throwable error) {
				return "sorry";
			}
		}))) {
			UdpClient client = server.client().send("a");
			Await.until(() -> server.server().connections().count() == 1, "the session");
			later.completeExceptionally(new IllegalStateException("no"));
			assertThat(client.receiveText()).isEqualTo("sorry");
			Await.until(() -> this.events.contains("close HANDLER_ERROR"), "the end of the session");
		}
	}

	@Test
	void whatWaitsForAHandlerIsBounded() throws Exception {
		try (UdpTestServer server = with(Strategy.SYNC).options((options) -> options.withReceiveBufferSize(1024 * 1024))
			.start(service(new Events() {
				@Override
				public void onOpen(MessageConnection<String> connection) {
					connection.pauseReads();
				}
			}).withMaxPendingReplies(10))) {
			UdpClient client = server.client();
			for (int i = 0; i < 30; i++) {
				client.send(Integer.toString(i));
			}
			Await.until(() -> server.server().statistics().datagramsDropped(DatagramDrop.OVERLOADED) == 20,
					"20 dropped");
			assertThat(this.events).isEmpty();
			((MessageConnection<?>) server.server().connections().all().iterator().next()).resumeReads();
			for (int i = 0; i < 10; i++) {
				assertThat(client.receiveText()).isEqualTo(Integer.toString(i));
			}
		}
	}

	@ParameterizedTest
	@MethodSource("strategies")
	void aDrainSaysGoodbyeToIdleSessions(Serving strategy) throws Exception {
		try (UdpTestServer server = with(strategy).start(service(new Events() {
			@Override
			public void onGoodbye(MessageConnection<String> connection) {
				connection.send("bye");
			}
		}))) {
			UdpClient client = server.client();
			assertThat(client.ask("a")).isEqualTo("a");
			Await.until(() -> server.server()
				.connections()
				.all()
				.stream()
				.allMatch((session) -> session.state() == ConnectionState.IDLE), "an idle session");
			DrainReport report = server.server().close(Duration.ofSeconds(10));
			assertThat(report.closedIdle()).isOne();
			assertThat(report.cutOff()).isZero();
			assertThat(client.receiveText()).isEqualTo("bye");
			assertThat(this.events).containsExactly("open", "a", "close DRAINED");
		}
	}

	@ParameterizedTest
	@MethodSource("offTheLoop")
	void aDrainWaitsForWhatIsUnderWay(Serving strategy) throws Exception {
		try (UdpTestServer server = with(strategy).start(service(new Events() {
			@Override
			public Object onMessage(MessageConnection<String> connection, String message) throws Exception {
				UdpSessionTests.this.begun.countDown();
				Await.latch(UdpSessionTests.this.go, "leave to answer");
				return super.onMessage(connection, message);
			}
		}))) {
			UdpClient client = server.client().send("slow").send("next");
			Await.latch(this.begun, "the message");
			CompletableFuture<DrainReport> closed = server.server().closeAsync(Duration.ofSeconds(10));
			this.go.countDown();
			assertThat(client.receiveText()).isEqualTo("slow");
			assertThat(client.receiveText()).isEqualTo("next");
			assertThat(closed.join().cutOff()).isZero();
			assertThat(this.events).containsExactly("open", "slow", "next", "close DRAINED");
		}
	}

	@Test
	void aServerWithSessionsServesAgain() throws Exception {
		try (UdpTestServer server = with(Strategy.POOL).start(service(new Events()))) {
			for (int i = 0; i < 3; i++) {
				assertThat(server.client().ask("a")).isEqualTo("a");
				server.server().shutdown();
				// Said good-bye to by now, and about to go.
				Await.until(() -> server.server().connections().count() == 0, "the end of the session");
				server.server().start();
			}
			assertThat(this.events).hasSize(9);
		}
	}

	@Test
	void severalReceiversServeSessions() throws Exception {
		try (UdpTestServer server = with(Strategy.SYNC).udp((udp) -> udp.withReceivers(3))
			.start(service(UdpSessionTests::count))) {
			List<UdpClient> clients = new ArrayList<>();
			for (int i = 0; i < 20; i++) {
				clients.add(server.client());
			}
			for (int round = 1; round <= 5; round++) {
				for (UdpClient client : clients) {
					assertThat(client.ask("a")).isEqualTo(round + " A");
				}
			}
			assertThat(server.server().connections().count()).isEqualTo(20);
		}
	}

	@Test
	void sessionsAndMessagesNeedEachOther() {
		InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
		ServerOptions sessions = ServerOptions.DEFAULT.withUdp(UdpOptions.DEFAULT.withSessions(true));
		assertThatIllegalArgumentException().isThrownBy(() -> new UdpServer(address, service(UdpSessionTests::count)))
			.withMessageContaining("turn them on");
		assertThatIllegalArgumentException()
			.isThrownBy(() -> new UdpServer(address, PacketScript.handlers(PacketScript.UPPER), sessions))
			.withMessageContaining("give it a MessageService");
		assertThatIllegalArgumentException()
			.isThrownBy(() -> new UdpServer(address, PacketScript.handlers(PacketScript.UPPER),
					new MultiplexingMixIn(1, HandlerExecution.loop())))
			.withMessageContaining("cannot be multiplexed without sessions");
	}

	/**
	 * Answers each message with itself, and notes what it is told.
	 */
	private class Events implements MessageHandler<String, String> {

		@Override
		public void onOpen(MessageConnection<String> connection) {
			UdpSessionTests.this.events.add("open");
		}

		@Override
		public Object onMessage(MessageConnection<String> connection, String message) throws Exception {
			if (message.equals("fail")) {
				throw new IllegalStateException("asked for");
			}
			UdpSessionTests.this.events.add(message);
			return message;
		}

		@Override
		public void onClose(MessageConnection<String> connection, CloseReason reason) {
			UdpSessionTests.this.events.add("close " + reason);
		}

	}

}
