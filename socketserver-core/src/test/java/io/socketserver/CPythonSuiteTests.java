package io.socketserver;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import io.socketserver.request.MixIn;
import io.socketserver.request.Request;
import io.socketserver.request.RequestCycle;
import io.socketserver.request.StopServing;
import io.socketserver.support.Await;
import io.socketserver.support.Client;
import io.socketserver.support.Descriptors;
import io.socketserver.support.Script;
import io.socketserver.support.Strategy;
import io.socketserver.support.TestServer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What CPython's own suite checks of a TCP server, in its order and by its numbers. Row
 * 25, the list of public names, is {@code ApiSurfaceTests}. Rows on UDP, Unix sockets and
 * forking wait for those.
 */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class CPythonSuiteTests {

	// Rows 1 and 2; 3 is forking.
	@ParameterizedTest
	@EnumSource
	void row01To03ThreeClientsGetTheirLineBack(Strategy strategy) throws Exception {
		try (TestServer server = TestServer.with(strategy)
			.create(Script.handlers((handler) -> handler.out().println(handler.line())))) {
			server.server().bind();
			assertThat(server.port()).isPositive();
			assertThat(((InetSocketAddress) server.server().serverAddress()).getPort()).isEqualTo(server.port());
			Thread loop = new Thread(server.server()::serveForever);
			loop.start();
			for (int i = 0; i < 3; i++) {
				try (Client client = server.connect()) {
					assertThat(client.ask("hello world")).isEqualTo("hello world");
				}
			}
			server.server().shutdown();
			Await.end(loop);
			server.server().close();
			assertThat(server.server().state()).isEqualTo(ServerState.CLOSED);
			assertThatExceptionOfType(IOException.class).isThrownBy(server::connect);
		}
	}

	@Test
	void row13TwentyServersShutDownRightAfterTheirStart() throws Exception {
		for (int i = 0; i < 20; i++) {
			try (TestServer server = TestServer.with(Strategy.THREAD).create(Script.handlers(Script.UPPER))) {
				Thread loop = new Thread(server.server()::serveForever);
				loop.start();
				server.server().shutdown();
				Await.end(loop);
			}
		}
	}

	@ParameterizedTest
	@EnumSource
	void row14CloseWorksThoughNothingWasServed(Strategy strategy) throws Exception {
		try (TestServer server = TestServer.with(strategy).create(Script.handlers(Script.UPPER))) {
			server.server().bind();
			server.server().close();
			assertThat(server.server().state()).isEqualTo(ServerState.CLOSED);
		}
	}

	@Test
	void row15FailedBindsLeakNoDescriptor() throws Exception {
		try (TestServer occupant = TestServer.with(Strategy.SYNC).start(Script.UPPER)) {
			InetSocketAddress taken = (InetSocketAddress) occupant.server().serverAddress();
			TcpServer server = new TcpServer(taken, Script.handlers(Script.UPPER));
			assertThatExceptionOfType(BindFailedException.class).isThrownBy(server::bind);
			Set<String> before = Descriptors.open();
			for (int i = 0; i < 1024; i++) {
				assertThatExceptionOfType(BindFailedException.class)
					.isThrownBy(() -> new TcpServer(taken, Script.handlers(Script.UPPER)).bind());
			}
			Descriptors.awaitClosedSince(before);
		}
	}

	@Test
	void row16TheEndOfATryBlockClosesTheSocket() throws Exception {
		TcpServer server = new TcpServer(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
				Script.handlers(Script.UPPER));
		try (server) {
			server.bind();
			try (Socket socket = new Socket()) {
				socket.connect(server.serverAddress());
				assertThat(socket.isConnected()).isTrue();
			}
		}
		try (Socket socket = new Socket()) {
			assertThatExceptionOfType(IOException.class).isThrownBy(() -> socket.connect(server.serverAddress()));
		}
	}

	// Row 17 for the synchronous server, row 19 for threads.
	@ParameterizedTest
	@EnumSource
	void row17And19AnExceptionReachesHandleErrorOnce(Strategy strategy) throws Exception {
		try (TestServer server = TestServer.with(strategy).start((handler) -> {
			throw new Exception("bad");
		})) {
			assertThat(server.connect().readToEnd()).isEmpty();
			server.awaitQuiet();
			assertThat(server.trace().calls("handleError")).isOne();
		}
	}

	// Row 18: Python's SystemExit escapes from handle_request; here that returns, and the
	// server ends.
	@Test
	void row18StopServingEndsHandleRequestWithoutHandleError() throws Exception {
		try (TestServer server = TestServer.with(Strategy.SYNC).create(Script.handlers((handler) -> {
			throw new StopServing("exit");
		}))) {
			server.server().bind();
			Client client = server.connect();
			assertThat(server.server().handleRequest()).isTrue();
			assertThat(client.readToEnd()).isEmpty();
			assertThat(server.trace().calls("handleError")).isZero();
			assertThat(server.trace().calls("shutdownRequest")).isOne();
		}
	}

	@ParameterizedTest
	@EnumSource
	void row20StopServingUnderThreadsShutsTheRequestDownWithoutHandleError(Strategy strategy) throws Exception {
		try (TestServer server = TestServer.with(strategy).start((handler) -> {
			throw new StopServing("exit");
		})) {
			assertThat(server.connect().readToEnd()).isEmpty();
			Await.until(() -> server.server().state() == ServerState.STOPPED, "the end of the loop");
			assertThat(server.trace().calls("handleError")).isZero();
			assertThat(server.trace().calls("shutdownRequest")).isOne();
		}
	}

	// Row 23: there are no descriptor numbers here; the channel is the request's.
	@Test
	void row23WfileIsABufferedStreamOfTheRequest() throws Exception {
		CompletableFuture<Boolean> isStream = new CompletableFuture<>();
		try (TestServer server = TestServer.with(Strategy.THREAD).start((handler) -> {
			OutputStream wfile = handler.out();
			wfile.write("buffered".getBytes(StandardCharsets.US_ASCII));
			isStream
				.complete(handler.stream().bytesOut() == 0 && handler.stream().channel().getRemoteAddress() != null);
		})) {
			assertThat(server.connect().readText()).isEqualTo("buffered");
			assertThat(isStream.join()).isTrue();
		}
	}

	// Row 24: a buffered wfile is immediate with flush(); a huge write is never cut.
	@ParameterizedTest
	@EnumSource
	void row24AHugeWriteIsNotTruncated(Strategy strategy) throws Exception {
		int size = 16 * 1024 * 1024 + 1;
		try (TestServer server = TestServer.with(strategy).start((handler) -> {
			handler.out().write(new byte[size]);
			handler.out().flush();
			handler.line();
		})) {
			Client client = server.connect();
			assertThat(client.readExactly(size)).hasSize(size);
			client.sendLine("got it");
			assertThat(client.readToEnd()).isEmpty();
		}
	}

	@ParameterizedTest
	@EnumSource
	void row26ARefusedRequestIsShutDownOnce(Strategy strategy) throws Exception {
		MixIn no = new MixIn() {
			@Override
			public boolean verifyRequest(Request request, RequestCycle next) {
				return false;
			}
		};
		try (TestServer server = TestServer.with(strategy).over(no).start(Script.UPPER)) {
			assertThat(server.connect().readToEnd()).isEmpty();
			server.awaitQuiet();
			assertThat(server.trace().calls("shutdownRequest")).isOne();
			assertThat(server.trace().calls("processRequest")).isZero();
		}
	}

	@ParameterizedTest
	@EnumSource
	void row27TenRequestsRetainFewerThanTenThreads(Strategy strategy) throws Exception {
		List<String> names = new ArrayList<>();
		try (TestServer server = TestServer.with(strategy).start(Script.UPPER)) {
			for (int i = 0; i < 10; i++) {
				try (Client client = server.connect()) {
					assertThat(client.ask("a")).isEqualTo("A");
				}
				server.awaitQuiet();
			}
			if (strategy != Strategy.POOL) {
				Await.until(() -> {
					names.clear();
					names.addAll(TestServer.threads(server.server().name()));
					return names.size() < 10;
				}, "few threads");
			}
			else {
				assertThat(TestServer.threads(server.server().name())).hasSizeLessThanOrEqualTo(16 + 2);
			}
		}
	}

}
