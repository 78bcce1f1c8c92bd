package io.socketserver.support;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;

import org.junit.jupiter.api.Assumptions;

import io.socketserver.BaseServer;
import io.socketserver.ServerOptions;
import io.socketserver.TcpServer;
import io.socketserver.mixin.LimitingMixIn;
import io.socketserver.request.MixIn;
import io.socketserver.request.RequestHandlerFactory;

/**
 * A server under test, of this machine only. Closing it fails if it leaves a connection,
 * a permit or a thread behind.
 */
public final class TestServer implements AutoCloseable {

	private static final AtomicInteger numbers = new AtomicInteger();

	private final Transport transport;

	private final BaseServer server;

	private final Trace trace;

	private final List<Client> clients = new ArrayList<>();

	private TestServer(Transport transport, BaseServer server, Trace trace) {
		this.transport = transport;
		this.server = server;
		this.trace = trace;
	}

	/**
	 * Sets up a server over a transport, with a strategy.
	 * @param lane both
	 * @return what to finish with {@link Setup#start}
	 */
	public static Setup with(Lane lane) {
		boolean forking = lane.strategy() == Strategy.FORK;
		Setup setup = new Setup(lane.transport(), forking ? new MixIn[0] : lane.mixIns());
		setup.forking = forking;
		return setup;
	}

	/**
	 * Sets up a server with a strategy.
	 * @param strategy the strategy
	 * @return what to finish with {@link Setup#start}
	 */
	public static Setup with(Strategy strategy) {
		return with(new Lane(Transport.TCP, strategy));
	}

	/**
	 * Sets up a server with certain mix-ins.
	 * @param mixIns the mix-ins
	 * @return what to finish with {@link Setup#start}
	 */
	public static Setup with(MixIn... mixIns) {
		return new Setup(Transport.TCP, mixIns);
	}

	/**
	 * The names of threads that are alive and belong to a server.
	 * @param serverName the server's name
	 * @return names of platform threads
	 */
	public static List<String> threads(String serverName) {
		return Thread.getAllStackTraces()
			.keySet()
			.stream()
			.map(Thread::getName)
			.filter((name) -> name.startsWith("socketserver-" + serverName + "-"))
			.toList();
	}

	public BaseServer server() {
		return this.server;
	}

	/**
	 * The port of a TCP server.
	 * @return the port
	 */
	public int port() {
		return ((TcpServer) this.server).port();
	}

	public Trace trace() {
		return this.trace;
	}

	/**
	 * Connects a client, which is closed with the server.
	 * @return the client
	 * @throws IOException if it cannot
	 */
	public Client connect() throws IOException {
		return connect(0);
	}

	/**
	 * Connects a client that does not receive much ahead.
	 * @param receiveBuffer bytes, or 0 for the kernel's choice
	 * @return the client
	 * @throws IOException if it cannot
	 */
	public Client connect(int receiveBuffer) throws IOException {
		Client client = this.transport.connect(this.server.serverAddress(), receiveBuffer);
		synchronized (this.clients) {
			this.clients.add(client);
		}
		return client;
	}

	/**
	 * Connects a client that speaks TLS, and is closed with the server.
	 * @param context whom it trusts, and who it is
	 * @param change what else it asks for
	 * @return the client, after its handshake
	 * @throws IOException if there is no agreement
	 */
	public Client connect(SSLContext context, Consumer<SSLParameters> change) throws IOException {
		Client client = Client.secure(this.server.serverAddress(), context, change);
		synchronized (this.clients) {
			this.clients.add(client);
		}
		return client;
	}

	/**
	 * Waits until every request has ended.
	 */
	public void awaitQuiet() {
		Await.until(() -> this.server.connections().count() == 0 && this.trace.isBalanced(),
				"the end of all requests: " + this.server.connections().all());
	}

	@Override
	public void close() throws IOException {
		synchronized (this.clients) {
			for (Client client : this.clients) {
				client.close();
			}
		}
		this.server.close(Duration.ofSeconds(5));
		checkNothingIsLeft();
	}

	private void checkNothingIsLeft() {
		Await.until(() -> this.server.connections().count() == 0,
				"no connection left: " + this.server.connections().all());
		Await.until(this.trace::isBalanced, "each request shut down and closed once");
		this.server.mixIns()
			.stream()
			.filter(LimitingMixIn.class::isInstance)
			.map(LimitingMixIn.class::cast)
			.forEach((limit) -> Await.until(() -> limit.activeRequests() == 0, "all permits given back"));
		Await.until(() -> threads(this.server.name()).isEmpty(), "no thread left: " + threads(this.server.name()));
	}

	/**
	 * A server that is being set up.
	 */
	public static final class Setup {

		private final Transport transport;

		private final List<MixIn> mixIns = new ArrayList<>();

		private final Trace trace = new Trace();

		private boolean forking;

		private ServerOptions options = ServerOptions.DEFAULT.withName("t" + numbers.incrementAndGet())
			.withDrainTimeout(Duration.ofSeconds(10))
			.withLingerTimeout(Duration.ofSeconds(1));

		private Setup(Transport transport, MixIn... mixIns) {
			this.transport = transport;
			this.mixIns.add(this.trace);
			this.mixIns.addAll(List.of(mixIns));
		}

		public Setup options(UnaryOperator<ServerOptions> change) {
			this.options = change.apply(this.options);
			return this;
		}

		/**
		 * Lays mix-ins over the strategy's, under the {@link Trace}.
		 * @param more the mix-ins
		 * @return this
		 */
		public Setup over(MixIn... more) {
			this.mixIns.addAll(1, List.of(more));
			return this;
		}

		/**
		 * Makes the server.
		 * @param handlers its handlers
		 * @return the server, not bound
		 */
		public TestServer create(RequestHandlerFactory handlers) {
			Assumptions.assumeFalse(this.forking, "a worker process cannot be given this test's handlers");
			return new TestServer(this.transport, this.transport.server(handlers, this.options, this.mixIns),
					this.trace);
		}

		public TestServer start(RequestHandlerFactory handlers) {
			TestServer created = create(handlers);
			created.server().start();
			return created;
		}

		public TestServer start(Script script) {
			if (this.forking) {
				this.forking = false;
				this.mixIns.add(ScriptWorker.forking(script));
			}
			return start(Script.handlers(script));
		}

	}

}
