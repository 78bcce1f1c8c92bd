package io.socketserver.tls;

import java.io.IOException;
import java.util.function.UnaryOperator;

import javax.net.ssl.SSLContext;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.socketserver.request.CloseReason;
import io.socketserver.support.Certificates;
import io.socketserver.support.Script;
import io.socketserver.support.Strategy;
import io.socketserver.support.TestServer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A peer that is not ours: {@code openssl s_client}. Skipped where it is not installed.
 */
@Timeout(60)
class OpenSslTests {

	private static final Certificates certificates = Certificates.shared();

	@BeforeAll
	static void needsOpenSsl() throws Exception {
		Assumptions.assumeTrue(OpenSslClient.isInstalled(), "openssl is not installed");
	}

	@ParameterizedTest
	@MethodSource("io.socketserver.tls.TlsTests#strategiesAndVersions")
	void isAnswered(Strategy strategy, String version) throws Exception {
		try (TestServer server = TlsTests.secure(strategy).start(Script.UPPER);
				OpenSslClient client = new OpenSslClient(server, option(version), "-servername", "localhost",
						"-verify_hostname", "localhost", "-verify_return_error")) {
			client.send("hello\n").expect("HELLO").send("again\n").expect("AGAIN");
			client.expect("Verify return code: 0 (ok)", "New, " + version);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "TLSv1.2", "TLSv1.3" })
	void isKnownByItsCertificate(String version) throws Exception {
		try (TestServer server = secure((tls) -> tls.withClientAuth(ClientAuth.NEED))
			.start((handler) -> handler.out().println(handler.line() + " " + handler.stream().tls().orElseThrow()));
				OpenSslClient client = as("client", server, version)) {
			client.send("you are\n").expect("you are " + version, "by CN=client");
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "TLSv1.2", "TLSv1.3" })
	void isRefusedIfNobodyVouchesForIt(String version) throws Exception {
		try (TestServer server = secure((tls) -> tls.withClientAuth(ClientAuth.WANT)).start(Script.UPPER);
				OpenSslClient client = as("stranger", server, version)) {
			assertThat(client.end()).contains("alert certificate unknown");
			TlsTests.assertEnded(server, CloseReason.HANDSHAKE_FAILED);
		}
	}

	private static OpenSslClient as(String name, TestServer server, String version) throws IOException {
		return new OpenSslClient(server, option(version), "-cert", certificates.certificateFile(name).toString(),
				"-key", certificates.keyFile(name).toString());
	}

	@Test
	void isServedByTheNameItAsksFor() throws Exception {
		SSLContext other = certificates.context("other.example");
		try (TestServer server = secure((tls) -> tls.withServerName("other.example", () -> new TlsContext(other)))
			.start(Script.UPPER)) {
			try (OpenSslClient client = new OpenSslClient(server, "-servername", "other.example")) {
				client.send("hello\n").expect("subject=CN = other.example", "HELLO");
			}
			try (OpenSslClient client = new OpenSslClient(server, "-noservername")) {
				client.send("hello\n").expect("subject=CN = localhost", "HELLO");
			}
		}
	}

	@Test
	void agreesOnAnApplicationProtocol() throws Exception {
		try (TestServer server = secure((tls) -> tls.withApplicationProtocols("line")).start(Script.UPPER);
				OpenSslClient client = new OpenSslClient(server, "-alpn", "other,line")) {
			client.send("hello\n").expect("ALPN protocol: line", "HELLO");
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "TLSv1.2", "TLSv1.3" })
	void startsTlsInTheMiddleAsAMailClientDoes(String version) throws Exception {
		try (TestServer server = secure((tls) -> tls.withOnDemand(true)).start(OpenSslTests::mailServer);
				OpenSslClient client = new OpenSslClient(server, option(version), "-starttls", "smtp")) {
			client.expect("Verify return code: 0 (ok)").send("NOOP\n").expect("250 NOOP in " + version);
		}
	}

	private static void mailServer(Script.Handler handler) throws IOException {
		handler.out().print("220 ready\r\n");
		for (String line = handler.line(); !line.isEmpty() && !line.equals("QUIT"); line = handler.line()) {
			if (line.startsWith("EHLO")) {
				handler.out().print("250-hello\r\n250 STARTTLS\r\n");
			}
			else if (line.equals("STARTTLS")) {
				handler.out().print("220 go ahead\r\n");
				handler.stream().startTls();
			}
			else {
				handler.out().print("250 " + line + " in " + handler.stream().tls().orElseThrow().protocol() + "\r\n");
			}
		}
	}

	@Test
	void isRefusedARenegotiation() throws Exception {
		try (TestServer server = secure(UnaryOperator.identity()).start(Script.UPPER);
				OpenSslClient client = new OpenSslClient(server, "-tls1_2")) {
			client.send("hello\n").expect("HELLO");
			client.send("R\n").expect("RENEGOTIATING");
			client.end();
			TlsTests.assertEnded(server, CloseReason.TLS_VIOLATION);
		}
	}

	@Test
	void mayUpdateItsKeys() throws Exception {
		try (TestServer server = secure(UnaryOperator.identity()).start(Script.UPPER);
				OpenSslClient client = new OpenSslClient(server, "-tls1_3")) {
			client.send("hello\n").expect("HELLO");
			// K has both sides update their keys.
			client.send("K\n").expect("KEYUPDATE").send("again\n").expect("AGAIN");
		}
	}

	private static TestServer.Setup secure(UnaryOperator<TlsOptions> change) {
		return TlsTests.secure(Strategy.THREAD, change);
	}

	private static String option(String version) {
		return version.equals("TLSv1.2") ? "-tls1_2" : "-tls1_3";
	}

}
