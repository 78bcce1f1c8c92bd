package io.socketserver.tls;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLParameters;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.socketserver.fork.ForkOptions;
import io.socketserver.fork.WorkerPool;
import io.socketserver.mixin.ForkingMixIn;
import io.socketserver.request.CloseReason;
import io.socketserver.support.Await;
import io.socketserver.support.Certificates;
import io.socketserver.support.Client;
import io.socketserver.support.ForkedHandler;
import io.socketserver.support.TestServer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * TLS that ends in the parent of worker processes.
 */
@Timeout(60)
class ForkedTlsTests {

	private static final Certificates certificates = Certificates.shared();

	// A worker's start takes longer than a test.
	private static TestServer shared;

	private static ForkingMixIn workers;

	@BeforeAll
	static void startShared() {
		workers = workers();
		shared = start(workers,
				(tls) -> tls.withClientAuth(ClientAuth.WANT).withApplicationProtocols("lines", "others"));
	}

	@AfterAll
	static void closeShared() throws IOException {
		shared.close();
	}

	@AfterEach
	void awaitQuiet() {
		shared.awaitQuiet();
	}

	static ForkingMixIn workers() {
		return new ForkingMixIn(ForkOptions.of(ForkedHandler.class).withMinIdle(0).withJvmOptions(List.of("-Xmx64m")));
	}

	static TestServer start(ForkingMixIn mixIn, UnaryOperator<TlsOptions> change) {
		return TestServer.with(mixIn)
			.options((options) -> options.withTls(change.apply(TlsOptions.of(certificates.context("localhost")))))
			.start(ForkedHandler::new);
	}

	private static Consumer<SSLParameters> version(String version) {
		return (parameters) -> parameters.setProtocols(new String[] { version });
	}

	private static Client connect(String version) throws IOException {
		return shared.connect(certificates.anonymous(), version(version));
	}

	@ParameterizedTest
	@ValueSource(strings = { "TLSv1.2", "TLSv1.3" })
	void answersFromAnotherProcess(String version) throws IOException {
		try (Client client = connect(version)) {
			long pid = Long.parseLong(client.ask("pid"));
			assertThat(pid).isNotEqualTo(ProcessHandle.current().pid());
			assertThat(client.ask("again")).isEqualTo("again");
			assertThat(client.tls().getSession().getProtocol()).isEqualTo(version);
		}
	}

	@Test
	void theHandlerKnowsWhatTheHandshakeAgreedOn() throws IOException {
		try (Client client = shared.connect(certificates.context("client"), (parameters) -> {
			parameters.setProtocols(new String[] { "TLSv1.3" });
			parameters.setApplicationProtocols(new String[] { "lines" });
			parameters.setServerNames(List.of(new SNIHostName("localhost")));
		})) {
			assertThat(client.ask("tls")).matches(
					"TLSv1.3 TLS_\\w+ for localhost with lines by CN=client," + " [12] certificates, a session: false");
		}
		try (Client client = connect("TLSv1.3")) {
			assertThat(client.ask("tls")).endsWith(" 0 certificates, a session: false");
		}
	}

	@Test
	void carriesMuchBothWays() throws Exception {
		byte[] bytes = new byte[1_000_000];
		new Random(1).nextBytes(bytes);
		for (int i = 0; i < bytes.length; i++) {
			bytes[i] = (byte) ((i % 1000 == 999) ? '\n' : 'a' + (bytes[i] & 15));
		}
		try (Client client = connect("TLSv1.3")) {
			CompletableFuture<Void> sending = CompletableFuture.runAsync(() -> {
				try {
					client.send(bytes);
					client.shutdownOutput();
				}
				catch (IOException ex) {
					throw new AssertionError(ex);
				}
			});
			assertThat(client.readToEnd()).isEqualTo(bytes);
			sending.join();
		}
	}

	@Test
	void aDrainTellsAnIdleClientGoodByeAndThatItIsTheEnd() throws Exception {
		ForkingMixIn mixIn = workers();
		try (TestServer server = start(mixIn, UnaryOperator.identity());
				Client client = server.connect(certificates.anonymous(), version("TLSv1.3"))) {
			String pid = client.ask("pid");
			CompletableFuture<Void> closing = CompletableFuture.runAsync(server.server()::close);
			assertThat(client.readLine()).isEqualTo("goodbye from " + pid);
			assertThat(client.readLine()).as("an end that TLS has announced").isNull();
			client.close();
			closing.join();
			assertThat(server.server().statistics().closed(CloseReason.DRAINED)).isOne();
		}
	}

	@Test
	void closingByForceTellsTheClient() throws IOException {
		try (Client client = connect("TLSv1.3")) {
			assertThat(client.ask("hello")).isEqualTo("hello");
			shared.server().connections().all().forEach((each) -> each.close(CloseReason.CLOSED_BY_SERVER));
			assertThat(client.readLine()).as("an end that TLS has announced").isNull();
		}
	}

	@Test
	void bytesThatEndWithoutTlsSayingSoAreToldApart() throws IOException {
		long before = shared.server().statistics().closed(CloseReason.TLS_TRUNCATED);
		try (Client client = connect("TLSv1.3")) {
			assertThat(client.ask("hello")).isEqualTo("hello");
			client.plain().shutdownOutput();
			Await.until(() -> shared.server().statistics().closed(CloseReason.TLS_TRUNCATED) == before + 1,
					"an end that TLS has not announced");
		}
	}

	@Test
	void aHandshakeThatStallsOrIsNoneCostsNoWorker() throws IOException {
		ForkingMixIn mixIn = workers();
		try (TestServer server = start(mixIn, (tls) -> tls.withHandshakeTimeout(Duration.ofMillis(300)))) {
			Client stalled = server.connect();
			stalled.send(new byte[] { 22, 3, 1, 0, 100, 1 });
			Client plain = server.connect().send("GET / HTTP/1.1\r\n\r\n");
			Client gone = server.connect();
			gone.close();
			plain.readToEnd();
			stalled.readToEnd();
			server.awaitQuiet();
			assertThat(server.server().statistics().closed(CloseReason.HANDSHAKE_TIMEOUT)).isOne();
			assertThat(server.server().statistics().closed(CloseReason.HANDSHAKE_FAILED)).isOne();
			assertThat(server.server().statistics().closed(CloseReason.PEER_CLOSED)).isOne();
			assertThat(mixIn.pool().map(WorkerPool::workers)).contains(List.of());
			assertThat(mixIn.statistics().spawned()).isZero();
		}
	}

	@Test
	void aDrainEndsAHandshakeThatStalls() throws Exception {
		ForkingMixIn mixIn = workers();
		try (TestServer server = start(mixIn, UnaryOperator.identity())) {
			Client stalled = server.connect();
			stalled.send(new byte[] { 22, 3, 1, 0, 100, 1 });
			Await.until(() -> server.server().connections().count() == 1, "a connection");
			server.server().close();
			assertThat(stalled.readToEnd()).isEmpty();
			assertThat(server.server().statistics().closed(CloseReason.DRAINED)).isOne();
		}
	}

}
