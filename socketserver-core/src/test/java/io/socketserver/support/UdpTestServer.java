package io.socketserver.support;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;

import org.junit.jupiter.api.Assumptions;

import io.socketserver.ServerOptions;
import io.socketserver.UdpOptions;
import io.socketserver.UdpServer;
import io.socketserver.request.MixIn;
import io.socketserver.request.RequestHandlerFactory;

/**
 * A UDP server under test, on a free port of the loopback interface. Closing it fails if
 * it leaves a request or a thread behind.
 */
public final class UdpTestServer implements AutoCloseable {

	private static final AtomicInteger numbers = new AtomicInteger();

	private final UdpServer server;

	private final Trace trace;

	private final List<UdpClient> clients = new ArrayList<>();

	private UdpTestServer(UdpServer server, Trace trace) {
		this.server = server;
		this.trace = trace;
	}

	public static Setup with(Strategy strategy) {
		boolean forking = strategy == Strategy.FORK;
		Setup setup = new Setup(forking ? new MixIn[0] : strategy.mixIns());
		setup.forking = forking;
		return setup;
	}

	public static Setup with(MixIn... mixIns) {
		return new Setup(mixIns);
	}

	public UdpServer server() {
		return this.server;
	}

	public Trace trace() {
		return this.trace;
	}

	/**
	 * A client, which is closed with the server.
	 * @return the client
	 * @throws IOException if it has no port
	 */
	public UdpClient client() throws IOException {
		UdpClient client = UdpClient.of(this.server.serverAddress());
		this.clients.add(client);
		return client;
	}

	/**
	 * Waits until every request has ended.
	 */
	public void awaitQuiet() {
		Await.until(() -> this.server.connections().datagramsInFlight() == 0 && this.trace.isBalanced(),
				"the end of all requests");
	}

	@Override
	public void close() {
		this.clients.forEach(UdpClient::close);
		this.server.close(Duration.ofSeconds(5));
		awaitQuiet();
		Await.until(() -> this.server.connections().inFlight() == 0, "no session left");
		Await.until(() -> TestServer.threads(this.server.name()).isEmpty(),
				"no thread left: " + TestServer.threads(this.server.name()));
	}

	/**
	 * A server that is being set up.
	 */
	public static final class Setup {

		private final List<MixIn> mixIns = new ArrayList<>();

		private final Trace trace = new Trace();

		private InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

		private boolean traced = true;

		private boolean forking;

		// Most handlers here answer at length.
		private ServerOptions options = ServerOptions.DEFAULT.withName("u" + numbers.incrementAndGet())
			.withDrainTimeout(Duration.ofSeconds(10))
			.withUdp(UdpOptions.DEFAULT.withMaxAmplification(0));

		private Setup(MixIn... mixIns) {
			this.mixIns.addAll(List.of(mixIns));
		}

		public Setup options(UnaryOperator<ServerOptions> change) {
			this.options = change.apply(this.options);
			return this;
		}

		public Setup udp(UnaryOperator<UdpOptions> change) {
			return options((all) -> all.withUdp(change.apply(all.udp())));
		}

		public Setup address(InetSocketAddress value) {
			this.address = value;
			return this;
		}

		/**
		 * Leaves the {@link Trace} out, which keeps something of each request.
		 * @return this
		 */
		public Setup untraced() {
			this.traced = false;
			return this;
		}

		public UdpTestServer create(RequestHandlerFactory handlers) {
			Assumptions.assumeFalse(this.forking, "a worker process cannot be given this test's handlers");
			if (this.traced) {
				this.mixIns.add(0, this.trace);
			}
			return new UdpTestServer(
					new UdpServer(this.address, handlers, this.options, this.mixIns.toArray(MixIn[]::new)), this.trace);
		}

		public UdpTestServer start(RequestHandlerFactory handlers) {
			UdpTestServer created = create(handlers);
			created.server().start();
			return created;
		}

		public UdpTestServer start(PacketScript script) {
			if (this.forking) {
				this.forking = false;
				this.mixIns.add(ScriptWorker.forking(script));
			}
			return start(PacketScript.handlers(script));
		}

	}

}
