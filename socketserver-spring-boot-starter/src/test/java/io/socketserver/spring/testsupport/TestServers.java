package io.socketserver.spring.testsupport;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

import io.socketserver.BaseServer;
import io.socketserver.ServerOptions;
import io.socketserver.TcpServer;
import io.socketserver.mixin.OverflowPolicy;
import io.socketserver.mixin.PoolingMixIn;
import io.socketserver.mixin.ThreadingMixIn;
import io.socketserver.request.ConnectionState;
import io.socketserver.request.MixIn;
import io.socketserver.request.StreamRequestHandler;
import io.socketserver.spring.SocketServers;

/**
 * Two line servers on any free port, {@code echo} with threads and {@code pooled} with a
 * pool of 2, which are closed with the context. They answer in capitals; {@code hold}
 * only after {@link #release()}, {@code fail} with an exception.
 */
public final class TestServers implements AutoCloseable {

	private final List<BaseServer> all;

	private volatile CountDownLatch held = new CountDownLatch(1);

	public TestServers() {
		this.all = List.of(server("echo", 100, new ThreadingMixIn()),
				server("pooled", 50, new PoolingMixIn(2, 8, OverflowPolicy.WAIT)));
	}

	private BaseServer server(String name, int maxConnections, MixIn mixIn) {
		ServerOptions options = ServerOptions.DEFAULT.withName(name)
			.withMaxConnections(maxConnections)
			.withDrainTimeout(Duration.ofSeconds(20));
		return new TcpServer(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), LineHandler::new, options,
				mixIn);
	}

	public SocketServers servers() {
		return new SocketServers(this.all);
	}

	public BaseServer echo() {
		return this.all.get(0);
	}

	public BaseServer pooled() {
		return this.all.get(1);
	}

	/**
	 * How many threads of the pool are at work.
	 */
	public int pooledThreads() {
		return pooled().mixIns()
			.stream()
			.filter(PoolingMixIn.class::isInstance)
			.mapToInt((pool) -> ((PoolingMixIn) pool).activeThreads())
			.sum();
	}

	/**
	 * All serve, none is paused, no connection is left of an earlier test.
	 */
	public TestServers start() {
		release();
		this.held = new CountDownLatch(1);
		this.all.forEach((server) -> {
			if (server.connections().count() > 0 || server.isDraining()) {
				server.close(Duration.ZERO);
			}
			server.resume();
			server.start();
		});
		return this;
	}

	public void release() {
		this.held.countDown();
	}

	@Override
	public void close() {
		release();
		this.all.forEach((server) -> server.close(Duration.ZERO));
	}

	/**
	 * Waits until a server's handlers have nothing to do: an answer reaches its client
	 * before the server has counted it.
	 */
	public static void awaitIdle(BaseServer server) throws InterruptedException {
		await(() -> server.connections().all().stream().allMatch((one) -> one.state() == ConnectionState.IDLE));
	}

	/**
	 * Waits until something is so, at most 20 seconds.
	 */
	public static void await(BooleanSupplier condition) throws InterruptedException {
		long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
		CountDownLatch never = new CountDownLatch(1);
		while (!condition.getAsBoolean()) {
			if (System.nanoTime() - deadline > 0) {
				throw new AssertionError("Not within 20 seconds");
			}
			if (never.await(5, TimeUnit.MILLISECONDS)) {
				return;
			}
		}
	}

	private final class LineHandler extends StreamRequestHandler {

		@Override
		public void handle() throws IOException, InterruptedException {
			for (String line; (line = rfile().readLine()) != null;) {
				if (line.equals("fail")) {
					throw new IllegalStateException("asked for");
				}
				if (line.equals("hold") && !TestServers.this.held.await(20, TimeUnit.SECONDS)) {
					throw new IllegalStateException("never released");
				}
				wfile().println(line.toUpperCase(Locale.ROOT));
			}
		}

	}

}
