package io.socketserver.tls;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

import javax.net.ssl.SSLContext;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.socketserver.framing.Framing;
import io.socketserver.message.Codec;
import io.socketserver.message.MessageConnection;
import io.socketserver.message.MessageHandler;
import io.socketserver.message.MessageService;
import io.socketserver.request.CloseReason;
import io.socketserver.support.Certificates;
import io.socketserver.support.Lane;
import io.socketserver.support.Multiplexed;
import io.socketserver.support.Script;
import io.socketserver.support.Serving;
import io.socketserver.support.Strategy;
import io.socketserver.support.TestServer;
import io.socketserver.support.Transport;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A peer that is not ours: {@code openssl s_client}. Skipped where it is not installed.
 */
@Timeout(60)
class OpenSslTests {

	private static final Certificates certificates = Certificates.shared();

	// How PostgreSQL's clients ask for TLS.
	private static final byte[] SSL_REQUEST = { 0, 0, 0, 8, 4, (byte) 210, 22, 47 };

	@BeforeAll
	static void needsOpenSsl() throws Exception {
		Assumptions.assumeTrue(OpenSslClient.isInstalled(), "openssl is not installed");
	}

	/**
	 * What kind of handler serves, and where.
	 */
	enum Written {

		FOR_THE_STREAM(Strategy.THREAD), FOR_MESSAGES_ON_A_LOOP(Multiplexed.ON_LOOP),
		FOR_MESSAGES_ON_A_POOL(Multiplexed.ON_POOL);

		@SuppressWarnings("ImmutableEnumChecker")
		private final Serving serving;

		Written(Serving serving) {
			this.serving = serving;
		}

		private TestServer start(UnaryOperator<TlsOptions> change, Script stream, MessageService<?, ?> messages) {
			TlsOptions tls = change.apply(TlsOptions.of(certificates.context("localhost")));
			TestServer.Setup setup = TestServer.with(new Lane(Transport.TCP, this.serving))
				.options((options) -> options.withTls(tls));
			return (this == FOR_THE_STREAM) ? setup.start(stream) : setup.start(messages);
		}

	}

	static Stream<Arguments> writtenAndVersions() {
		return Arrays.stream(Written.values())
			.flatMap((written) -> Stream.of("TLSv1.2", "TLSv1.3").map((version) -> Arguments.of(written, version)));
	}

	private static MessageService<String, String> lines(MessageHandler<String, String> handler) {
		return MessageService.of(Framing.line(8192), Codec.string(StandardCharsets.UTF_8), handler);
	}

	@ParameterizedTest
	@MethodSource("io.socketserver.tls.TlsTests#strategiesAndVersions")
	void isAnswered(Strategy strategy, String version) throws Exception {
		isAnswered(TlsTests.secure(strategy).start(Script.UPPER), version);
	}

	@ParameterizedTest
	@ValueSource(strings = { "TLSv1.2", "TLSv1.3" })
	void isAnsweredFromALoop(String version) throws Exception {
		isAnswered(Written.FOR_MESSAGES_ON_A_LOOP.start(UnaryOperator.identity(), Script.UPPER, Multiplexed.upper()),
				version);
	}

	@ParameterizedTest
	@ValueSource(strings = { "TLSv1.2", "TLSv1.3" })
	void isAnsweredFromAWorkerProcessThatKnowsItsCertificate(String version) throws Exception {
		try (TestServer server = ForkedTlsTests.start(ForkedTlsTests.workers(),
				(tls) -> tls.withClientAuth(ClientAuth.NEED)); OpenSslClient client = as("client", server, version)) {
			client.send("tls\n").expect(version + " TLS_", " by CN=client").send("again\n").expect("again");
		}
	}

	private static void isAnswered(TestServer started, String version) throws Exception {
		try (TestServer server = started;
				OpenSslClient client = new OpenSslClient(server, option(version), "-servername", "localhost",
						"-verify_hostname", "localhost", "-verify_return_error")) {
			client.send("hello\n").expect("HELLO").send("again\n").expect("AGAIN");
			client.expect("Verify return code: 0 (ok)", "New, " + version);
		}
	}

	@ParameterizedTest
	@MethodSource("writtenAndVersions")
	void isKnownByItsCertificate(Written written, String version) throws Exception {
		try (TestServer server = written.start((tls) -> tls.withClientAuth(ClientAuth.NEED),
				(handler) -> handler.out().println(handler.line() + " " + handler.stream().tls().orElseThrow()),
				lines((connection, message) -> message + " " + connection.tls().orElseThrow()));
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

	@ParameterizedTest
	@EnumSource
	void isServedByTheNameItAsksFor(Written written) throws Exception {
		SSLContext other = certificates.context("other.example");
		try (TestServer server = written.start(
				(tls) -> tls.withServerName("other.example", () -> new TlsContext(other)), Script.UPPER,
				Multiplexed.upper())) {
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

	static Stream<Arguments> writtenAndMail() {
		return Arrays.stream(Written.values())
			.flatMap((written) -> Stream.of(Arguments.of(written, Mail.SMTP, "TLSv1.2"),
					Arguments.of(written, Mail.SMTP, "TLSv1.3"), Arguments.of(written, Mail.POP3, "TLSv1.3"),
					Arguments.of(written, Mail.IMAP, "TLSv1.2")));
	}

	@ParameterizedTest
	@MethodSource("writtenAndMail")
	void startsTlsInTheMiddleAsAMailClientDoes(Written written, Mail mail, String version) throws Exception {
		try (TestServer server = written.start((tls) -> tls.withOnDemand(true), mail::serve, lines(mail));
				OpenSslClient client = new OpenSslClient(server, option(version), "-starttls",
						mail.name().toLowerCase(Locale.ROOT))) {
			client.expect("Verify return code: 0 (ok)").send("NOOP\n").expect("NOOP in " + version);
		}
	}

	/**
	 * Without a line: eight bytes ask, and one consents.
	 */
	@ParameterizedTest
	@EnumSource
	void startsTlsInTheMiddleAsADatabaseClientDoes(Written written) throws Exception {
		try (TestServer server = written.start((tls) -> tls.withOnDemand(true), OpenSslTests::database,
				MessageService.of(Framing.raw(8192), Codec.bytes(), OpenSslTests::database));
				OpenSslClient client = new OpenSslClient(server, "-starttls", "postgres")) {
			client.expect("Verify return code: 0 (ok)").send("select 1;\n").expect("TLSv1.3: select 1;");
		}
	}

	private static void database(Script.Handler handler) throws IOException {
		assertThat(handler.in().readNBytes(8)).isEqualTo(SSL_REQUEST);
		handler.out().print("S");
		handler.stream().startTls();
		String line = handler.line();
		handler.out().print(handler.stream().tls().orElseThrow().protocol() + ": " + line + "\n");
	}

	private static byte[] database(MessageConnection<byte[]> sender, byte[] message) {
		if (Arrays.equals(message, SSL_REQUEST)) {
			sender.startTls();
			return TlsTests.bytes("S");
		}
		return TlsTests
			.bytes(sender.tls().orElseThrow().protocol() + ": " + new String(message, StandardCharsets.ISO_8859_1));
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

	/**
	 * The little of a protocol that leads to TLS.
	 */
	enum Mail implements MessageHandler<String, String> {

		SMTP("220 ready", "EHLO mail.example.com", List.of("250-hello", "250 STARTTLS"), "STARTTLS", "220 go ahead"),
		POP3("+OK ready", "CAPA", List.of("+OK", "STLS", "."), "STLS", "+OK go ahead"), IMAP("* OK ready",
				". CAPABILITY", List.of("* CAPABILITY IMAP4rev1 STARTTLS", ". OK"), ". STARTTLS", ". OK go ahead");

		private final String greeting;

		private final String question;

		@SuppressWarnings("ImmutableEnumChecker")
		private final List<String> abilities;

		private final String command;

		private final String consent;

		Mail(String greeting, String question, List<String> abilities, String command, String consent) {
			this.greeting = greeting;
			this.question = question;
			this.abilities = abilities;
			this.command = command;
			this.consent = consent;
		}

		private void serve(Script.Handler handler) throws IOException {
			handler.out().print(this.greeting + "\r\n");
			for (String line = handler.line(); !line.isEmpty(); line = handler.line()) {
				if (line.equals(this.question)) {
					handler.out().print(String.join("\r\n", this.abilities) + "\r\n");
				}
				else if (line.equals(this.command)) {
					handler.out().print(this.consent + "\r\n");
					handler.stream().startTls();
				}
				else {
					handler.out().print(line + " in " + protocol(handler.stream().tls()) + "\r\n");
				}
			}
		}

		@Override
		public void onOpen(MessageConnection<String> connection) {
			connection.send(this.greeting);
		}

		@Override
		public @Nullable Object onMessage(MessageConnection<String> sender, String message) {
			if (message.equals(this.question)) {
				this.abilities.forEach(sender::send);
				return null;
			}
			if (message.equals(this.command)) {
				sender.startTls();
				return this.consent;
			}
			return message + " in " + protocol(sender.tls());
		}

		private static String protocol(Optional<TlsSession> tls) {
			return tls.map(TlsSession::protocol).orElse("clear");
		}

	}

}
