package io.socketserver.tls;

import java.io.IOException;
import java.math.BigInteger;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

import javax.net.ssl.SSLContext;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.socketserver.support.Await;
import io.socketserver.support.Certificates;
import io.socketserver.support.Client;
import io.socketserver.support.Script;
import io.socketserver.support.Strategy;
import io.socketserver.support.TestServer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The certificate is replaced again and again while kept connections ask and new ones
 * come.
 */
@Timeout(120)
class CertificateRotationTests {

	private static final int ROTATIONS = 40;

	private static final int REQUESTS_PER_ROTATION = 250;

	private final Certificates certificates = Certificates.make().add("localhost").add("next");

	private final List<SSLContext> contexts = List.of(this.certificates.context("localhost"),
			this.certificates.context("next"));

	private final AtomicLong requests = new AtomicLong();

	private final AtomicLong handshakes = new AtomicLong();

	private final Set<BigInteger> serials = ConcurrentHashMap.newKeySet();

	private final ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();

	private volatile TlsContext current = new TlsContext(this.contexts.get(0));

	private volatile boolean over;

	@Test
	void nobodyNoticesButNewClients() throws Exception {
		try (TestServer server = TestServer.with(Strategy.THREAD)
			.options((options) -> options.withTls(TlsOptions.of(() -> this.current)))
			.start(Script.UPPER)) {
			List<Thread> clients = new ArrayList<>();
			for (int i = 0; i < 4; i++) {
				clients.add(start(() -> keepAsking(server)));
			}
			clients.add(start(() -> keepConnecting(server)));
			long begin = System.nanoTime();
			rotate();
			double seconds = (System.nanoTime() - begin) / 1e9;
			this.over = true;
			clients.forEach(Await::end);
			assertThat(this.failures).isEmpty();
			assertThat(this.serials).containsExactlyInAnyOrder(
					this.certificates.certificate("localhost").getSerialNumber(),
					this.certificates.certificate("next").getSerialNumber());
			System.getLogger(getClass().getName())
				.log(System.Logger.Level.INFO,
						"{0} rotations, {1} requests ({2}/s) on 4 kept connections, {3} new handshakes, no failure",
						ROTATIONS, this.requests, Math.round(this.requests.get() / seconds), this.handshakes);
		}
	}

	private void rotate() {
		for (int i = 1; i <= ROTATIONS; i++) {
			this.current = new TlsContext(this.contexts.get(i % 2));
			long enough = this.requests.get() + REQUESTS_PER_ROTATION;
			long seen = this.handshakes.get() + 2;
			Await.until(
					() -> !this.failures.isEmpty() || (this.requests.get() >= enough && this.handshakes.get() >= seen),
					"requests and handshakes");
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

	private void keepAsking(TestServer server) throws IOException {
		// The certificate may be the other one's, whose name differs.
		try (Client client = server.connect(this.certificates.anonymous(),
				(parameters) -> parameters.setEndpointIdentificationAlgorithm(""))) {
			while (!this.over) {
				assertThat(client.ask("hello")).isEqualTo("HELLO");
				this.requests.incrementAndGet();
			}
		}
	}

	private void keepConnecting(TestServer server) throws IOException {
		while (!this.over) {
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
	 * What a client does.
	 */
	@FunctionalInterface
	private interface Task {

		void run() throws Exception;

	}

}
