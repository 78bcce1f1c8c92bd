package io.socketserver.tls;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.socketserver.ServerOptions;
import io.socketserver.TcpServer;
import io.socketserver.mixin.ForkingMixIn;
import io.socketserver.request.CloseReason;
import io.socketserver.request.StreamRequestHandler;
import io.socketserver.support.Await;
import io.socketserver.support.Certificates;
import io.socketserver.support.Client;
import io.socketserver.support.Script;
import io.socketserver.support.Strategy;
import io.socketserver.support.TestServer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * What a server and its clients get from TLS, under every strategy, with the versions
 * that are safe.
 */
@Timeout(60)
class TlsTests {

	private static final Certificates certificates = Certificates.shared();

	private static final SSLContext localhost = certificates.context("localhost");

	private static final SSLContext anonymous = certificates.anonymous();

	static Stream<Arguments> strategiesAndVersions() {
		return Arrays.stream(Strategy.values())
			.flatMap((strategy) -> Stream.of("TLSv1.2", "TLSv1.3").map((version) -> Arguments.of(strategy, version)));
	}

	static TestServer.Setup secure(Strategy strategy, UnaryOperator<TlsOptions> change) {
		assumeTrue(strategy != Strategy.FORK, "worker processes start slowly: see ForkedTlsTests");
		return TestServer.with(strategy).options((options) -> options.withTls(change.apply(TlsOptions.of(localhost))));
	}

	static TestServer.Setup secure(Strategy strategy) {
		return secure(strategy, UnaryOperator.identity());
	}

	static Consumer<SSLParameters> version(String version) {
		return (parameters) -> parameters.setProtocols(new String[] { version });
	}

	@ParameterizedTest
	@MethodSource("strategiesAndVersions")
	void answersLines(Strategy strategy, String version) throws IOException {
		try (TestServer server = secure(strategy).start(Script.UPPER);
				Client client = server.connect(anonymous, version(version))) {
			assertThat(client.ask("hello")).isEqualTo("HELLO");
			assertThat(client.ask("again")).isEqualTo("AGAIN");
			assertThat(client.tls().getSession().getProtocol()).isEqualTo(version);
		}
	}

	@ParameterizedTest
	@MethodSource("strategiesAndVersions")
	void sendsTheLastAnswerAfterTheClientHasClosedItsSide(Strategy strategy, String version) throws IOException {
		try (TestServer server = secure(strategy).start((handler) -> {
			int count = handler.in().readAllBytes().length;
			handler.out().println("got " + count);
		}); Client client = server.connect(anonymous, version(version))) {
			client.send(new byte[100_000]);
			client.shutdownOutput();
			if (version.equals("TLSv1.3")) {
				// The JDK's client of TLS 1.2 reads nothing more after that.
				assertThat(client.readText()).isEqualTo("got 100000\n");
				assertEnded(server, CloseReason.PEER_CLOSED);
			}
			Await.until(() -> server.server().connections().count() == 0, "the end");
		}
	}

	@ParameterizedTest
	@MethodSource("strategiesAndVersions")
	void readsOnAfterHavingClosedItsOwnSide(Strategy strategy, String version) throws Exception {
		CompletableFuture<Integer> after = new CompletableFuture<>();
		try (TestServer server = secure(strategy).start((handler) -> {
			handler.out().println("that is all");
			handler.out().flush();
			handler.stream().shutdownOutput();
			after.complete(handler.in().readAllBytes().length);
		}); Client client = server.connect(anonymous, version(version))) {
			assertThat(client.readLine()).isEqualTo("that is all");
			if (version.equals("TLSv1.3")) {
				assertThat(client.readLine()).isNull();
			}
			client.send(new byte[100_000]);
			client.shutdownOutput();
			Await.until(after::isDone, "the end of the input");
			assertThat(after.join()).isEqualTo(100_000);
		}
	}

	@ParameterizedTest
	@MethodSource("strategiesAndVersions")
	void carriesMegabytesBothWays(Strategy strategy, String version) throws Exception {
		byte[] bytes = new byte[5_000_000];
		new Random(4).nextBytes(bytes);
		try (TestServer server = secure(strategy).start(Script.ECHO);
				Client client = server.connect(anonymous, version(version))) {
			Thread sender = new Thread(() -> {
				try {
					client.send(bytes);
				}
				catch (IOException ex) {
					throw new AssertionError(ex);
				}
			});
			sender.start();
			assertThat(client.readExactly(bytes.length)).isEqualTo(bytes);
			Await.end(sender);
		}
	}

	@ParameterizedTest
	@MethodSource("strategiesAndVersions")
	void knowsTheClientByItsCertificate(Strategy strategy, String version) throws IOException {
		try (TestServer server = secure(strategy, (tls) -> tls.withClientAuth(ClientAuth.NEED))
			.start((handler) -> handler.out()
				.println(handler.stream().tls().orElseThrow().peerPrincipal().orElseThrow().getName()));
				Client client = server.connect(certificates.context("client"), version(version))) {
			assertThat(client.readLine()).isEqualTo("CN=client");
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "TLSv1.2", "TLSv1.3" })
	void refusesAClientWithoutACertificate(String version) throws IOException {
		try (TestServer server = secure(Strategy.THREAD, (tls) -> tls.withClientAuth(ClientAuth.NEED))
			.start(Script.UPPER)) {
			assertThatExceptionOfType(IOException.class).isThrownBy(() -> {
				// In TLS 1.3 the client learns of it with its first read.
				try (Client client = server.connect(anonymous, version(version))) {
					client.ask("hello");
				}
			});
			assertEnded(server, CloseReason.HANDSHAKE_FAILED);
		}
	}

	@Test
	void wantsACertificateAndDoesWithoutOne() throws IOException {
		try (TestServer server = secure(Strategy.THREAD, (tls) -> tls.withClientAuth(ClientAuth.WANT))
			.start((handler) -> handler.out().println("" + handler.stream().tls().orElseThrow().peerCertificates()));
				Client client = server.connect(anonymous, version("TLSv1.3"))) {
			assertThat(client.readLine()).isEqualTo("[]");
		}
	}

	@ParameterizedTest
	@EnumSource
	void answersWithTheCertificateOfTheNameThatIsAskedFor(Strategy strategy) throws Exception {
		SSLContext other = certificates.context("other.example");
		try (TestServer server = secure(strategy,
				(tls) -> tls.withServerName("other.example", () -> new TlsContext(other))
					.withServerName("*.wild.example", () -> new TlsContext(other)))
			.start((handler) -> handler.out().println(handler.stream().tls().orElseThrow().serverName().toString()))) {
			assertThat(nameSeenAt(server, "other.example")).isEqualTo("CN=other.example");
			assertThat(nameSeenAt(server, "OTHER.example")).isEqualTo("CN=other.example");
			assertThat(nameSeenAt(server, "any.wild.example")).isEqualTo("CN=other.example");
			assertThat(nameSeenAt(server, "too.many.wild.example")).isEqualTo("CN=localhost");
			assertThat(nameSeenAt(server, "unknown.example")).isEqualTo("CN=localhost");
		}
	}

	private static String nameSeenAt(TestServer server, String name) throws IOException {
		// A context of its own each time: a session that is resumed keeps its first name.
		try (Client client = server.connect(certificates.anonymous(), (parameters) -> {
			parameters.setServerNames(List.of(new SNIHostName(name)));
			parameters.setEndpointIdentificationAlgorithm("");
		})) {
			assertThat(client.readLine()).isEqualToIgnoringCase(Optional.of(name).toString());
			X509Certificate certificate = (X509Certificate) client.tls().getSession().getPeerCertificates()[0];
			return certificate.getSubjectX500Principal().getName();
		}
	}

	@ParameterizedTest
	@EnumSource
	void choosesAnApplicationProtocol(Strategy strategy) throws IOException {
		try (TestServer server = secure(strategy, (tls) -> tls.withApplicationProtocols("better", "good"))
			.start((handler) -> handler.out()
				.println(handler.stream().tls().orElseThrow().applicationProtocol().orElse("none")));
				Client good = server.connect(anonymous, (parameters) -> parameters
					.setApplicationProtocols(new String[] { "unknown", "good", "better" }))) {
			assertThat(good.readLine()).isEqualTo("better");
			assertThat(good.tls().getApplicationProtocol()).isEqualTo("better");
			try (Client none = server.connect(anonymous, version("TLSv1.3"))) {
				assertThat(none.readLine()).isEqualTo("none");
			}
			assertThatExceptionOfType(SSLException.class)
				.isThrownBy(() -> server.connect(anonymous,
						(parameters) -> parameters.setApplicationProtocols(new String[] { "unknown" })))
				.withMessageContaining("no_application_protocol");
		}
	}

	@Test
	void keepsToTheProtocolsAndCipherSuitesOfTheContext() throws IOException {
		TlsContext narrow = new TlsContext(localhost, List.of("TLSv1.3"), List.of("TLS_AES_256_GCM_SHA384"));
		try (TestServer server = TestServer.with(Strategy.THREAD)
			.options((options) -> options.withTls(TlsOptions.of(() -> narrow)))
			.start(Script.UPPER); Client client = server.connect(anonymous, (parameters) -> {
			})) {
			assertThat(client.ask("hello")).isEqualTo("HELLO");
			assertThat(client.tls().getSession().getCipherSuite()).isEqualTo("TLS_AES_256_GCM_SHA384");
			assertThatExceptionOfType(SSLException.class)
				.isThrownBy(() -> server.connect(anonymous, version("TLSv1.2")))
				.withMessageContaining("protocol_version");
		}
	}

	@Test
	void refusesToStartOnDemandInWorkerProcesses() {
		ServerOptions options = ServerOptions.DEFAULT.withName("forked")
			.withTls(TlsOptions.of(localhost).withOnDemand(true));
		ForkingMixIn workers = new ForkingMixIn(StreamRequestHandler.class);
		assertThatIllegalArgumentException()
			.isThrownBy(() -> new TcpServer(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
					Script.handlers(Script.UPPER), options, workers))
			.withMessageContaining("'forked'")
			.withMessageContaining("TLS on demand");
	}

	@ParameterizedTest
	@EnumSource
	void asksForTheContextAtEachHandshake(Strategy strategy) throws Exception {
		SSLContext next = certificates.context("other.example");
		SSLContext[] current = { localhost };
		try (TestServer server = secure(strategy)
			.options((options) -> options.withTls(TlsOptions.of(() -> new TlsContext(current[0]))))
			.start(Script.UPPER)) {
			Client before = server.connect(anonymous, version("TLSv1.3"));
			assertThat(before.ask("before")).isEqualTo("BEFORE");
			if (!strategy.isConcurrent()) {
				before.close();
			}
			current[0] = next;
			try (Client after = server.connect(anonymous,
					(parameters) -> parameters.setEndpointIdentificationAlgorithm(""))) {
				X509Certificate seen = (X509Certificate) after.tls().getSession().getPeerCertificates()[0];
				assertThat(seen.getSubjectX500Principal().getName()).isEqualTo("CN=other.example");
				assertThat(after.ask("after")).isEqualTo("AFTER");
			}
			if (strategy.isConcurrent()) {
				assertThat(before.ask("still")).isEqualTo("STILL");
			}
		}
	}

	@Test
	void aServerThatSpeaksFirstNeedsNoRead() throws IOException {
		try (TestServer server = secure(Strategy.THREAD).start((handler) -> {
			handler.out().println("welcome");
			handler.out().flush();
			handler.out().println(handler.line());
		}); Client client = server.connect(anonymous, version("TLSv1.3"))) {
			assertThat(client.readLine()).isEqualTo("welcome");
			assertThat(client.ask("yes")).isEqualTo("yes");
		}
	}

	@ParameterizedTest
	@MethodSource("strategiesAndVersions")
	void startsInTheMiddleOfAConnection(Strategy strategy, String version) throws IOException {
		try (TestServer server = secure(strategy, (tls) -> tls.withOnDemand(true)).start((handler) -> {
			handler.out().println("ready for " + handler.line());
			TlsSession session = handler.stream().startTls();
			handler.out().println(session.protocol());
			Script.UPPER.run(handler);
		}); Client client = server.connect()) {
			assertThat(client.ask("STARTTLS")).isEqualTo("ready for STARTTLS");
			try (Client secure = client.startTls(anonymous, version(version))) {
				assertThat(secure.readLine()).isEqualTo(version);
				assertThat(secure.ask("secret")).isEqualTo("SECRET");
			}
		}
	}

	@Test
	void refusesWhatCameInClearBehindTheCommand() throws IOException {
		try (TestServer server = secure(Strategy.THREAD, (tls) -> tls.withOnDemand(true)).start((handler) -> {
			handler.out().println("ready for " + handler.line());
			handler.stream().startTls();
			handler.out().println(handler.line());
		}); Client client = server.connect()) {
			client.send("STARTTLS\ninjected\n");
			assertThat(client.readLine()).isNull();
			assertEnded(server, CloseReason.TLS_VIOLATION);
		}
	}

	@ParameterizedTest
	@EnumSource
	void closesIdleConnectionsWhenItIsDrained(Strategy strategy) throws Exception {
		try (TestServer server = secure(strategy).start(Script.UPPER);
				Client client = server.connect(anonymous, version("TLSv1.3"))) {
			assertThat(client.ask("hello")).isEqualTo("HELLO");
			CompletableFuture<Void> closing = CompletableFuture.runAsync(server.server()::close);
			assertThat(client.readLine()).as("an end that TLS has announced").isNull();
			client.close();
			closing.join();
			assertThat(server.server().statistics().closed(CloseReason.DRAINED)).isOne();
		}
	}

	@ParameterizedTest
	@EnumSource
	void closingByForceFreesTheHandlerAndTellsTheClient(Strategy strategy) throws Exception {
		try (TestServer server = secure(strategy).start(Script.UPPER);
				Client client = server.connect(anonymous, version("TLSv1.3"))) {
			assertThat(client.ask("hello")).isEqualTo("HELLO");
			server.server().connections().all().forEach((each) -> each.close(CloseReason.CLOSED_BY_SERVER));
			assertThat(client.readLine()).as("an end that TLS has announced").isNull();
			assertEnded(server, CloseReason.CLOSED_BY_SERVER);
		}
	}

	@Test
	void aHandlerThatWritesToAClientThatDoesNotReadIsFreed() throws Exception {
		try (TestServer server = secure(Strategy.THREAD).start((handler) -> {
			while (true) {
				handler.out().write(new byte[64 * 1024]);
			}
		}); Client client = server.connect(anonymous, version("TLSv1.3"))) {
			assertThat(client.read()).isZero();
			Await.until(() -> server.server()
				.connections()
				.all()
				.stream()
				.anyMatch((each) -> each.state().name().equals("WRITING")), "a blocked write");
			server.server().connections().all().forEach((each) -> each.close(CloseReason.CLOSED_BY_SERVER));
			assertEnded(server, CloseReason.CLOSED_BY_SERVER);
		}
	}

	static void assertEnded(TestServer server, CloseReason reason) {
		assertClosed(server, reason);
		server.awaitQuiet();
	}

	static void assertClosed(TestServer server, CloseReason reason) {
		Await.until(() -> server.server().statistics().closed(reason) == 1, "one connection closed for " + reason);
	}

	static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.ISO_8859_1);
	}

}
