package io.socketserver.tls;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

import javax.net.ssl.SSLContext;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import io.socketserver.framing.Framing;
import io.socketserver.message.Codec;
import io.socketserver.message.HandlerExecution;
import io.socketserver.message.MessageService;
import io.socketserver.mixin.MultiplexingMixIn;
import io.socketserver.mixin.ThreadingMixIn;
import io.socketserver.request.CloseReason;
import io.socketserver.request.MixIn;
import io.socketserver.support.Await;
import io.socketserver.support.Certificates;
import io.socketserver.support.Client;
import io.socketserver.support.LogLines;
import io.socketserver.support.TestServer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * The certificate is renewed again and again while over a thousand requests a second come
 * on kept connections, and new ones besides. For longer:
 * {@code -Dtest.jvm.args="-Xmx1g -Drotation.seconds=60"}.
 */
@Timeout(180)
class CertificateRotationTests {

	private static final int SECONDS = Integer.getInteger("rotation.seconds", 3);

	// Each asks a hundred times a second: some more than a thousand.
	private static final int KEPT = 11;

	private static final int REQUESTS_EACH = 100 * SECONDS;

	private static final int REQUESTS = KEPT * REQUESTS_EACH;

	// Each makes fifteen handshakes a second.
	private static final int COMING = 2;

	private static final int HANDSHAKES_EACH = 15 * SECONDS;

	private static final int HANDSHAKES = COMING * HANDSHAKES_EACH;

	private static final int ROTATIONS = 3 * SECONDS;

	private final Certificates certificates = Certificates.shared();

	// Remembers sessions, and offers to resume them.
	private final SSLContext client = this.certificates.anonymous();

	private final List<Issue> issues = List.of(issue("localhost"), issue("renewed"));

	private final AtomicInteger requests = new AtomicInteger();

	private final AtomicInteger handshakes = new AtomicInteger();

	private final ConcurrentLinkedQueue<Long> waits = new ConcurrentLinkedQueue<>();

	private final ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();

	private volatile Issue current = this.issues.get(0);

	private volatile Supplier<TlsContext> source = () -> this.current.context();

	/**
	 * Who serves.
	 */
	enum Served {

		IN_THREADS, ON_LOOPS;

		private MixIn mixIn() {
			return (this == ON_LOOPS) ? new MultiplexingMixIn(2, HandlerExecution.loop()) : new ThreadingMixIn();
		}

	}

	@ParameterizedTest
	@EnumSource
	void nobodyNoticesButNewClients(Served served) throws Exception {
		try (TestServer server = start(served)) {
			List<Client> kept = new ArrayList<>();
			for (int i = 0; i < KEPT; i++) {
				kept.add(connect(server, i));
			}
			long begin = System.nanoTime();
			List<Thread> clients = new ArrayList<>();
			for (Client each : kept) {
				clients.add(start(() -> keepAsking(each)));
			}
			for (int i = 0; i < COMING; i++) {
				clients.add(start(() -> keepComing(server)));
			}
			for (int i = 1; i <= ROTATIONS; i++) {
				int asked = i * (REQUESTS / (ROTATIONS + 1));
				Await.until(() -> this.requests.get() >= asked || !this.failures.isEmpty(), asked + " requests");
				renew(server, this.issues.get(i % 2));
			}
			clients.forEach(Await::end);
			double seconds = (System.nanoTime() - begin) / 1e9;
			assertThat(this.failures).isEmpty();
			assertThat(this.requests).hasValue(REQUESTS);
			assertThat(this.handshakes).hasValue(HANDSHAKES);
			for (Client each : kept) {
				each.close();
			}
			server.awaitQuiet();
			assertThat(server.server().statistics().accepted()).isEqualTo(KEPT + HANDSHAKES + ROTATIONS);
			assertThat(server.server().statistics().closed(CloseReason.PEER_CLOSED))
				.isEqualTo(KEPT + HANDSHAKES + ROTATIONS);
			tell(served, seconds);
		}
	}

	/**
	 * What the machine made of it: a busy one is late, and says anything.
	 */
	private void tell(Served served, double seconds) {
		List<Long> sorted = this.waits.stream().sorted().toList();
		System.getLogger(getClass().getName())
			.log(System.Logger.Level.INFO,
					"{0}: {1} rotations, {2} requests ({3}/s) on {4} kept connections, {5} new handshakes ({6}/s), "
							+ "no failure; answers: median {7} us, 99th percentile {8} us, longest {9} us",
					served, ROTATIONS, REQUESTS, Math.round(REQUESTS / seconds), KEPT, HANDSHAKES,
					Math.round(HANDSHAKES / seconds), sorted.get(REQUESTS / 2) / 1000,
					sorted.get(REQUESTS * 99 / 100) / 1000, sorted.get(REQUESTS - 1) / 1000);
	}

	@ParameterizedTest
	@EnumSource
	void aCertificateThatCannotBeReadIsNoticedByNewClientsOnly(Served served) throws Exception {
		try (LogLines log = LogLines.warnings(); TestServer server = start(served); Client kept = connect(server, 0)) {
			assertThat(kept.ask("before")).isEqualTo("BEFORE");
			this.source = () -> {
				throw new IllegalStateException("the file is cut short");
			};
			assertThatExceptionOfType(IOException.class).isThrownBy(() -> connect(server, 1));
			TlsTests.assertClosed(server, CloseReason.HANDSHAKE_FAILED);
			Await.until(() -> log.of(server).stream().anyMatch((line) -> line.contains("the file is cut short")),
					"a line in the log");
			assertThat(kept.ask("meanwhile")).isEqualTo("MEANWHILE");
			this.source = () -> this.current.context();
			renew(server, this.issues.get(1));
			assertThat(kept.ask("after")).isEqualTo("AFTER");
		}
	}

	private TestServer start(Served served) {
		MessageService<String, String> service = MessageService.of(Framing.line(8192),
				Codec.string(StandardCharsets.UTF_8), (connection, message) -> message.toUpperCase(Locale.ROOT));
		return TestServer.with(served.mixIn())
			.options((options) -> options.withTls(TlsOptions.of(() -> this.source.get())))
			.start(service);
	}

	/**
	 * Puts a certificate in place of the other: whoever comes after that must see it.
	 */
	private void renew(TestServer server, Issue next) throws IOException {
		this.current = next;
		try (Client visitor = connect(server, 0)) {
			assertThat(visitor.ask("who")).isEqualTo("WHO");
			assertThat(serial(visitor)).isEqualTo(next.serial());
		}
	}

	private Thread start(Task task) {
		Thread thread = new Thread(() -> {
			try {
				task.run();
			}
			catch (Exception | AssertionError ex) {
				this.failures.add(ex);
			}
		});
		thread.start();
		return thread;
	}

	private void keepAsking(Client kept) throws Exception {
		steadily(REQUESTS_EACH, (i) -> {
			long begin = System.nanoTime();
			assertThat(kept.ask("request " + i)).isEqualTo("REQUEST " + i);
			this.waits.add(System.nanoTime() - begin);
			this.requests.incrementAndGet();
		});
	}

	private void keepComing(TestServer server) throws Exception {
		steadily(HANDSHAKES_EACH, (i) -> {
			Issue before = this.current;
			try (Client visitor = connect(server, i)) {
				assertThat(visitor.ask("visit " + i)).isEqualTo("VISIT " + i);
				assertThat(serial(visitor)).isIn(before.serial(), this.current.serial());
				this.handshakes.incrementAndGet();
			}
		});
	}

	/**
	 * Keeps to a schedule: who is late catches up.
	 */
	private void steadily(int times, Step step) throws Exception {
		long begin = System.nanoTime();
		for (int i = 0; i < times && this.failures.isEmpty(); i++) {
			long due = begin + i * (SECONDS * 1_000_000_000L / times);
			for (long left; (left = due - System.nanoTime()) > 0;) {
				LockSupport.parkNanos(left);
			}
			step.take(i);
		}
	}

	private Client connect(TestServer server, int number) throws IOException {
		return Client.secure(server.server().serverAddress(), this.client,
				TlsTests.version((number % 2 == 0) ? "TLSv1.3" : "TLSv1.2"));
	}

	private static BigInteger serial(Client client) throws IOException {
		return ((X509Certificate) client.tls().getSession().getPeerCertificates()[0]).getSerialNumber();
	}

	private Issue issue(String name) {
		return new Issue(new TlsContext(this.certificates.context(name)),
				this.certificates.certificate(name).getSerialNumber());
	}

	/**
	 * A certificate of the host.
	 */
	private record Issue(TlsContext context, BigInteger serial) {
	}

	/**
	 * What a client does.
	 */
	@FunctionalInterface
	private interface Task {

		void run() throws Exception;

	}

	/**
	 * A part of it.
	 */
	@FunctionalInterface
	private interface Step {

		void take(int number) throws Exception;

	}

}
