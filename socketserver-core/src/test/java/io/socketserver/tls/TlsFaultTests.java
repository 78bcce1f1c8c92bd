package io.socketserver.tls;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;

import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.socketserver.request.CloseReason;
import io.socketserver.request.ConnectionDriver;
import io.socketserver.request.ConnectionState;
import io.socketserver.request.DrainReport;
import io.socketserver.request.MixIn;
import io.socketserver.request.Request;
import io.socketserver.request.RequestCycle;
import io.socketserver.request.StreamRequest;
import io.socketserver.request.StreamRequestHandler;
import io.socketserver.support.Await;
import io.socketserver.support.Certificates;
import io.socketserver.support.Client;
import io.socketserver.support.LogLines;
import io.socketserver.support.Script;
import io.socketserver.support.Strategy;
import io.socketserver.support.TestServer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Peers that speak TLS badly, not at all, or stop in the middle of it.
 */
@Timeout(60)
class TlsFaultTests {

	private static final Certificates certificates = Certificates.shared();

	private static final SSLContext anonymous = certificates.anonymous();

	private static TestServer.Setup impatient(Strategy strategy) {
		return TlsTests.secure(strategy, (tls) -> tls.withHandshakeTimeout(Duration.ofMillis(300)));
	}

	@ParameterizedTest
	@EnumSource
	void saysThatHttpIsNotTls(Strategy strategy) throws IOException {
		try (LogLines log = LogLines.warnings(); TestServer server = TlsTests.secure(strategy).start(Script.UPPER)) {
			Client client = server.connect().send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
			assertThat(client.readToEnd()).as("an alert").startsWith(21, 3);
			client.close();
			TlsTests.assertEnded(server, CloseReason.HANDSHAKE_FAILED);
			assertThat(log.of(server)).anySatisfy((line) -> assertThat(line).contains("does not speak TLS",
					"look like an HTTP request", "GET / HTTP"));
			assertServes(server);
		}
	}

	@ParameterizedTest
	@CsvSource({ "TLSv1.2, stranger, CN=stranger, unable to find valid certification path",
			"TLSv1.3, stranger, CN=stranger, unable to find valid certification path",
			"TLSv1.2, late, CN=Test CA, it expired at 20", "TLSv1.3, late, CN=Test CA, it expired at 20" })
	void saysWhoseCertificateItRefuses(String version, String name, String issuer, String why) throws IOException {
		Certificates own = Certificates.make().add("localhost").addStranger("stranger").addExpired("late");
		try (LogLines log = LogLines.warnings();
				TestServer server = TestServer.with(Strategy.THREAD)
					.options((options) -> options
						.withTls(TlsOptions.of(own.context("localhost")).withClientAuth(ClientAuth.NEED)))
					.start(Script.UPPER)) {
			assertThatExceptionOfType(IOException.class).isThrownBy(() -> {
				try (Client client = server.connect(own.insisting(name), TlsTests.version(version))) {
					client.ask("hello");
				}
			});
			TlsTests.assertEnded(server, CloseReason.HANDSHAKE_FAILED);
			assertThat(log.of(server)).singleElement(InstanceOfAssertFactories.STRING)
				.contains("The TLS handshake failed: the client's certificate of CN=" + name + ", issued by " + issuer
						+ ", is refused: ", why);
		}
	}

	@Test
	void neverServesInClearWhatShouldBeEncrypted() throws IOException {
		try (TestServer server = TestServer.with(new Careless())
			.options((options) -> options.withTls(TlsOptions.of(anonymous)))
			.start(Script.UPPER)) {
			Client client = server.connect().sendLine("hello");
			assertThat(client.readToEnd()).isEmpty();
			client.close();
			TlsTests.assertEnded(server, CloseReason.HANDLER_ERROR);
		}
	}

	@ParameterizedTest
	@EnumSource
	void saysThatTlsIsNotText(Strategy strategy) throws IOException {
		try (LogLines log = LogLines.warnings(); TestServer server = TestServer.with(strategy).start(Script.UPPER)) {
			Client client = server.connect().send(new RawClient("TLSv1.3").next());
			assertThat(client.readToEnd()).isEmpty();
			client.close();
			TlsTests.assertEnded(server, CloseReason.BAD_FRAME);
			assertThat(log.of(server)).anySatisfy((line) -> assertThat(line).contains("looks like a TLS ClientHello"));
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "\u0016", "\u0016\u0003\u0001\u0000", "\u0016\u0003\u0001\u0001\u0000\u0001" })
	void endsAClientThatStopsInTheMiddleOfItsHello(String begin) throws IOException {
		try (LogLines log = LogLines.warnings(); TestServer server = impatient(Strategy.THREAD).start(Script.UPPER)) {
			Client client = server.connect().send(TlsTests.bytes(begin));
			assertThat(client.readToEnd()).isEmpty();
			client.close();
			TlsTests.assertEnded(server, CloseReason.HANDSHAKE_TIMEOUT);
			assertThat(log.of(server)).anySatisfy((line) -> assertThat(line).contains("was not complete within 300 ms",
					"after " + begin.length() + " bytes"));
		}
	}

	@ParameterizedTest
	@EnumSource
	void endsAClientThatDribblesItsHello(Strategy strategy) throws IOException {
		byte[] hello = new RawClient("TLSv1.3").next();
		try (TestServer server = impatient(strategy).start(Script.UPPER)) {
			Client client = server.connect();
			try {
				for (byte each : hello) {
					client.send(new byte[] { each });
					client.hearsNothingFor(20);
				}
				assertThat(client.end()).isNotNull();
			}
			catch (IOException ignored) {
				// It is closed while it dribbles on.
			}
			client.close();
			TlsTests.assertEnded(server, CloseReason.HANDSHAKE_TIMEOUT);
		}
	}

	@ParameterizedTest
	@CsvSource({ "TLSv1.2,1", "TLSv1.2,2", "TLSv1.2,3", "TLSv1.3,1", "TLSv1.3,2" })
	void endsAClientThatStopsBeforeARecord(String version, int flights) throws Exception {
		try (TestServer server = impatient(Strategy.THREAD).start(Script.UPPER)) {
			Client client = server.connect();
			RawClient raw = new RawClient(version);
			raw.play(client, flights);
			assertThat(client.end()).isEqualTo(Client.End.ORDERLY);
			client.close();
			TlsTests.assertEnded(server, CloseReason.HANDSHAKE_TIMEOUT);
		}
	}

	@ParameterizedTest
	@ValueSource(ints = { 0, 1, 100 })
	void aPeerThatResetsInTheMiddleOfTheHandshakeIsNoError(int count) throws IOException {
		byte[] hello = new RawClient("TLSv1.3").next();
		try (LogLines log = LogLines.warnings();
				TestServer server = TlsTests.secure(Strategy.THREAD).start(Script.UPPER)) {
			Client client = server.connect();
			client.send(Arrays.copyOf(hello, count));
			Await.until(() -> server.server().connections().count() == 1, "the connection");
			client.reset();
			TlsTests.assertEnded(server, CloseReason.PEER_RESET);
			assertThat(log.of(server)).isEmpty();
		}
	}

	@Test
	void aPeerThatLeavesWithoutAWordIsNoError() throws IOException {
		try (LogLines log = LogLines.warnings();
				TestServer server = TlsTests.secure(Strategy.THREAD).start(Script.UPPER)) {
			server.connect().close();
			TlsTests.assertEnded(server, CloseReason.PEER_CLOSED);
			assertThat(log.of(server)).isEmpty();
		}
	}

	@Test
	void refusesGarbage() throws IOException {
		try (TestServer server = TlsTests.secure(Strategy.THREAD).start(Script.UPPER)) {
			Client client = server.connect().send("\u0016\u0003\u0001\u0000\u0008\u0001\u0000\u0000\u0004abcd");
			assertThat(client.readToEnd()).as("an alert").startsWith(21, 3);
			client.close();
			TlsTests.assertEnded(server, CloseReason.HANDSHAKE_FAILED);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "TLSv1.2", "TLSv1.3" })
	void tellsATruncationFromAnEnd(String version) throws Exception {
		try (LogLines log = LogLines.warnings();
				TestServer server = TlsTests.secure(Strategy.THREAD).start((handler) -> {
					handler.out().println(handler.line());
					handler.out().flush();
					handler.in().readAllBytes();
				})) {
			Client client = server.connect(anonymous, TlsTests.version(version));
			assertThat(client.ask("hello")).isEqualTo("hello");
			client.plain().shutdownOutput();
			assertThat(client.end()).isNotNull();
			client.close();
			TlsTests.assertEnded(server, CloseReason.TLS_TRUNCATED);
			assertThat(log.of(server)).isEmpty();
		}
	}

	@Test
	void refusesARenegotiation() throws Exception {
		try (LogLines log = LogLines.warnings();
				TestServer server = TlsTests.secure(Strategy.THREAD).start(Script.UPPER)) {
			Client client = server.connect(anonymous, TlsTests.version("TLSv1.2"));
			assertThat(client.ask("hello")).isEqualTo("HELLO");
			client.tls().startHandshake();
			try {
				assertThat(client.ask("again")).isNull();
			}
			catch (IOException ignored) {
				// However the client takes it.
			}
			client.close();
			TlsTests.assertEnded(server, CloseReason.TLS_VIOLATION);
			assertThat(log.of(server))
				.anySatisfy((line) -> assertThat(line).contains("renegotiation, which is refused"));
		}
	}

	@Test
	void aFewKeyUpdatesAreFineAndAFloodIsNot() throws Exception {
		try (TestServer server = TlsTests.secure(Strategy.THREAD).start(Script.UPPER)) {
			Client client = server.connect(anonymous, TlsTests.version("TLSv1.3"));
			for (int i = 0; i < 10; i++) {
				client.tls().startHandshake(); // Asks for a key update, in TLS 1.3.
			}
			assertThat(client.ask("hello")).isEqualTo("HELLO");
			try {
				for (int i = 0; i < 1000; i++) {
					client.tls().startHandshake();
				}
				client.end();
			}
			catch (IOException ignored) {
				// Closed in the middle of it.
			}
			client.close();
			TlsTests.assertEnded(server, CloseReason.TLS_VIOLATION);
		}
	}

	@Test
	void refusesARecordThatWasTamperedWith() throws Exception {
		try (TestServer server = TlsTests.secure(Strategy.THREAD).start(Script.UPPER)) {
			Client client = server.connect(anonymous, TlsTests.version("TLSv1.3"));
			assertThat(client.ask("hello")).isEqualTo("HELLO");
			client.plain()
				.getOutputStream()
				.write(TlsTests.bytes("\u0017\u0003\u0003\u0000\u0014aaaabbbbccccddddeeee"));
			assertThatExceptionOfType(SSLException.class).isThrownBy(client::end)
				.withMessageContaining("bad_record_mac");
			client.close();
			TlsTests.assertEnded(server, CloseReason.TLS_VIOLATION);
		}
	}

	@Test
	void stalledHandshakesDelayNobodyElse() throws Exception {
		try (TestServer server = TlsTests.secure(Strategy.THREAD).start(Script.UPPER)) {
			for (int i = 0; i < 200; i++) {
				server.connect().send(new byte[] { 22, 3, 1 });
			}
			assertServes(server);
		}
	}

	@ParameterizedTest
	@EnumSource
	void aDrainDoesNotWaitForStalledHandshakes(Strategy strategy) throws Exception {
		try (TestServer server = TlsTests.secure(strategy).start(Script.UPPER)) {
			Client client = server.connect().send(new byte[] { 22, 3, 1 });
			Await.until(() -> server.server()
				.connections()
				.all()
				.stream()
				.anyMatch((each) -> each.state().name().equals("IDLE")), "the handshake");
			Thread closing = new Thread(server.server()::close);
			closing.start();
			assertThat(client.end()).isEqualTo(Client.End.ORDERLY);
			client.close();
			closing.join();
			assertThat(server.server().statistics().closed(CloseReason.DRAINED)).isOne();
		}
	}

	@ParameterizedTest
	@EnumSource
	void aDrainDoesNotWaitForAHandshakeThatAHandlerHasBegun(Strategy strategy) throws Exception {
		try (TestServer server = TlsTests.secure(strategy, (tls) -> tls.withOnDemand(true))
			.start(StartTlsHandler::new)) {
			Client client = server.connect();
			assertThat(client.ask("STARTTLS")).isEqualTo("go ahead");
			Await.until(() -> server.server().connections().handshaking() == 1, "the handshake");
			CompletableFuture<DrainReport> drain = server.server().closeAsync(Duration.ofSeconds(50));
			assertThat(client.readText()).doesNotContain("bye");
			client.close();
			DrainReport report = drain.join();
			// Whether the drain has found it waiting, or it the drain.
			assertThat(report.closedIdle() + report.finished()).isOne();
			assertThat(report.cutOff()).isZero();
			assertThat(server.server().statistics().closed(CloseReason.DRAINED)).isOne();
		}
	}

	@Test
	void whoElseWritesWaitsForTheHandshake() throws Exception {
		CompletableFuture<Thread> writer = new CompletableFuture<>();
		try (TestServer server = TlsTests.secure(Strategy.THREAD, (tls) -> tls.withOnDemand(true)).start((handler) -> {
			handler.line();
			handler.out().println("go ahead");
			handler.out().flush();
			handler.line();
			writer.complete(new Thread(() -> write(handler, "from another thread")));
			handler.stream().startTls();
			handler.line();
		}); Client client = server.connect()) {
			assertThat(client.ask("STARTTLS")).isEqualTo("go ahead");
			client.sendLine("now");
			Await.until(() -> server.server().connections().handshaking() == 1, "the handshake");
			Thread other = writer.join();
			other.start();
			Await.until(() -> other.getState() == Thread.State.WAITING, "the other writer's patience");
			try (Client secure = client.startTls(anonymous, TlsTests.version("TLSv1.3"))) {
				assertThat(secure.readLine()).isEqualTo("from another thread");
			}
		}
	}

	private static void write(Script.Handler handler, String line) {
		try {
			handler.out().println(line);
			handler.out().flush();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	@Test
	void aContextThatCannotBeMadeFailsTheHandshakeOnly() throws Exception {
		try (LogLines log = LogLines.warnings();
				TestServer server = TestServer.with(Strategy.THREAD)
					.options((options) -> options.withTls(TlsOptions.of(() -> {
						throw new IllegalStateException("the key is gone");
					})))
					.start(Script.UPPER)) {
			Client client = server.connect().send(new RawClient("TLSv1.3").next());
			assertThat(client.end()).isNotNull();
			client.close();
			TlsTests.assertEnded(server, CloseReason.HANDSHAKE_FAILED);
			assertThat(log.of(server)).anySatisfy((line) -> assertThat(line).contains("the key is gone"));
		}
	}

	private static void assertServes(TestServer server) throws IOException {
		try (Client client = server.connect(anonymous, TlsTests.version("TLSv1.3"))) {
			assertThat(client.ask("hello")).isEqualTo("HELLO");
		}
	}

	/**
	 * A client's handshake, record by record.
	 */
	static final class RawClient {

		// A peer of its own for each: none has a session to resume.
		private static final AtomicInteger peers = new AtomicInteger();

		private final SSLEngine engine;

		// The flight that is being sent.
		private ByteBuffer outgoing = ByteBuffer.allocate(0);

		private final ByteBuffer incoming = ByteBuffer.allocate(100_000).limit(0);

		RawClient(String version) throws IOException {
			this(version, "localhost");
		}

		RawClient(String version, String serverName) throws IOException {
			this(anonymous, version, serverName);
		}

		RawClient(SSLContext context, String version, String serverName) throws IOException {
			this.engine = context.createSSLEngine(serverName, peers.incrementAndGet());
			SSLParameters parameters = this.engine.getSSLParameters();
			parameters.setServerNames(List.of(new SNIHostName(serverName)));
			this.engine.setSSLParameters(parameters);
			this.engine.setUseClientMode(true);
			this.engine.setEnabledProtocols(new String[] { version });
			this.engine.beginHandshake();
		}

		/**
		 * The bytes of the next flight.
		 */
		byte[] next() throws IOException {
			ByteArrayOutputStream flight = new ByteArrayOutputStream();
			while (this.engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP) {
				ByteBuffer out = ByteBuffer.allocate(40_000);
				this.engine.wrap(ByteBuffer.allocate(0), out);
				flight.write(out.array(), 0, out.position());
			}
			return flight.toByteArray();
		}

		/**
		 * Sends as many records as told, then no more.
		 */
		void play(Client client, int records) throws IOException {
			for (int i = 0; i < records; i++) {
				client.send(nextRecord(client));
			}
		}

		/**
		 * The next record, once the server has said what has to come before. Empty when
		 * there is none: the handshake is complete.
		 */
		byte[] nextRecord(Client client) throws IOException {
			if (!this.outgoing.hasRemaining()) {
				receive(client);
				this.outgoing = ByteBuffer.wrap(next());
			}
			int at = this.outgoing.position();
			int size = this.outgoing.hasRemaining() ? 5 + (this.outgoing.getShort(at + 3) & 0xffff) : 0;
			byte[] taken = new byte[size];
			this.outgoing.get(taken);
			return taken;
		}

		private void receive(Client client) throws IOException {
			while (this.engine.getHandshakeStatus() != HandshakeStatus.NEED_WRAP
					&& this.engine.getHandshakeStatus() != HandshakeStatus.NOT_HANDSHAKING) {
				Runnable task = this.engine.getDelegatedTask();
				if (task != null) {
					// Which may leave nothing to receive.
					task.run();
					continue;
				}
				SSLEngineResult result = this.engine.unwrap(this.incoming, ByteBuffer.allocate(0));
				if (result.getStatus() == SSLEngineResult.Status.BUFFER_UNDERFLOW) {
					this.incoming.compact().put((byte) client.read()).flip();
				}
			}
		}

	}

	/**
	 * A strategy whose driver knows nothing of TLS.
	 */
	private static final class Careless implements MixIn, ConnectionDriver {

		@Override
		public void processRequest(Request request, RequestCycle next) {
			((StreamRequest) request).driver(this);
			next.processRequest(request);
		}

		@Override
		public ConnectionState state() {
			return ConnectionState.IDLE;
		}

		@Override
		public long requests() {
			return 0;
		}

		@Override
		public boolean isHandledBy(Thread thread) {
			return false;
		}

		@Override
		public void drain() {
		}

		@Override
		public void closing() {
		}

		@Override
		public void cutOff() {
		}

	}

	/**
	 * Starts TLS after a line, and says good-bye.
	 */
	private static final class StartTlsHandler extends StreamRequestHandler {

		@Override
		public void handle() throws IOException {
			rfile().readLine();
			wfile().println("go ahead");
			connection().startTls();
		}

		@Override
		public void goodbye() throws IOException {
			wfile().println("bye");
		}

	}

}
