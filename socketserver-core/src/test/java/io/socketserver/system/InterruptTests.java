package io.socketserver.system;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.socketserver.ServerOptions;
import io.socketserver.TcpServer;
import io.socketserver.request.DrainReport;
import io.socketserver.request.RequestHandlerFactory;
import io.socketserver.request.StreamRequestHandler;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Interrupting a thread of the framework may cost the connection it serves, since the JDK
 * closes a channel whose reader is interrupted, and nothing else.
 */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class InterruptTests {

	private static final Duration LIMIT = Duration.ofSeconds(20);

	@ParameterizedTest
	@ValueSource(strings = { "sync", "thread", "pool:4" })
	void aThousandInterruptsOfEveryThreadLeaveTheServerServing(String strategy) throws Exception {
		try (TcpServer server = start(strategy, "interrupted", EchoServerMain.EchoHandler::new)) {
			AtomicBoolean stopped = new AtomicBoolean();
			AtomicInteger served = new AtomicInteger();
			List<Thread> clients = new ArrayList<>();
			for (int i = 0; i < 4; i++) {
				Thread client = new Thread(() -> askUntil(stopped, served, server.port()), "asking");
				client.start();
				clients.add(client);
			}
			int interrupts = 0;
			for (int i = 0; i < 1000; i++) {
				interrupts += interruptAll("socketserver-interrupted");
				// Clients get some way meanwhile.
				Await.pass(Duration.ofNanos(500_000));
			}
			stopped.set(true);
			for (Thread client : clients) {
				client.join(LIMIT.toMillis());
			}
			long passes = server.loopPasses();
			for (int i = 0; i < 20; i++) {
				assertThat(ask(server.port())).isTrue();
			}
			Await.until("connections end", LIMIT, () -> server.connections().count() == 0);
			long after = server.loopPasses() - passes;
			System.out.println("> " + strategy + ": " + interrupts + " interrupts, " + served
					+ " requests served meanwhile, 20 of 20 after, in " + after + " loop passes");
			assertThat(interrupts).isGreaterThanOrEqualTo(1000);
			assertThat(after).isLessThan(1000);
		}
	}

	@Test
	void anInterruptThatAHandlerLeavesBehindDoesNotReachTheNextClient() throws Exception {
		try (TcpServer server = new TcpServer(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
				SelfInterruptingHandler::new)) {
			server.bind();
			// Both are queued, so the loop takes the second right after the first.
			try (LineClient first = new LineClient(server.port()); LineClient second = new LineClient(server.port())) {
				first.send("one");
				second.send("two");
				server.start();
				assertThat(first.receive()).isEqualTo("one");
				assertThat(second.receive()).isEqualTo("two");
			}
		}
	}

	@Test
	void interruptsDoNotCutADrainShort() throws Exception {
		CountDownLatch begun = new CountDownLatch(1);
		CountDownLatch go = new CountDownLatch(1);
		try (TcpServer server = start("thread", "drained", () -> new WaitingHandler(begun, go));
				LineClient client = new LineClient(server.port())) {
			client.send("keep this");
			assertThat(begun.await(20, TimeUnit.SECONDS)).isTrue();
			CompletableFuture<DrainReport> closed = server.closeAsync(Duration.ofSeconds(30));
			Await.until("the drain's thread runs", LIMIT, () -> interruptAll("socketserver-drained-drain") > 0);
			for (int i = 0; i < 1000; i++) {
				interruptAll("socketserver-drained-drain");
				interruptAll("socketserver-drained-loop");
			}
			go.countDown();
			assertThat(client.receive()).isEqualTo("keep this");
			client.close();
			assertThat(closed.get(20, TimeUnit.SECONDS).finished()).isEqualTo(1);
		}
	}

	private static TcpServer start(String strategy, String name, RequestHandlerFactory handlers) {
		TcpServer server = new TcpServer(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), handlers,
				ServerOptions.DEFAULT.withName(name).withDrainTimeout(Duration.ofSeconds(10)),
				ChildServer.mixIns(strategy));
		server.start();
		return server;
	}

	private static int interruptAll(String prefix) {
		Thread[] threads = new Thread[Thread.activeCount() + 100];
		int count = Thread.enumerate(threads);
		int interrupted = 0;
		for (int i = 0; i < count; i++) {
			if (threads[i].getName().startsWith(prefix)) {
				threads[i].interrupt();
				interrupted++;
			}
		}
		return interrupted;
	}

	private static void askUntil(AtomicBoolean stopped, AtomicInteger served, int port) {
		while (!stopped.get()) {
			if (ask(port)) {
				served.incrementAndGet();
			}
		}
	}

	private static boolean ask(int port) {
		try (LineClient client = new LineClient(port)) {
			return client.ask("hello").equals("hello");
		}
		catch (IOException ex) {
			return false;
		}
	}

	/**
	 * Leaves its thread interrupted.
	 */
	static final class SelfInterruptingHandler extends StreamRequestHandler {

		@Override
		public void handle() throws IOException {
			wfile().println(String.valueOf(rfile().readLine()));
			wfile().flush();
			Thread.currentThread().interrupt();
		}

	}

	/**
	 * Says that it has begun, and answers when told to.
	 */
	static final class WaitingHandler extends StreamRequestHandler {

		private final CountDownLatch begun;

		private final CountDownLatch go;

		WaitingHandler(CountDownLatch begun, CountDownLatch go) {
			this.begun = begun;
			this.go = go;
		}

		@Override
		public void handle() throws Exception {
			String line = String.valueOf(rfile().readLine());
			this.begun.countDown();
			assertThat(this.go.await(20, TimeUnit.SECONDS)).isTrue();
			wfile().println(line);
		}

	}

}
