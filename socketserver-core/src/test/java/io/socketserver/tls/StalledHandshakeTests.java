package io.socketserver.tls;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntUnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import javax.net.ssl.SSLContext;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import io.socketserver.message.HandlerExecution;
import io.socketserver.mixin.MultiplexingMixIn;
import io.socketserver.mixin.ThreadingMixIn;
import io.socketserver.request.CloseReason;
import io.socketserver.request.MixIn;
import io.socketserver.support.Await;
import io.socketserver.support.Certificates;
import io.socketserver.support.Client;
import io.socketserver.support.LogLines;
import io.socketserver.support.Multiplexed;
import io.socketserver.support.TestServer;
import io.socketserver.tls.TlsFaultTests.RawClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Clients that stop, or talk nonsense, at any record of a handshake, where both sides
 * show their certificates.
 */
@Timeout(60)
class StalledHandshakeTests {

	private static final Certificates certificates = Certificates.shared();

	private static final SSLContext somebody = certificates.context("client");

	private static final Duration PATIENCE = Duration.ofSeconds(30);

	// Each part of a handshake has to come in time, on a busy machine too.
	private static final Duration SHORT = Duration.ofSeconds(2);

	// Where in a record they stop: before it, in its header, behind that, in its middle,
	// before its last byte.
	private static final List<IntUnaryOperator> PARTS = List.of((size) -> 0, (size) -> 1, (size) -> 5,
			(size) -> size / 2, (size) -> size - 1);

	private static final Pattern TOO_LATE = Pattern
		.compile("was not complete within " + SHORT.toMillis() + " ms, after (\\d+) bytes from the client");

	private static final int ANSWERS = 500;

	/**
	 * Who makes the handshakes.
	 */
	enum Made {

		IN_THREADS, ON_ONE_LOOP;

		private MixIn mixIn() {
			return (this == ON_ONE_LOOP) ? new MultiplexingMixIn(1, HandlerExecution.loop()) : new ThreadingMixIn();
		}

	}

	private static TestServer start(Made made, Duration handshakeTimeout) {
		TlsOptions tls = TlsOptions.of(certificates.context("localhost"))
			.withClientAuth(ClientAuth.NEED)
			.withHandshakeTimeout(handshakeTimeout);
		return TestServer.with(made.mixIn()).options((options) -> options.withTls(tls)).start(Multiplexed.upper());
	}

	private static RawClient handshake(String version) throws IOException {
		return new RawClient(somebody, version, "localhost");
	}

	/**
	 * How many records a client sends in a handshake.
	 */
	private static int records(TestServer patient, String version) throws IOException {
		Client client = patient.connect();
		RawClient handshake = handshake(version);
		int count = 0;
		for (byte[] each = handshake.nextRecord(client); each.length > 0; each = handshake.nextRecord(client)) {
			client.send(each);
			count++;
		}
		client.close();
		return count;
	}

	/**
	 * Clients that have stopped, one at each point of a handshake.
	 */
	private static List<Stalled> stallEverywhere(TestServer server, String version, int records) throws IOException {
		List<Stalled> all = new ArrayList<>();
		for (int record = 0; record < records; record++) {
			for (IntUnaryOperator part : PARTS) {
				all.add(Stalled.at(server, version, record, part));
			}
		}
		return all;
	}

	@ParameterizedTest
	@EnumSource
	void endInTimeWhereverTheyStop(Made made) throws Exception {
		try (LogLines log = LogLines.warnings();
				TestServer patient = start(made, PATIENCE);
				TestServer server = start(made, SHORT)) {
			List<Stalled> all = new ArrayList<>();
			for (String version : List.of("TLSv1.2", "TLSv1.3")) {
				int records = records(patient, version);
				assertThat(records).as("hello, certificate, end").isGreaterThanOrEqualTo(3);
				all.addAll(stallEverywhere(server, version, records));
			}
			for (Stalled each : all) {
				assertThat(each.client().end()).isEqualTo(Client.End.ORDERLY);
				assertThat(each.age()).as("its time").isBetween(SHORT, SHORT.multipliedBy(5));
				each.client().close();
			}
			server.awaitQuiet();
			assertThat(server.server().statistics().closed(CloseReason.HANDSHAKE_TIMEOUT)).isEqualTo(all.size());
			// The log is spared more than ten a second.
			assertThat(log.of(server)).hasSizeGreaterThanOrEqualTo(10).allSatisfy((line) -> {
				Matcher matcher = TOO_LATE.matcher(line);
				assertThat(matcher.find()).as(line).isTrue();
				assertThat(all).extracting(Stalled::sent).contains(Integer.parseInt(matcher.group(1)));
			});
		}
	}

	/**
	 * One loop, a busy one: a byte of a dribbled hello comes before each request, and
	 * garbage before each tenth.
	 */
	@Test
	void delayNobodyOnTheirLoop() throws Exception {
		try (TestServer server = start(Made.ON_ONE_LOOP, PATIENCE);
				Client other = server.connect(somebody, TlsTests.version("TLSv1.3"))) {
			ask(other, (i) -> {
			});
			List<Long> alone = ask(other, (i) -> {
			});
			List<Stalled> all = new ArrayList<>();
			for (String version : List.of("TLSv1.2", "TLSv1.3")) {
				all.addAll(stallEverywhere(server, version, records(server, version)));
			}
			List<Client> dribbling = List.of(server.connect(), server.connect(), server.connect());
			byte[] hello = handshake("TLSv1.3").next();
			List<Client> garbage = new ArrayList<>();
			List<Long> among = ask(other, (i) -> {
				dribbling.get(i % 3).send(new byte[] { hello[i / 3] });
				if (i % 10 == 0) {
					garbage.add(server.connect().send("GET / HTTP/1.1\r\n\r\n"));
				}
			});
			for (Client each : garbage) {
				assertThat(each.readToEnd()).as("an alert").startsWith(21, 3);
				each.close();
			}
			Await.until(() -> server.server().statistics().closed(CloseReason.HANDSHAKE_FAILED) == garbage.size(),
					"the end of the garbage");
			Await.until(() -> server.server().connections().count() <= 1 + all.size() + dribbling.size(),
					"the end of the others");
			assertThat(server.server().connections().count()).as("all but the garbage stay")
				.isEqualTo(1 + all.size() + dribbling.size());
			System.getLogger(getClass().getName())
				.log(System.Logger.Level.INFO, "{0} answers: {1}; among {2} stalled handshakes: {3}", ANSWERS,
						figures(alone), all.size() + dribbling.size(), figures(among));
			assertThat(among.get(ANSWERS - 1)).as("the longest wait").isLessThan(PATIENCE.toNanos() / 10);
		}
	}

	/**
	 * Asks again and again.
	 * @return how long each answer took, in order of length
	 */
	private static List<Long> ask(Client client, Meanwhile meanwhile) throws IOException {
		List<Long> nanos = new ArrayList<>();
		for (int i = 0; i < ANSWERS; i++) {
			meanwhile.happens(i);
			long begin = System.nanoTime();
			assertThat(client.ask("request " + i)).isEqualTo("REQUEST " + i);
			nanos.add(System.nanoTime() - begin);
		}
		nanos.sort(null);
		return nanos;
	}

	private static String figures(List<Long> sorted) {
		return "median " + sorted.get(ANSWERS / 2) / 1000 + " us, 99th percentile "
				+ sorted.get(ANSWERS * 99 / 100) / 1000 + " us, longest " + sorted.get(ANSWERS - 1) / 1000 + " us";
	}

	static Stream<Arguments> madeAndNonsense() {
		return Arrays.stream(Made.values())
			.flatMap((made) -> Stream
				.of("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", "hello, hello, hello\n",
						"\u0014\u0003\u0003\u0000\u0003abc", "\u0016\u0003\u0003\u0000\u0008abcdefgh",
						"\u0017\u0003\u0003\u0000\u0003abc")
				.map((nonsense) -> Arguments.of(made, nonsense)));
	}

	@ParameterizedTest
	@MethodSource("madeAndNonsense")
	void failAtOnceWhereverTheyTalkNonsense(Made made, String nonsense) throws Exception {
		try (LogLines log = LogLines.warnings(); TestServer server = start(made, PATIENCE)) {
			int count = 0;
			for (String version : List.of("TLSv1.2", "TLSv1.3")) {
				int records = records(server, version);
				for (int record = 1; record < records; record++) {
					Client client = Stalled.at(server, version, record, (size) -> 0).client();
					client.send(TlsTests.bytes(nonsense));
					assertThat(client.end()).isNotNull();
					client.close();
					count++;
				}
			}
			server.awaitQuiet();
			assertThat(server.server().statistics().closed(CloseReason.HANDSHAKE_FAILED)).isEqualTo(count);
			assertThat(log.of(server)).hasSizeGreaterThanOrEqualTo(Math.min(count, 10))
				.allSatisfy((line) -> assertThat(line).contains("TLS handshake failed: "));
		}
	}

	/**
	 * A client that has stopped.
	 */
	private record Stalled(Client client, int sent, long since) {

		static Stalled at(TestServer server, String version, int records, IntUnaryOperator part) throws IOException {
			long since = System.nanoTime();
			Client client = server.connect();
			RawClient handshake = handshake(version);
			int sent = 0;
			for (int i = 0; i < records; i++) {
				byte[] whole = handshake.nextRecord(client);
				client.send(whole);
				sent += whole.length;
			}
			byte[] next = handshake.nextRecord(client);
			byte[] begin = Arrays.copyOf(next, part.applyAsInt(next.length));
			client.send(begin);
			return new Stalled(client, sent + begin.length, since);
		}

		Duration age() {
			return Duration.ofNanos(System.nanoTime() - this.since);
		}

	}

	/**
	 * What happens between two requests.
	 */
	@FunctionalInterface
	private interface Meanwhile {

		void happens(int number) throws IOException;

	}

}
