package io.socketserver.tls;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import io.socketserver.framing.Framing;
import io.socketserver.message.Codec;
import io.socketserver.message.MessageConnection;
import io.socketserver.message.MessageService;
import io.socketserver.request.Connection;
import io.socketserver.request.HandshakeOutcome;
import io.socketserver.request.ServerListener;
import io.socketserver.support.Await;
import io.socketserver.support.Certificates;
import io.socketserver.support.Client;
import io.socketserver.support.Multiplexed;
import io.socketserver.support.Serving;
import io.socketserver.support.Strategy;
import io.socketserver.support.TestServer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Handshakes are counted while they last, and told of when they end.
 */
@Timeout(60)
class HandshakeCountTests {

	private static final Certificates certificates = Certificates.shared();

	private final List<HandshakeOutcome> outcomes = new CopyOnWriteArrayList<>();

	static Stream<Serving> concurrent() {
		return Stream.concat(Stream.of(Strategy.THREAD, Strategy.VIRTUAL, Strategy.POOL),
				Stream.of(Multiplexed.values()));
	}

	private TestServer start(Serving strategy, Duration timeout, boolean onDemand) {
		TlsOptions tls = TlsOptions.of(certificates.context("localhost")).withHandshakeTimeout(timeout);
		TestServer server = TestServer.with(strategy.mixIns())
			.options((options) -> options.withTls(tls.withOnDemand(onDemand)))
			.create(MessageService.of(Framing.line(8192), Codec.string(StandardCharsets.UTF_8),
					HandshakeCountTests::answer));
		server.server().addListener(new ServerListener() {
			@Override
			public void handshakeFinished(Connection connection, Duration duration, HandshakeOutcome outcome) {
				assertThat(duration).isPositive();
				HandshakeCountTests.this.outcomes.add(outcome);
			}
		});
		server.server().start();
		return server;
	}

	private static String answer(MessageConnection<String> connection, String message) {
		if (message.equals("STARTTLS")) {
			connection.startTls();
		}
		return message;
	}

	private void awaitOutcomes(HandshakeOutcome... expected) {
		Await.until(() -> this.outcomes.size() >= expected.length, "the outcomes, not only " + this.outcomes);
		assertThat(this.outcomes).containsExactlyInAnyOrder(expected);
	}

	private static Client stalled(TestServer server) throws IOException {
		Client client = server.connect().send(new byte[] { 22, 3, 1 });
		Await.until(() -> server.server().connections().handshaking() == 1, "the handshake");
		return client;
	}

	@ParameterizedTest
	@MethodSource("concurrent")
	void countsAHandshakeWhileItLasts(Serving strategy) throws Exception {
		try (TestServer server = start(strategy, Duration.ofSeconds(20), false)) {
			stalled(server).close();
			awaitOutcomes(HandshakeOutcome.ABANDONED);
			Client client = server.connect(certificates.anonymous(), TlsTests.version("TLSv1.3"));
			assertThat(client.ask("hello")).isEqualTo("hello");
			assertThat(server.server().connections().handshaking()).isZero();
			awaitOutcomes(HandshakeOutcome.ABANDONED, HandshakeOutcome.SUCCESS);
		}
		assertThat(this.outcomes).hasSize(2);
	}

	@ParameterizedTest
	@MethodSource("concurrent")
	void tellsFailuresFromTimeouts(Serving strategy) throws Exception {
		try (TestServer server = start(strategy, Duration.ofMillis(300), false)) {
			Client slow = stalled(server);
			awaitOutcomes(HandshakeOutcome.TIMEOUT);
			slow.close();
			Client confused = server.connect().send("GET / HTTP/1.1\r\n\r\n");
			awaitOutcomes(HandshakeOutcome.TIMEOUT, HandshakeOutcome.FAILED);
			confused.close();
			assertThat(server.server().connections().handshaking()).isZero();
		}
	}

	@ParameterizedTest
	@MethodSource("concurrent")
	void countsAHandshakeThatBeginsInTheMidst(Serving strategy) throws Exception {
		try (TestServer server = start(strategy, Duration.ofSeconds(20), true)) {
			Client client = server.connect();
			assertThat(client.ask("hello")).isEqualTo("hello");
			assertThat(server.server().connections().handshaking()).isZero();
			assertThat(client.ask("STARTTLS")).isEqualTo("STARTTLS");
			Await.until(() -> server.server().connections().handshaking() == 1, "the handshake");
			Client secure = client.layTls(certificates.anonymous(), TlsTests.version("TLSv1.3"));
			assertThat(secure.ask("again")).isEqualTo("again");
			awaitOutcomes(HandshakeOutcome.SUCCESS);
			assertThat(server.server().connections().handshaking()).isZero();
		}
	}

	@Test
	void aDrainAbandonsHandshakes() throws Exception {
		try (TestServer server = start(Strategy.THREAD, Duration.ofSeconds(20), false)) {
			Client client = stalled(server);
			CompletableFuture<Void> closing = CompletableFuture.runAsync(server.server()::close);
			client.end();
			client.close();
			closing.join();
			awaitOutcomes(HandshakeOutcome.ABANDONED);
		}
	}

}
