package io.socketserver.tls;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import io.socketserver.framing.Framing;
import io.socketserver.message.Codec;
import io.socketserver.message.HandlerExecution;
import io.socketserver.message.MessageConnection;
import io.socketserver.message.MessageHandler;
import io.socketserver.message.MessageService;
import io.socketserver.message.WriteLimits;
import io.socketserver.mixin.MultiplexingMixIn;
import io.socketserver.request.CloseReason;
import io.socketserver.support.Await;
import io.socketserver.support.Certificates;
import io.socketserver.support.Client;
import io.socketserver.support.LogLines;
import io.socketserver.support.TestServer;
import io.socketserver.tls.TlsFaultTests.RawClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * TLS for many connections on one loop, with handlers on it and off it.
 */
@Timeout(60)
class MultiplexedTlsTests {

	private static final Certificates certificates = Certificates.shared();

	private static final int LARGE = 3_000_000;

	/**
	 * Where the handlers run.
	 */
	enum Where {

		ON_LOOP(HandlerExecution::loop), OFF_LOOP(() -> HandlerExecution.pool(4)),

		/**
		 * Handlers and handshakes.
		 */
		ALL_ON_LOOP(HandlerExecution::loop);

		@SuppressWarnings("ImmutableEnumChecker")
		private final Supplier<HandlerExecution> execution;

		Where(Supplier<HandlerExecution> execution) {
			this.execution = execution;
		}

	}

	static Stream<Arguments> placesAndVersions() {
		return Arrays.stream(Where.values())
			.flatMap((where) -> Stream.of("TLSv1.2", "TLSv1.3").map((version) -> Arguments.of(where, version)));
	}

	private static TestServer.Setup secure(Where where, UnaryOperator<TlsOptions> change) {
		TlsOptions tls = change.apply(TlsOptions.of(certificates.context("localhost")))
			.withHandshakesOnLoop(where == Where.ALL_ON_LOOP);
		return TestServer.with(new MultiplexingMixIn(1, where.execution.get()))
			.options((options) -> options.withTls(tls));
	}

	private static TestServer.Setup secure(Where where) {
		return secure(where, UnaryOperator.identity());
	}

	private static TestServer.Setup impatient(Where where) {
		return secure(where, (tls) -> tls.withHandshakeTimeout(Duration.ofMillis(300)));
	}

	private static MessageService<String, String> lines(MessageHandler<String, String> handler) {
		return MessageService.of(Framing.line(8192), Codec.string(StandardCharsets.UTF_8), handler);
	}

	private static MessageService<String, String> upper() {
		return lines((connection, message) -> message.toUpperCase(Locale.ROOT));
	}

	private static Client connect(TestServer server, String version) throws IOException {
		return server.connect(certificates.anonymous(), TlsTests.version(version));
	}

	@ParameterizedTest
	@MethodSource("placesAndVersions")
	void answersLinesInTheirOrder(Where where, String version) throws Exception {
		List<String> lines = IntStream.range(0, 5000).mapToObj((i) -> "line " + i).toList();
		try (TestServer server = secure(where).start(upper()); Client client = connect(server, version)) {
			assertThat(client.ask("hello")).isEqualTo("HELLO");
			Thread sender = sending(client, TlsTests.bytes(String.join("\n", lines) + "\n"));
			for (String line : lines) {
				assertThat(client.readLine()).isEqualTo(line.toUpperCase(Locale.ROOT));
			}
			Await.end(sender);
		}
	}

	private static Thread sending(Client client, byte[] bytes) {
		Thread sender = new Thread(() -> {
			try {
				client.send(bytes);
			}
			catch (IOException ex) {
				throw new AssertionError(ex);
			}
		});
		sender.start();
		return sender;
	}

	@ParameterizedTest
	@MethodSource("placesAndVersions")
	void carriesMegabytesBothWays(Where where, String version) throws Exception {
		byte[] bytes = new byte[LARGE];
		new Random(5).nextBytes(bytes);
		MessageService<byte[], byte[]> echo = MessageService.of(Framing.raw(65536), Codec.bytes(),
				(connection, message) -> message);
		try (TestServer server = secure(where).options((options) -> options.withSendBufferSize(4096)).start(echo);
				Client client = connect(server, version)) {
			Thread sender = sending(client, bytes);
			assertThat(client.readExactly(bytes.length)).isEqualTo(bytes);
			Await.end(sender);
		}
	}

	@ParameterizedTest
	@MethodSource("placesAndVersions")
	void sendsAllOfALongFarewellToAClientThatTakesItsTime(Where where, String version) throws Exception {
		MessageService<String, String> service = MessageService
			.of(Framing.line(LARGE), Codec.string(StandardCharsets.UTF_8), farewell())
			.withWriteLimits(new WriteLimits(LARGE, LARGE, 2 * LARGE, Duration.ofSeconds(30)));
		// On a machine that is busy the client may need long for what the kernel holds.
		try (TestServer server = secure(where).options((options) -> options.withLingerTimeout(Duration.ofSeconds(20)))
			.start(service); Client client = connect(server, version)) {
			client.sendLine("bye");
			assertThat(client.read()).isEqualTo('x');
			Await.until(() -> server.server().connections().all().isEmpty() || isWaiting(server), "a full buffer");
			assertThat(client.readLine()).hasSize(LARGE - 2);
			assertThat(client.readLine()).as("an end that TLS has announced").isNull();
			client.close();
			TlsTests.assertEnded(server, CloseReason.CLOSED_BY_SERVER);
		}
	}

	private static MessageHandler<String, String> farewell() {
		return (connection, message) -> {
			connection.send("x".repeat(LARGE - 1));
			connection.close();
			return null;
		};
	}

	private static boolean isWaiting(TestServer server) {
		return server.server().connections().all().stream().anyMatch((each) -> each.state().name().equals("CLOSING"));
	}

	@ParameterizedTest
	@MethodSource("placesAndVersions")
	void knowsTheClientBeforeItsFirstMessage(Where where, String version) throws Exception {
		MessageHandler<String, String> greeter = new Greeter();
		try (TestServer server = secure(where, (tls) -> tls.withClientAuth(ClientAuth.NEED)).start(lines(greeter));
				Client client = server.connect(certificates.context("client"), TlsTests.version(version))) {
			assertThat(client.readLine()).isEqualTo("welcome, CN=client");
			assertThat(client.ask("hello")).isEqualTo("hello");
		}
	}

	@ParameterizedTest
	@EnumSource
	void readsWhatCameWithTheHandshakeWhenTheHandlerIsReady(Where where) throws Exception {
		Greeter greeter = new Greeter();
		greeter.mayOpen = new CountDownLatch((where == Where.OFF_LOOP) ? 1 : 0);
		try (TestServer server = secure(where, (tls) -> tls.withClientAuth(ClientAuth.NEED)).start(lines(greeter));
				Client client = server.connect(certificates.context("client"), TlsTests.version("TLSv1.3"))) {
			// Is decrypted with what completes the handshake, while onOpen takes its
			// time.
			client.sendLine("early");
			greeter.mayOpen.countDown();
			assertThat(client.readLine()).isEqualTo("welcome, CN=client");
			assertThat(client.readLine()).isEqualTo("early");
		}
	}

	@ParameterizedTest
	@MethodSource("placesAndVersions")
	void saysTheEndByTlsMeans(Where where, String version) throws Exception {
		try (TestServer server = secure(where).start(upper())) {
			Client drained = connect(server, version);
			assertThat(drained.ask("hello")).isEqualTo("HELLO");
			Client forced = connect(server, version);
			assertThat(forced.ask("hello")).isEqualTo("HELLO");
			server.server()
				.connections()
				.all()
				.stream()
				.filter((each) -> each.clientAddress().equals(forced.address()))
				.forEach((each) -> each.close(CloseReason.CLOSED_BY_SERVER));
			assertThat(forced.readLine()).as("an end that TLS has announced").isNull();
			forced.close();
			TlsTests.assertClosed(server, CloseReason.CLOSED_BY_SERVER);
			CompletableFuture<Void> closing = CompletableFuture.runAsync(server.server()::close);
			assertThat(drained.readLine()).as("an end that TLS has announced").isNull();
			drained.close();
			closing.join();
			assertThat(server.server().statistics().closed(CloseReason.DRAINED)).isOne();
		}
	}

	@ParameterizedTest
	@EnumSource
	void tellsATruncationFromAnEnd(Where where) throws Exception {
		try (LogLines log = LogLines.warnings(); TestServer server = secure(where).start(upper())) {
			Client whole = connect(server, "TLSv1.3");
			assertThat(whole.ask("hello")).isEqualTo("HELLO");
			whole.shutdownOutput();
			assertThat(whole.readLine()).isNull();
			whole.close();
			TlsTests.assertEnded(server, CloseReason.PEER_CLOSED);
			Client cut = connect(server, "TLSv1.3");
			assertThat(cut.ask("hello")).isEqualTo("HELLO");
			cut.plain().shutdownOutput();
			assertThat(cut.end()).isNotNull();
			cut.close();
			TlsTests.assertEnded(server, CloseReason.TLS_TRUNCATED);
			assertThat(log.of(server)).isEmpty();
		}
	}

	@ParameterizedTest
	@EnumSource
	void saysWhatAPeerDidThatBreaksTheRules(Where where) throws Exception {
		try (LogLines log = LogLines.warnings(); TestServer server = secure(where).start(upper())) {
			Client client = connect(server, "TLSv1.2");
			assertThat(client.ask("hello")).isEqualTo("HELLO");
			client.tls().startHandshake();
			assertThatExceptionOfType(IOException.class).isThrownBy(client::end);
			client.close();
			TlsTests.assertEnded(server, CloseReason.TLS_VIOLATION);
			assertThat(log.of(server))
				.anySatisfy((line) -> assertThat(line).contains("renegotiation, which is refused"));
		}
	}

	@ParameterizedTest
	@EnumSource
	void saysThatHttpIsNotTls(Where where) throws Exception {
		Greeter greeter = new Greeter();
		try (LogLines log = LogLines.warnings(); TestServer server = secure(where).start(lines(greeter))) {
			Client client = server.connect().send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
			assertThat(client.readToEnd()).as("an alert").startsWith(21, 3);
			client.close();
			TlsTests.assertEnded(server, CloseReason.HANDSHAKE_FAILED);
			assertThat(log.of(server)).anySatisfy((line) -> assertThat(line).contains("does not speak TLS",
					"look like an HTTP request", "GET / HTTP"));
		}
		assertThat(greeter.calls).as("calls of a handler that had no connection").isEmpty();
	}

	@ParameterizedTest
	@EnumSource
	void saysThatTlsIsNotText(Where where) throws Exception {
		try (LogLines log = LogLines.warnings();
				TestServer server = TestServer.with(new MultiplexingMixIn(1, where.execution.get())).start(upper())) {
			Client client = server.connect().send(new RawClient("TLSv1.3").next());
			assertThat(client.end()).isNotNull();
			client.close();
			TlsTests.assertEnded(server, CloseReason.BAD_FRAME);
			assertThat(log.of(server)).anySatisfy((line) -> assertThat(line).contains("looks like a TLS ClientHello"));
		}
	}

	@ParameterizedTest
	@EnumSource
	void endsHandshakesThatStallAtAnyRecordAndDelaysNobody(Where where) throws Exception {
		try (LogLines log = LogLines.warnings();
				TestServer server = impatient(where).start(upper());
				Client other = connectInTime(server)) {
			List<Client> stalled = stallEverywhere(server);
			List<Long> nanos = new ArrayList<>();
			while (server.server().connections().count() > 1) {
				long start = System.nanoTime();
				assertThat(other.ask("hello")).isEqualTo("HELLO");
				nanos.add(System.nanoTime() - start);
			}
			tell(stalled.size(), nanos);
			for (Client each : stalled) {
				assertThat(each.end()).isNotNull();
				each.close();
			}
			assertThat(server.server().statistics().closed(CloseReason.HANDSHAKE_TIMEOUT))
				.isGreaterThanOrEqualTo(stalled.size());
			assertThat(log.of(server))
				.anySatisfy((line) -> assertThat(line).contains("was not complete within 300 ms", "after 5 bytes"));
		}
	}

	/**
	 * How long answers took: for whoever wants to know, since a busy machine says
	 * anything.
	 */
	private static void tell(int stalled, List<Long> nanos) {
		nanos.sort(null);
		int count = nanos.size();
		assertThat(count).isPositive();
		System.getLogger(MultiplexedTlsTests.class.getName())
			.log(System.Logger.Level.INFO,
					"{0} answers while {1} handshakes stalled: median {2} us, 99th percentile {3} us, longest {4} us",
					count, stalled, nanos.get(count / 2) / 1000, nanos.get(count * 99 / 100) / 1000,
					nanos.get(count - 1) / 1000);
	}

	/**
	 * Where the machine is busy, an honest client may be too slow for a short timeout.
	 */
	private static Client connectInTime(TestServer server) {
		while (true) {
			try {
				Client client = connect(server, "TLSv1.3");
				assertThat(client.ask("hello")).isEqualTo("HELLO");
				return client;
			}
			catch (IOException ignored) {
				// The next one may be faster; the test's own timeout ends this.
			}
		}
	}

	private static List<Client> stallEverywhere(TestServer server) throws IOException {
		Client silent = server.connect();
		Client begun = server.connect().send(new byte[] { 22, 3, 1, 1, 0 });
		Client half = server.connect().send(Arrays.copyOf(new RawClient("TLSv1.3").next(), 100));
		Client[] later = new Client[5];
		for (int i = 0; i < later.length; i++) {
			later[i] = server.connect();
			new RawClient((i < 3) ? "TLSv1.2" : "TLSv1.3").play(later[i], 1 + i % 3);
		}
		return Stream.concat(Stream.of(silent, begun, half), Stream.of(later)).toList();
	}

	@Test
	void sleepsWhileHandshakesStall() throws Exception {
		try (TestServer server = secure(Where.ON_LOOP).start(upper())) {
			List<Client> stalled = stallEverywhere(server);
			assertThat(stalled.get(0).hearsNothingFor(100)).isTrue();
			long passes = server.server().loop().passes();
			assertThat(stalled.get(0).hearsNothingFor(200)).isTrue();
			assertThat(server.server().loop().passes() - passes).isLessThan(5);
		}
	}

	@ParameterizedTest
	@EnumSource
	void aDrainDoesNotWaitForStalledHandshakes(Where where) throws Exception {
		try (TestServer server = secure(where).start(upper())) {
			Client client = server.connect().send(new byte[] { 22, 3, 1 });
			Await.until(() -> server.server()
				.connections()
				.all()
				.stream()
				.anyMatch((each) -> each.state().name().equals("IDLE")), "the handshake");
			CompletableFuture<Void> closing = CompletableFuture.runAsync(server.server()::close);
			assertThat(client.end()).isEqualTo(Client.End.ORDERLY);
			client.close();
			closing.join();
			assertThat(server.server().statistics().closed(CloseReason.DRAINED)).isOne();
		}
	}

	@ParameterizedTest
	@EnumSource
	void computesHandshakesWhereItIsTold(Where where) throws Exception {
		SlowKeys keys = new SlowKeys(certificates.keyManager("localhost"));
		keys.mayGoOn.countDown();
		try (TestServer server = secure(where, (tls) -> TlsOptions.of(certificates.context(keys))).start(upper());
				Client client = connect(server, "TLSv1.3")) {
			assertThat(client.ask("hello")).isEqualTo("HELLO");
			assertThat(keys.askedBy).contains((where == Where.ALL_ON_LOOP) ? "-loop" : "-handshake-");
		}
	}

	@Test
	void aHandshakeThatComputesForLongHoldsNobodyUp() throws Exception {
		SlowKeys keys = new SlowKeys(certificates.keyManager("localhost"));
		TlsContext slow = new TlsContext(certificates.context(keys));
		try (TestServer server = secure(Where.ON_LOOP, (tls) -> tls.withServerName("slow.example", () -> slow))
			.start(upper()); Client other = connect(server, "TLSv1.3")) {
			Client waiting = server.connect().send(new RawClient("TLSv1.3", "slow.example").next());
			Await.latch(keys.begun, "the computation");
			// More bytes than the handshake wants now: the loop must not spin for them.
			waiting.send(new byte[] { 20, 3, 3, 0, 1, 1 });
			assertThat(other.ask("hello")).isEqualTo("HELLO");
			long passes = server.server().loop().passes();
			assertThat(other.hearsNothingFor(100)).isTrue();
			assertThat(server.server().loop().passes() - passes).isLessThan(5);
			keys.mayGoOn.countDown();
			assertThat(waiting.read()).as("a handshake record").isEqualTo(22);
		}
	}

	/**
	 * Greets by name, and says nothing new.
	 */
	private static final class Greeter implements MessageHandler<String, String> {

		private final Queue<String> calls = new ConcurrentLinkedQueue<>();

		private CountDownLatch mayOpen = new CountDownLatch(0);

		@Override
		public void onOpen(MessageConnection<String> connection) {
			this.calls.add("open");
			Await.latch(this.mayOpen, "leave to open");
			connection.send("welcome, " + connection.tls().orElseThrow().peerPrincipal().orElseThrow().getName());
		}

		@Override
		public String onMessage(MessageConnection<String> connection, String message) {
			this.calls.add(message);
			return message;
		}

		@Override
		public void onClose(MessageConnection<String> connection, CloseReason reason) {
			this.calls.add("close");
		}

	}

}
