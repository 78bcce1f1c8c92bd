package io.socketserver.tls;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

import javax.net.ssl.SSLContext;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.socketserver.framing.Framing;
import io.socketserver.message.Codec;
import io.socketserver.message.HandlerExecution;
import io.socketserver.message.MessageService;
import io.socketserver.mixin.MultiplexingMixIn;
import io.socketserver.mixin.ThreadingMixIn;
import io.socketserver.request.MixIn;
import io.socketserver.support.Await;
import io.socketserver.support.Certificates;
import io.socketserver.support.Client;
import io.socketserver.support.TestServer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The certificate is replaced again and again while kept connections ask and new ones
 * come. For longer: {@code -Drotation.seconds=60}.
 */
@Timeout(120)
class CertificateRotationTests {

	private static final int SECONDS = Integer.getInteger("rotation.seconds", 1);

	// Together a thousand requests a second, as long as the machine can.
	private static final int KEPT = 4;

	private static final long REQUEST_NANOS = 4_000_000;

	// And twenty handshakes.
	private static final long HANDSHAKE_NANOS = 50_000_000;

	// Whatever the machine's speed, this much has to happen.
	private static final int LEAST_ROTATIONS = 6;

	private final Certificates certificates = Certificates.shared();

	private final List<SSLContext> contexts = List.of(this.certificates.context("localhost"),
			this.certificates.context("other.example"));

	private final AtomicLong requests = new AtomicLong();

	private final AtomicLong handshakes = new AtomicLong();

	private final Set<BigInteger> serials = ConcurrentHashMap.newKeySet();

	private final ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();

	private volatile TlsContext current = new TlsContext(this.contexts.get(0));

	private volatile boolean over;

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void nobodyNoticesButNewClients(boolean multiplexed) throws Exception {
		MixIn strategy = multiplexed ? new MultiplexingMixIn(2, HandlerExecution.loop()) : new ThreadingMixIn();
		MessageService<String, String> service = MessageService.of(Framing.line(8192),
				Codec.string(StandardCharsets.UTF_8), (connection, message) -> message.toUpperCase(Locale.ROOT));
		try (TestServer server = TestServer.with(strategy)
			.options((options) -> options.withTls(TlsOptions.of(() -> this.current)))
			.start(service)) {
			List<Thread> clients = new ArrayList<>();
			for (int i = 0; i < KEPT; i++) {
				clients.add(start(() -> keepAsking(server)));
			}
			clients.add(start(() -> keepConnecting(server)));
			long begin = System.nanoTime();
			int rotations = rotate(begin + SECONDS * 1_000_000_000L);
			double seconds = (System.nanoTime() - begin) / 1e9;
			this.over = true;
			clients.forEach(Await::end);
			assertThat(this.failures).isEmpty();
			assertThat(this.serials).containsExactlyInAnyOrder(
					this.certificates.certificate("localhost").getSerialNumber(),
					this.certificates.certificate("other.example").getSerialNumber());
			System.getLogger(getClass().getName())
				.log(System.Logger.Level.INFO,
						"{0} rotations, {1} requests ({2}/s) on {3} kept connections, {4} new handshakes, no failure",
						rotations, this.requests, Math.round(this.requests.get() / seconds), KEPT, this.handshakes);
		}
	}

	/**
	 * Puts a certificate in place of the other, each time somebody new has seen it.
	 */
	private int rotate(long deadline) {
		int rotations = 0;
		while (this.failures.isEmpty() && (rotations < LEAST_ROTATIONS || System.nanoTime() - deadline < 0)) {
			rotations++;
			this.current = new TlsContext(this.contexts.get(rotations % 2));
			long asked = this.requests.get() + KEPT;
			// The first may have begun before.
			long seen = this.handshakes.get() + 2;
			Await.until(
					() -> !this.failures.isEmpty() || (this.requests.get() >= asked && this.handshakes.get() >= seen),
					"requests and handshakes");
		}
		return rotations;
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

	private void keepAsking(TestServer server) throws IOException {
		// The certificate may be the other one's, whose name differs.
		try (Client client = server.connect(this.certificates.anonymous(),
				(parameters) -> parameters.setEndpointIdentificationAlgorithm(""))) {
			for (long due = System.nanoTime(); !this.over; due += REQUEST_NANOS) {
				waitUntil(due);
				assertThat(client.ask("hello")).isEqualTo("HELLO");
				this.requests.incrementAndGet();
			}
		}
	}

	private void keepConnecting(TestServer server) throws IOException {
		for (long due = System.nanoTime(); !this.over; due += HANDSHAKE_NANOS) {
			waitUntil(due);
			try (Client client = Client.secure(server.server().serverAddress(), this.certificates.anonymous(),
					(parameters) -> parameters.setEndpointIdentificationAlgorithm(""))) {
				assertThat(client.ask("new")).isEqualTo("NEW");
				this.serials
					.add(((X509Certificate) client.tls().getSession().getPeerCertificates()[0]).getSerialNumber());
				this.handshakes.incrementAndGet();
			}
		}
	}

	/**
	 * Keeps to a schedule: who is late catches up.
	 */
	private static void waitUntil(long due) {
		for (long left; (left = due - System.nanoTime()) > 0;) {
			LockSupport.parkNanos(left);
		}
	}

	/**
	 * What a client does.
	 */
	@FunctionalInterface
	private interface Task {

		void run() throws Exception;

	}

}
