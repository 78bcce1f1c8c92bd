package io.socketserver;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

import io.socketserver.request.AttributeKey;
import io.socketserver.request.CloseReason;
import io.socketserver.request.Connection;
import io.socketserver.request.ConnectionClosedException;
import io.socketserver.request.ConnectionState;
import io.socketserver.request.Request;
import io.socketserver.request.RequestOutcome;
import io.socketserver.request.ServerListener;
import io.socketserver.request.Wire;
import io.socketserver.support.Await;
import io.socketserver.support.Client;
import io.socketserver.support.Client.End;
import io.socketserver.support.Script;
import io.socketserver.support.Strategy;
import io.socketserver.support.TestServer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What an operator sees of connections, and does to them.
 */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ConnectionTests {

	private static final AttributeKey<String> USER = AttributeKey.of("user", String.class);

	private final CountDownLatch go = new CountDownLatch(1);

	private final CompletableFuture<Throwable> thrown = new CompletableFuture<>();

	@ParameterizedTest
	@EnumSource(mode = Mode.EXCLUDE, names = "FORK") // Attributes stay in the worker.
	void knowsAddressesTimesAndAttributes(Strategy strategy) throws Exception {
		try (TestServer server = TestServer.with(strategy).start((handler) -> {
			handler.stream().attribute(USER, handler.line());
			handler.out().println("ok");
			handler.line();
		})) {
			Instant before = Instant.now();
			Client client = server.connect();
			assertThat(client.ask("ann")).isEqualTo("ok");
			Connection connection = server.trace().request();
			assertThat(connection.id()).isEqualTo(server.server().name() + "-1");
			assertThat(connection.clientAddress()).isEqualTo(client.address());
			assertThat(connection.localAddress())
				.isEqualTo((InetSocketAddress) client.socket().getRemoteSocketAddress());
			assertThat(connection.acceptedAt()).isBetween(before.minusSeconds(1), Instant.now().plusSeconds(1));
			assertThat(connection.attribute(USER)).contains("ann");
			Duration idleTime = connection.idleTime();
			assertThat(connection.age()).isPositive().isGreaterThanOrEqualTo(idleTime);
			connection.attribute(USER, null);
			assertThat(connection.attribute(USER)).isEmpty();
			assertThat(connection.server()).isSameAs(server.server());
		}
	}

	@ParameterizedTest
	@EnumSource
	void countsBytesAndRequests(Strategy strategy) throws Exception {
		try (TestServer server = TestServer.with(strategy).start(Script.UPPER)) {
			Client client = server.connect().send("one\ntwo\nthree\n");
			for (String answer : new String[] { "ONE", "TWO", "THREE" }) {
				assertThat(client.readLine()).isEqualTo(answer);
			}
			Connection connection = server.trace().request();
			Await.until(() -> connection.state() == ConnectionState.IDLE, "an idle connection");
			assertThat(connection.bytesIn()).isEqualTo(14);
			assertThat(connection.bytesOut()).isEqualTo(14);
			assertThat(connection.requests()).isEqualTo(3);
			assertThat(client.ask("four")).isEqualTo("FOUR");
			client.close();
			server.awaitQuiet();
			assertThat(connection.requests()).isEqualTo(4);
			assertThat(server.server().statistics().requests()).isEqualTo(4);
			assertThat(server.server().statistics().bytesIn()).isEqualTo(19);
			assertThat(server.server().statistics().bytesOut()).isEqualTo(19);
			assertThat(server.server().statistics().accepted()).isOne();
		}
	}

	@ParameterizedTest
	@EnumSource
	void tellsItsState(Strategy strategy) throws Exception {
		try (TestServer server = TestServer.with(strategy).start((handler) -> {
			handler.line();
			Await.latch(this.go, "the look");
			handler.out().println("done");
			handler.line();
		})) {
			Client client = server.connect();
			Connection connection = server.trace().request();
			Await.until(() -> connection.state() == ConnectionState.IDLE, "a wait for a request");
			client.send("hal");
			Await.until(() -> connection.state() == ConnectionState.READING, "a wait for the rest");
			client.send("f\n");
			Await.until(() -> connection.state() == ConnectionState.RUNNING, "a busy handler");
			this.go.countDown();
			assertThat(client.readLine()).isEqualTo("done");
			Await.until(() -> connection.state() == ConnectionState.IDLE, "a wait for the next request");
			client.close();
			Await.until(() -> connection.state() == ConnectionState.CLOSED, "the end");
		}
	}

	@ParameterizedTest
	@EnumSource
	void isListedAndFoundWhileItIsOpen(Strategy strategy) throws Exception {
		try (TestServer server = TestServer.with(strategy).start(Script.UPPER)) {
			Client client = server.connect();
			assertThat(client.ask("a")).isEqualTo("A");
			String id = server.trace().request().id();
			assertThat(server.server().connections().all()).containsExactly(server.trace().request());
			assertThat(server.server().connections().find(id)).contains(server.trace().request());
			assertThat(server.server().connections().find("1")).isEmpty();
			assertThat(server.server().connections().find("other-1")).isEmpty();
			assertThat(server.server().connections().find(id + "x")).isEmpty();
			client.close();
			server.awaitQuiet();
			assertThat(server.server().connections().find(id)).isEmpty();
			assertThat(server.server().connections().all()).isEmpty();
		}
	}

	@ParameterizedTest
	@EnumSource
	void closingFreesAThreadBlockedInARead(Strategy strategy) throws Exception {
		try (TestServer server = TestServer.with(strategy).start((handler) -> {
			try {
				handler.line();
			}
			catch (Exception ex) {
				this.thrown.complete(ex);
				throw ex;
			}
		})) {
			Client client = server.connect();
			Connection connection = server.trace().request();
			Await.until(() -> connection.state() == ConnectionState.IDLE, "a blocked read");
			assertThat(connection.close(CloseReason.CLOSED_BY_SERVER)).isTrue();
			assertThat(connection.close(CloseReason.IDLE_TIMEOUT)).isFalse();
			assertThat(client.end()).isEqualTo(End.ORDERLY);
			assertThat(this.thrown.join()).isInstanceOfSatisfying(ConnectionClosedException.class,
					(ex) -> assertThat(ex.reason()).isEqualTo(CloseReason.CLOSED_BY_SERVER));
			server.awaitQuiet();
			assertThat(connection.closeReason()).contains(CloseReason.CLOSED_BY_SERVER);
			assertThat(server.server().statistics().closed(CloseReason.CLOSED_BY_SERVER)).isOne();
			assertThat(server.connect().shutdownOutput().readToEnd()).isEmpty();
		}
	}

	@ParameterizedTest
	@EnumSource
	void closingFreesAThreadBlockedInATimedRead(Strategy strategy) throws Exception {
		try (TestServer server = TestServer.with(strategy)
			.options((options) -> options.withReadTimeout(Duration.ofMinutes(1)))
			.start(Script.UPPER)) {
			Client client = server.connect();
			assertThat(client.ask("a")).isEqualTo("A");
			Connection connection = server.trace().request();
			Await.until(() -> connection.state() == ConnectionState.IDLE, "a blocked read");
			connection.close(CloseReason.CLOSED_BY_SERVER);
			assertThat(client.end()).isEqualTo(End.ORDERLY);
			server.awaitQuiet();
			assertThat(server.trace().errors()).singleElement().isInstanceOf(ConnectionClosedException.class);
		}
	}

	@ParameterizedTest
	@EnumSource(mode = Mode.EXCLUDE, names = "FORK") // Its handler has no socket.
	void closingBehindTheLastByteOfAnAnswerIsAnOrderlyEnd(Strategy strategy) throws Exception {
		try (TestServer server = TestServer.with(strategy).start((handler) -> {
			handler.stream().wire(new SlowWire(handler.stream().wire(), this.go));
			handler.out().println(handler.line());
			handler.out().flush();
			handler.line();
		})) {
			Client client = server.connect();
			assertThat(client.ask("all of it")).isEqualTo("all of it");
			// The client has it all, and the handler does not know yet.
			server.trace().request().close(CloseReason.CLOSED_BY_SERVER);
			this.go.countDown();
			assertThat(client.end()).isEqualTo(End.ORDERLY);
			server.awaitQuiet();
		}
	}

	@ParameterizedTest
	@EnumSource
	void closingInTheMidstOfAnAnswerEndsWithAReset(Strategy strategy) throws Exception {
		try (TestServer server = TestServer.with(strategy)
			.start((handler) -> handler.out().write(new byte[32 * 1024 * 1024]))) {
			Client client = server.connect();
			Connection connection = server.trace().request();
			Await.until(() -> connection.state() == ConnectionState.WRITING && connection.bytesOut() > 0
					&& connection.idleTime().toMillis() > 100, "a blocked write");
			connection.close(CloseReason.CLOSED_BY_SERVER);
			server.awaitQuiet();
			assertThat(client.end()).isEqualTo(End.RESET);
		}
	}

	@ParameterizedTest
	@EnumSource
	void closingFreesAThreadBlockedInAWrite(Strategy strategy) throws Exception {
		try (TestServer server = TestServer.with(strategy).start((handler) -> {
			try {
				handler.out().write(new byte[64 * 1024 * 1024]);
			}
			catch (Exception ex) {
				this.thrown.complete(ex);
				throw ex;
			}
		})) {
			Client client = server.connect();
			Connection connection = server.trace().request();
			Await.until(() -> connection.state() == ConnectionState.WRITING && connection.bytesOut() > 0
					&& connection.idleTime().toMillis() > 100, "a blocked write");
			assertThat(connection.close(CloseReason.CLOSED_BY_SERVER)).isTrue();
			assertThat(this.thrown.join()).isInstanceOf(ConnectionClosedException.class);
			server.awaitQuiet();
			assertThat(client.socket().isConnected()).isTrue();
		}
	}

	@ParameterizedTest
	@EnumSource
	void aHandlerMayCloseItsConnection(Strategy strategy) throws Exception {
		try (TestServer server = TestServer.with(strategy).start((handler) -> {
			handler.out().println("bye");
			handler.out().flush();
			handler.stream().close(CloseReason.CLOSED_BY_SERVER);
			handler.line();
		})) {
			assertThat(server.connect().readText()).isEqualTo("bye\n");
			server.awaitQuiet();
			assertThat(server.trace().errors()).singleElement().isInstanceOf(ConnectionClosedException.class);
		}
	}

	@ParameterizedTest
	@EnumSource
	void aClosedConnectionIsResetIfThePeerDoesNotReact(Strategy strategy) throws Exception {
		try (TestServer server = TestServer.with(strategy).start(Script.UPPER)) {
			Client client = server.connect();
			assertThat(client.ask("a")).isEqualTo("A");
			server.trace().request().close(CloseReason.CLOSED_BY_SERVER);
			server.awaitQuiet();
			Await.until(() -> {
				try {
					client.send("still there?\n");
					return false;
				}
				catch (IOException ex) {
					return true;
				}
			}, "a reset");
		}
	}

	@ParameterizedTest
	@EnumSource
	void anExplicitRequestIsNeverIdle(Strategy strategy) throws Exception {
		try (TestServer server = TestServer.with(strategy).start((handler) -> {
			handler.line();
			handler.stream().beginRequest();
			handler.out().println("more?");
			handler.line();
			handler.stream().endRequest();
			handler.line();
		})) {
			Client client = server.connect();
			assertThat(client.ask("begin")).isEqualTo("more?");
			Connection connection = server.trace().request();
			Await.until(() -> connection.state() == ConnectionState.READING, "a request that goes on");
			client.sendLine("end");
			Await.until(() -> connection.state() == ConnectionState.IDLE, "the end of the request");
			assertThat(connection.requests()).isOne();
		}
	}

	@ParameterizedTest
	@EnumSource
	void listenersAreToldOfConnectionsAndRequests(Strategy strategy) throws Exception {
		Events events = new Events();
		try (TestServer server = TestServer.with(strategy).start(Script.UPPER)) {
			server.server().addListener(events);
			server.server().addListener(new ServerListener() {
				@Override
				public void connectionOpened(Connection connection) {
					throw new IllegalStateException("a listener may fail");
				}
			});
			Client client = server.connect().send("one\ntwo\n");
			assertThat(client.readLine()).isEqualTo("ONE");
			assertThat(client.readLine()).isEqualTo("TWO");
			client.close();
			server.awaitQuiet();
			assertThat(events.list).containsExactly("opened", "SUCCESS", "SUCCESS", "closed PEER_CLOSED");
		}
	}

	/**
	 * What a listener was told.
	 */
	private static final class Events implements ServerListener {

		private final List<String> list = new CopyOnWriteArrayList<>();

		@Override
		public void connectionOpened(Connection connection) {
			this.list.add("opened");
		}

		@Override
		public void connectionClosed(Connection connection, CloseReason reason) {
			this.list.add("closed " + reason);
		}

		@Override
		public void requestFinished(Request request, Duration duration, RequestOutcome outcome) {
			this.list.add(outcome.name());
		}

	}

	/**
	 * Comes back from a write only a while after its bytes are gone.
	 */
	private record SlowWire(Wire below, CountDownLatch go) implements Wire {

		@Override
		public int read(ByteBuffer into) throws IOException {
			return this.below.read(into);
		}

		@Override
		public int read(ByteBuffer into, Duration timeout) throws IOException {
			return this.below.read(into, timeout);
		}

		@Override
		public int write(ByteBuffer from) throws IOException {
			int count = this.below.write(from);
			Await.latch(this.go, "the close");
			return count;
		}

		@Override
		public void shutdownOutput() throws IOException {
			this.below.shutdownOutput();
		}

	}

}
