package io.socketserver.spring.autoconfigure;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Objects;

import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.X509ExtendedKeyManager;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.bridge.SLF4JBridgeHandler;
import org.springframework.boot.actuate.endpoint.Show;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationContext;

import io.socketserver.message.MessageConnection;
import io.socketserver.message.MessageHandler;
import io.socketserver.request.StreamRequestHandler;
import io.socketserver.spring.RequestHandler;
import io.socketserver.spring.SocketServers;
import io.socketserver.spring.actuate.ConnectionDescriptor.Tls;
import io.socketserver.spring.actuate.SocketConnectionsEndpoint;
import io.socketserver.spring.diagnostics.BrokenSslBundleException;
import io.socketserver.spring.diagnostics.UnknownSslBundleException;
import io.socketserver.tls.TlsSession;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

/**
 * Servers speak TLS with the application's SSL bundles.
 */
@Timeout(120)
@ExtendWith(OutputCaptureExtension.class)
class TlsTests {

	@TempDir
	private static Path made;

	@TempDir
	private Path live;

	@BeforeAll
	static void makeCertificates() {
		new PemFiles(made).make("one").make("two");
	}

	private ApplicationContextRunner runner() {
		return runner(WhoHandler.class);
	}

	private ApplicationContextRunner runner(Class<?> handler) {
		copy("one.crt", "live.crt");
		copy("one.key", "live.key");
		return Runners.onLoopback()
			.withConfiguration(AutoConfigurations.of(SslAutoConfiguration.class))
			.withUserConfiguration(handler)
			.withPropertyValues(bundle("live", this.live))
			.withPropertyValues(bundle("two", made))
			.withPropertyValues("spring.ssl.bundle.pem.live.reload-on-update=true",
					"spring.ssl.bundle.watch.file.quiet-period=50ms", "socketserver.ssl.bundle=live");
	}

	private static String[] bundle(String name, Path directory) {
		String prefix = "spring.ssl.bundle.pem." + name + ".";
		return new String[] { prefix + "keystore.certificate=file:" + directory.resolve(name + ".crt"),
				prefix + "keystore.private-key=file:" + directory.resolve(name + ".key"),
				prefix + "truststore.certificate=file:" + made.resolve("two.crt") };
	}

	private void copy(String from, String to) {
		try {
			// As a careful operator does it: a reader sees the old file or the new one.
			Path next = Files.copy(made.resolve(from), this.live.resolve(to + ".next"),
					StandardCopyOption.REPLACE_EXISTING);
			Files.move(next, this.live.resolve(to), StandardCopyOption.ATOMIC_MOVE);
		}
		catch (IOException ex) {
			throw new AssertionError(ex);
		}
	}

	@Test
	void answersWithTheCertificateOfTheBundle() {
		runner().run((context) -> assertThat(subjectSeen(Runners.port(context), "localhost")).isEqualTo("CN=one"));
	}

	@Test
	void answersWithTheBundleOfTheNameThatIsAskedFor() {
		runner()
			.withPropertyValues("socketserver.ssl.server-name-bundles.two.example.org=two",
					"socketserver.ssl.server-name-bundles[*.wild.example.org]=two")
			.run((context) -> {
				int port = Runners.port(context);
				assertThat(subjectSeen(port, "two.example.org")).isEqualTo("CN=two");
				assertThat(subjectSeen(port, "any.wild.example.org")).isEqualTo("CN=two");
				assertThat(subjectSeen(port, "other.example.org")).isEqualTo("CN=one");
			});
	}

	@Test
	void clientsMayHaveToSayWhoTheyAre() {
		runner().withPropertyValues("socketserver.ssl.client-auth=need").run((context) -> {
			KeyManager[] keys = context.getBean(SslBundles.class).getBundle("two").getManagers().getKeyManagers();
			try (SSLSocket socket = connect(Runners.port(context), "localhost", keys)) {
				assertThat(ask(socket, "hello")).isEqualTo("CN=two says hello");
			}
		});
	}

	@Test
	void aClientThatIsRefusedForItsCertificateIsNamed(CapturedOutput output) {
		bridgeLogs();
		runner().withPropertyValues("socketserver.ssl.client-auth=need").run((context) -> {
			KeyManagerFactory keys = context.getBean(SslBundles.class)
				.getBundle("live")
				.getManagers()
				.getKeyManagerFactory();
			KeyStore store = Objects
				.requireNonNull(context.getBean(SslBundles.class).getBundle("live").getStores().getKeyStore());
			String alias = store.aliases().nextElement();
			KeyManager stranger = PemFiles.insisting(alias, (X509ExtendedKeyManager) keys.getKeyManagers()[0]);
			assertThatIOException().isThrownBy(() -> {
				try (SSLSocket socket = connect(Runners.port(context), "localhost", stranger)) {
					ask(socket, "hello");
					throw new IOException("an end, then");
				}
			});
			Waiting.until(() -> output.getAll().contains("is refused"), "a line in the log");
			assertThat(output).contains("the client's certificate of CN=one, issued by CN=one, is refused: ");
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "thread", "multiplex" })
	void theActuatorShowsWhatTheHandshakeAgreedOn(String concurrency) {
		runner(WhoMessages.class)
			.withPropertyValues("socketserver.ssl.client-auth=need", "socketserver.concurrency=" + concurrency)
			.run((context) -> {
				KeyManager[] keys = context.getBean(SslBundles.class).getBundle("two").getManagers().getKeyManagers();
				try (SSLSocket socket = connect(Runners.port(context), "localhost", keys)) {
					assertThat(ask(socket, "hello")).isEqualTo("TLSv1.3 says hello");
					String cipherSuite = socket.getSession().getCipherSuite();
					assertThat(shown(context, Show.ALWAYS))
						.isEqualTo(new Tls("TLSv1.3", cipherSuite, "localhost", null, "CN=two"));
					assertThat(shown(context, Show.NEVER))
						.isEqualTo(new Tls("TLSv1.3", cipherSuite, "localhost", null, "******"));
				}
			});
	}

	private static @Nullable Tls shown(ApplicationContext context, Show show) {
		return new SocketConnectionsEndpoint(context.getBean(SocketServers.class), show)
			.connections(null, null, null, null)
			.connections()
			.get(0)
			.tls();
	}

	@Test
	void newHandshakesSeeTheUpdatedCertificateAndOpenConnectionsLiveOn(CapturedOutput output) {
		runner().run((context) -> {
			int port = Runners.port(context);
			try (SSLSocket before = connect(port, "localhost")) {
				assertThat(subject(before)).isEqualTo("CN=one");
				copy("two.key", "live.key");
				copy("two.crt", "live.crt");
				Waiting.until(() -> subjectSeen(port, "localhost").equals("CN=two"), "the new certificate");
				assertThat(ask(before, "still there")).isEqualTo("nobody says still there");
			}
			assertThat(output).contains("use the updated SSL bundle 'live'");
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "truncated", "mismatched", "empty" })
	void aBrokenUpdateKeepsWhatWasAndSaysSo(String kind, CapturedOutput output) throws IOException {
		String certificate = Files.readString(made.resolve("two.crt"));
		Files.writeString(made.resolve("truncated.crt"), certificate.substring(0, certificate.length() / 2));
		Files.writeString(made.resolve("mismatched.crt"), certificate);
		Files.writeString(made.resolve("empty.crt"), "");
		runner().run((context) -> {
			int port = Runners.port(context);
			copy(kind + ".crt", "live.crt");
			Waiting.until(() -> output.getAll().contains("ERROR"), "a line in the log: " + output.getAll());
			assertThat(output).contains("live");
			assertThat(subjectSeen(port, "localhost")).isEqualTo("CN=one");
			copy("two.key", "live.key");
			copy("two.crt", "live.crt");
			Waiting.until(() -> subjectSeen(port, "localhost").equals("CN=two"), "the mended certificate");
		});
	}

	@Test
	void anUnknownBundleFailsTheStart() {
		runner().withPropertyValues("socketserver.ssl.bundle=missing")
			.run((context) -> assertThat(context.getStartupFailure()).rootCause()
				.isInstanceOf(UnknownSslBundleException.class)
				.hasMessageContaining("'socketserver.ssl.bundle' names the SSL bundle 'missing'")
				.hasMessageContaining("[live, two]"));
	}

	@Test
	void aBundleWithoutAKeyFailsTheStart() {
		runner()
			.withPropertyValues("spring.ssl.bundle.pem.trust.truststore.certificate=file:" + made.resolve("two.crt"),
					"socketserver.ssl.bundle=trust")
			.run((context) -> assertThat(context.getStartupFailure()).rootCause()
				.isInstanceOf(BrokenSslBundleException.class)
				.hasMessageContaining("no private key"));
	}

	@Test
	void tlsWithoutABundleFailsTheStart() {
		Runners.onLoopback()
			.withUserConfiguration(WhoHandler.class)
			.withPropertyValues("socketserver.ssl.enabled=true")
			.run((context) -> assertThat(context.getStartupFailure()).rootCause()
				.hasMessageContaining("socketserver.ssl.enabled")
				.hasMessageContaining("ssl.bundle"));
	}

	@Test
	void aNamedServerMayDoWithoutTheTlsOfTheOthers() {
		runner()
			.withPropertyValues("socketserver.servers.plain.port=0", "socketserver.servers.plain.ssl.enabled=false",
					"socketserver.servers.secure.port=0")
			.run((context) -> {
				assertThat(TestClient.ask(Runners.port(context, "plain"), "hello")).isEqualTo("nobody says hello");
				assertThat(subjectSeen(Runners.port(context, "secure"), "localhost")).isEqualTo("CN=one");
			});
	}

	@Test
	void aHandlerMayStartTlsItself() {
		runner().withPropertyValues("socketserver.ssl.on-demand=true").run((context) -> {
			try (Socket plain = new Socket(InetAddress.getLoopbackAddress(), Runners.port(context))) {
				assertThat(ask(plain, "hello")).isEqualTo("nobody says hello");
				assertThat(ask(plain, "STARTTLS")).isEqualTo("go ahead");
				SSLSocket secure = (SSLSocket) PemFiles.trustingAnybody()
					.getSocketFactory()
					.createSocket(plain, "localhost", Runners.port(context), true);
				assertThat(ask(secure, "secret")).isEqualTo("nobody says secret");
				assertThat(subject(secure)).isEqualTo("CN=one");
			}
		});
	}

	@Test
	void aMultiplexedServerSpeaksTls() {
		runner(WhoMessages.class).withPropertyValues("socketserver.concurrency=multiplex").run((context) -> {
			try (SSLSocket socket = connect(Runners.port(context), "localhost")) {
				assertThat(subject(socket)).isEqualTo("CN=one");
				assertThat(ask(socket, "hello")).isEqualTo("TLSv1.3 says hello");
			}
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "thread", "multiplex" })
	void aMessageHandlerMayStartTlsItselfToo(String concurrency) {
		runner(WhoMessages.class)
			.withPropertyValues("socketserver.ssl.on-demand=true", "socketserver.concurrency=" + concurrency)
			.run((context) -> {
				try (Socket plain = new Socket(InetAddress.getLoopbackAddress(), Runners.port(context))) {
					assertThat(ask(plain, "hello")).isEqualTo("nobody says hello");
					assertThat(ask(plain, "STARTTLS")).isEqualTo("go ahead");
					SSLSocket secure = (SSLSocket) PemFiles.trustingAnybody()
						.getSocketFactory()
						.createSocket(plain, "localhost", Runners.port(context), true);
					assertThat(ask(secure, "secret")).isEqualTo("TLSv1.3 says secret");
				}
			});
	}

	@Test
	void workerProcessesCannotStartTlsThemselves() {
		runner().withPropertyValues("socketserver.ssl.on-demand=true", "socketserver.concurrency=fork")
			.run((context) -> assertThat(context.getStartupFailure()).rootCause()
				.hasMessageContaining("socketserver.ssl.on-demand")
				.hasMessageContaining("set concurrency to thread"));
	}

	@Test
	void datagramsAreNeverSentInClearByAServerThatShouldSpeakTls() {
		runner(WhoMessages.class).withPropertyValues("socketserver.transport=udp", "socketserver.udp.sessions=true")
			.run((context) -> assertThat(context.getStartupFailure()).rootCause()
				.hasMessageContaining("socketserver.ssl.bundle")
				.hasMessageContaining("set transport to tcp"));
	}

	private static String subjectSeen(int port, String name) {
		try (SSLSocket socket = connect(port, name)) {
			return subject(socket);
		}
		catch (IOException ex) {
			throw new AssertionError(ex);
		}
	}

	private static String subject(SSLSocket socket) throws IOException {
		X509Certificate certificate = (X509Certificate) socket.getSession().getPeerCertificates()[0];
		return certificate.getSubjectX500Principal().getName();
	}

	private static String ask(Socket socket, String line) throws IOException {
		socket.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
		StringBuilder answer = new StringBuilder();
		for (int next; (next = socket.getInputStream().read()) != '\n' && next >= 0;) {
			answer.append((char) next);
		}
		return answer.toString();
	}

	/**
	 * The core's lines, which go through java.util.logging, reach the output as those of
	 * an application do. An application that has ended before in this JVM took that away.
	 */
	private static void bridgeLogs() {
		if (!SLF4JBridgeHandler.isInstalled()) {
			SLF4JBridgeHandler.install();
		}
	}

	private static SSLSocket connect(int port, String name, KeyManager... keys) throws IOException {
		SSLSocket socket = (SSLSocket) PemFiles.trustingAnybody(keys)
			.getSocketFactory()
			.createSocket(InetAddress.getLoopbackAddress(), port);
		SSLParameters parameters = socket.getSSLParameters();
		parameters.setServerNames(List.of(new SNIHostName(name)));
		socket.setSSLParameters(parameters);
		socket.setSoTimeout(20_000);
		socket.startHandshake();
		return socket;
	}

	/**
	 * Says in what version of TLS something was said.
	 */
	@RequestHandler
	static class WhoMessages implements MessageHandler<String, String> {

		@Override
		public String onMessage(MessageConnection<String> connection, String message) {
			if (message.equals("STARTTLS")) {
				connection.startTls();
				return "go ahead";
			}
			return connection.tls().map(TlsSession::protocol).orElse("nobody") + " says " + message;
		}

	}

	/**
	 * Says who says what, in TLS from STARTTLS on.
	 */
	@RequestHandler
	static class WhoHandler extends StreamRequestHandler {

		@Override
		public void handle() throws IOException {
			String line = speak();
			if (line != null) {
				wfile().println("go ahead");
				connection().startTls();
				speak();
			}
		}

		private @Nullable String speak() throws IOException {
			String who = connection().tls()
				.flatMap((tls) -> tls.peerPrincipal())
				.map((principal) -> principal.getName())
				.orElse("nobody");
			String line;
			while ((line = rfile().readLine()) != null && !line.equals("STARTTLS")) {
				wfile().println(who + " says " + line);
			}
			return line;
		}

	}

}
