package io.socketserver.tls;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import io.socketserver.framing.Framing;
import io.socketserver.message.Codec;
import io.socketserver.message.MessageConnection;
import io.socketserver.message.MessageHandler;
import io.socketserver.message.MessageService;
import io.socketserver.message.SendResult;
import io.socketserver.request.CloseReason;
import io.socketserver.request.DrainReport;
import io.socketserver.support.Await;
import io.socketserver.support.Certificates;
import io.socketserver.support.Client;
import io.socketserver.support.Lane;
import io.socketserver.support.LogLines;
import io.socketserver.support.Multiplexed;
import io.socketserver.support.Serving;
import io.socketserver.support.Strategy;
import io.socketserver.support.TestServer;
import io.socketserver.support.Transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * TLS that a message handler starts in the midst of a connection, under every strategy.
 */
@Timeout(60)
class MessageStartTlsTests {

	private static final Certificates certificates = Certificates.shared();

	private final Talk talk = new Talk();

	static Stream<Serving> strategies() {
		return Stream.concat(Arrays.stream(Strategy.values()).filter((each) -> each != Strategy.FORK),
				Arrays.stream(Multiplexed.values()));
	}

	static Stream<Arguments> strategiesAndVersions() {
		return strategies()
			.flatMap((strategy) -> Stream.of("TLSv1.2", "TLSv1.3").map((version) -> Arguments.of(strategy, version)));
	}

	private TestServer start(Serving strategy, UnaryOperator<TlsOptions> change) {
		TlsOptions tls = change.apply(TlsOptions.of(certificates.context("localhost")).withOnDemand(true));
		return TestServer.with(new Lane(Transport.TCP, strategy))
			.options((options) -> options.withTls(tls))
			.start(MessageService.of(Framing.line(8192), Codec.string(StandardCharsets.UTF_8), this.talk));
	}

	private TestServer start(Serving strategy) {
		return start(strategy, UnaryOperator.identity());
	}

	private static Client startTls(Client client, String version) throws IOException {
		return client.startTls(certificates.anonymous(), TlsTests.version(version));
	}

	@ParameterizedTest
	@MethodSource("strategiesAndVersions")
	void startsBetweenTwoMessages(Serving strategy, String version) throws Exception {
		try (TestServer server = start(strategy); Client client = server.connect()) {
			assertThat(client.ask("protocol")).isEqualTo("in clear");
			assertThat(client.ask("starttls")).isEqualTo("ready");
			try (Client secure = startTls(client, version)) {
				assertThat(secure.ask("protocol")).isEqualTo(version);
				assertThat(secure.ask("secret")).isEqualTo("SECRET");
				assertThat(secure.ask("starttls")).contains("speaks TLS already");
				secure.shutdownOutput();
				if (version.equals("TLSv1.3")) {
					assertThat(secure.readLine()).isNull();
				}
			}
			TlsTests.assertEnded(server, CloseReason.PEER_CLOSED);
			assertCalled("open", "protocol", "starttls", "protocol", "secret", "starttls", "close PEER_CLOSED");
		}
	}

	@ParameterizedTest
	@MethodSource("strategies")
	void refusesWhatCameInClearBehindTheCommand(Serving strategy) throws Exception {
		try (TestServer server = start(strategy); Client client = server.connect()) {
			client.send("starttls\ninjected\n");
			assertThat(client.readText()).doesNotContain("INJECTED");
			TlsTests.assertEnded(server, CloseReason.TLS_VIOLATION);
			assertCalled("open", "starttls", "close TLS_VIOLATION");
		}
	}

	@ParameterizedTest
	@MethodSource("strategies")
	void nothingOfOthersGetsIntoTheHandshake(Serving strategy) throws Exception {
		try (TestServer server = start(strategy); Client client = server.connect()) {
			assertThat(client.ask("starttls")).isEqualTo("ready");
			MessageConnection<String> connection = this.talk.opened.join();
			assertThat(connection.isWritable()).isFalse();
			assertThat(connection.send("news")).isEqualTo(SendResult.REFUSED);
			try (Client secure = startTls(client, "TLSv1.3")) {
				Await.until(() -> connection.send("more") != SendResult.REFUSED, "the end of the handshake");
				assertThat(secure.readLine()).isEqualTo("more");
				assertThat(secure.ask("secret")).isEqualTo("SECRET");
			}
		}
	}

	@ParameterizedTest
	@MethodSource("strategies")
	void aHandshakeThatDoesNotComeHasADeadline(Serving strategy) throws Exception {
		try (TestServer server = start(strategy, (tls) -> tls.withHandshakeTimeout(Duration.ofMillis(300)));
				Client client = server.connect()) {
			assertThat(client.ask("starttls")).isEqualTo("ready");
			assertThat(client.readToEnd()).isEmpty();
			TlsTests.assertEnded(server, CloseReason.HANDSHAKE_TIMEOUT);
			assertCalled("open", "starttls", "close HANDSHAKE_TIMEOUT");
		}
	}

	@ParameterizedTest
	@MethodSource("strategies")
	void aClientThatGoesOnInClearIsRefused(Serving strategy) throws Exception {
		try (TestServer server = start(strategy); Client client = server.connect()) {
			assertThat(client.ask("starttls")).isEqualTo("ready");
			client.sendLine("and now for something completely different");
			client.readToEnd();
			TlsTests.assertEnded(server, CloseReason.HANDSHAKE_FAILED);
			assertCalled("open", "starttls", "close HANDSHAKE_FAILED");
		}
	}

	/**
	 * Whose next bytes are there before the loop knows that the handler is done.
	 */
	@ParameterizedTest
	@EnumSource
	void quickClientsAreNotTakenForSuchAsDidNotWait(Multiplexed strategy) throws Exception {
		int count = 200;
		try (TestServer server = start(strategy)) {
			List<Thread> threads = new ArrayList<>();
			for (int i = 0; i < 4; i++) {
				Thread thread = new Thread(() -> goOnInClear(server, count / 4));
				threads.add(thread);
				thread.start();
			}
			threads.forEach(Await::end);
			server.awaitQuiet();
			assertThat(server.server().statistics().closed(CloseReason.TLS_VIOLATION)).isZero();
			assertThat(server.server().statistics().closed(CloseReason.HANDSHAKE_FAILED)).isEqualTo(count);
		}
	}

	/**
	 * Whatever the loop was told before: it starts TLS once, and not in the midst of the
	 * handshake.
	 */
	@ParameterizedTest
	@EnumSource
	void startsOnce(Multiplexed strategy) throws Exception {
		try (LogLines log = LogLines.warnings()) {
			TestServer started = start(strategy);
			try (TestServer server = started) {
				for (int i = 0; i < 50; i++) {
					try (Client client = server.connect()) {
						assertThat(client.ask("starttls")).isEqualTo("ready");
						assertThat(startTls(client, "TLSv1.3").ask("secret")).isEqualTo("SECRET");
					}
				}
			}
			assertThat(log.of(started)).isEmpty();
		}
	}

	private static void goOnInClear(TestServer server, int times) {
		for (int i = 0; i < times; i++) {
			try (Client client = Client.connect(server.server().serverAddress())) {
				assertThat(client.ask("starttls")).isEqualTo("ready");
				client.sendLine("at once");
				client.readToEnd();
			}
			catch (IOException ex) {
				// The end may be a reset.
			}
		}
	}

	@ParameterizedTest
	@MethodSource("strategies")
	void aDrainEndsAHandshakeThatDoesNotCome(Serving strategy) throws Exception {
		try (TestServer server = start(strategy, (tls) -> tls.withHandshakeTimeout(Duration.ofSeconds(50)));
				Client client = server.connect()) {
			assertThat(client.ask("starttls")).isEqualTo("ready");
			Await.until(() -> server.server().connections().handshaking() == 1, "the handshake");
			CompletableFuture<DrainReport> drain = CompletableFuture
				.supplyAsync(() -> server.server().shutdown(Duration.ofSeconds(50)));
			client.readToEnd();
			client.close();
			assertThat(drain.join().cutOff()).isZero();
			server.awaitQuiet();
			assertThat(server.server().statistics().closed(CloseReason.DRAINED)).isOne();
			Await.until(() -> this.talk.calls.size() == 3, "the last call");
		}
	}

	@ParameterizedTest
	@MethodSource("strategies")
	void onlyTheHandlerMayStartIt(Serving strategy) throws Exception {
		try (TestServer server = start(strategy); Client client = server.connect()) {
			assertThat(client.ask("hello")).isEqualTo("HELLO");
			assertThatIllegalStateException().isThrownBy(() -> this.talk.opened.join().startTls())
				.withMessageContaining("by its handler only");
			assertThat(client.ask("on")).isEqualTo("ON");
		}
	}

	/**
	 * Off the loop the last call comes when the connection is gone.
	 */
	private void assertCalled(String... calls) {
		Await.until(() -> this.talk.calls.size() >= calls.length, "the last call");
		assertThat(this.talk.calls).containsExactly(calls);
	}

	/**
	 * A handler that starts TLS when it is told to.
	 */
	private static final class Talk implements MessageHandler<String, String> {

		private final Queue<String> calls = new ConcurrentLinkedQueue<>();

		private final CompletableFuture<MessageConnection<String>> opened = new CompletableFuture<>();

		@Override
		public void onOpen(MessageConnection<String> connection) {
			this.opened.complete(connection);
			this.calls.add("open");
		}

		@Override
		public @Nullable Object onMessage(MessageConnection<String> sender, String message) {
			this.calls.add(message);
			return switch (message) {
				case "starttls" -> startTls(sender);
				case "protocol" -> sender.tls().map(TlsSession::protocol).orElse("in clear");
				default -> message.toUpperCase(Locale.ROOT);
			};
		}

		private static @Nullable String startTls(MessageConnection<String> sender) {
			try {
				sender.startTls();
				return "ready";
			}
			catch (IllegalStateException ex) {
				return ex.getMessage();
			}
		}

		@Override
		public void onClose(MessageConnection<String> closed, CloseReason reason) {
			this.calls.add("close " + reason);
		}

	}

}
