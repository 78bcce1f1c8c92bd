package io.socketserver;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import io.socketserver.BindFailedException.Reason;
import io.socketserver.mixin.ThreadingMixIn;
import io.socketserver.proxy.ProxyProtocol;
import io.socketserver.request.Cidr;
import io.socketserver.request.UnixPeerAddress;
import io.socketserver.support.Await;
import io.socketserver.support.Client;
import io.socketserver.support.Descriptors;
import io.socketserver.support.EveryLane;
import io.socketserver.support.Lane;
import io.socketserver.support.Multiplexed;
import io.socketserver.support.Script;
import io.socketserver.support.TestServer;
import io.socketserver.support.Transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * The file of a {@link UnixStreamServer}, and what clients are called. How it serves is
 * tested with {@link EveryLane}.
 */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class UnixStreamServerTests {

	@TempDir
	Path directory;

	@Test
	void theFileHasExactlyThePermissionsAndGoesWithTheServer() throws Exception {
		for (String permissions : new String[] { "rw-------", "rw-rw----", "rw-rw-rw-", "rwxr-x---" }) {
			UnixStreamServer server = server("a.sock", permissions);
			server.start();
			assertThat(Files.getPosixFilePermissions(path("a.sock")))
				.isEqualTo(PosixFilePermissions.fromString(permissions));
			assertThat(files()).containsExactly("a.sock");
			assertThat(ask("a.sock")).isEqualTo("HELLO");
			server.close();
			assertThat(files()).isEmpty();
		}
	}

	@Test
	void onlyTheOwnerMayConnectByDefault() {
		assertThat(ServerOptions.DEFAULT.unixPermissions()).isEqualTo(PosixFilePermissions.fromString("rw-------"));
	}

	@Test
	void canBeBoundAgain() throws Exception {
		UnixStreamServer server = server("a.sock");
		for (int i = 0; i < 3; i++) {
			server.bind();
			server.start();
			assertThat(ask("a.sock")).isEqualTo("HELLO");
			server.close();
		}
		assertThat(files()).isEmpty();
	}

	@Test
	void keepsTheFileWhileItIsOnlyShutDown() throws Exception {
		try (UnixStreamServer server = server("a.sock")) {
			server.start();
			server.shutdown();
			assertThat(files()).containsExactly("a.sock");
			server.start();
			assertThat(ask("a.sock")).isEqualTo("HELLO");
		}
	}

	@Test
	void takesOverWhatADeadServerLeftBehind() throws Exception {
		leaveStale("a.sock");
		try (UnixStreamServer server = server("a.sock")) {
			server.start();
			assertThat(ask("a.sock")).isEqualTo("HELLO");
			assertThat(files()).containsExactly("a.sock");
		}
	}

	@Test
	void leavesALiveSocketAlone() throws Exception {
		try (UnixStreamServer first = server("a.sock")) {
			first.start();
			BindFailedException failure = failure(server("a.sock"));
			assertThat(failure.reason()).isEqualTo(Reason.IN_USE);
			assertThat(failure).hasMessageContaining("a.sock").hasMessageContaining("another process listens");
			assertThat(ask("a.sock")).isEqualTo("HELLO");
			assertThat(files()).containsExactly("a.sock");
		}
	}

	@Test
	void leavesASocketWithAFullQueueAlone() throws Exception {
		try (ServerSocketChannel other = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
			other.bind(address("a.sock"), 1);
			SocketChannel[] waiting = new SocketChannel[2];
			for (int i = 0; i < waiting.length; i++) {
				waiting[i] = SocketChannel.open(address("a.sock"));
			}
			assertThat(failure(server("a.sock")).reason()).isEqualTo(Reason.IN_USE);
			assertThat(files()).containsExactly("a.sock");
			for (SocketChannel each : waiting) {
				each.close();
			}
		}
	}

	@Test
	void leavesAFileADirectoryAndALinkAlone() throws Exception {
		Files.writeString(path("file"), "precious");
		Files.createDirectory(path("dir"));
		Files.createSymbolicLink(path("link"), path("nowhere"));
		for (String name : new String[] { "file", "dir", "link" }) {
			BindFailedException failure = failure(server(name));
			assertThat(failure.reason()).isEqualTo(Reason.NOT_A_SOCKET);
			assertThat(failure).hasMessageContaining(name).hasMessageContaining("something else");
		}
		assertThat(path("file")).hasContent("precious");
		assertThat(files()).containsExactly("dir", "file", "link");
	}

	@Test
	void leavesAFileAloneThatIsAnothersByNow() throws Exception {
		UnixStreamServer server = server("a.sock");
		server.start();
		Files.delete(path("a.sock"));
		try (UnixStreamServer next = server("a.sock")) {
			next.start();
			server.close();
			assertThat(files()).containsExactly("a.sock");
			assertThat(ask("a.sock")).isEqualTo("HELLO");
		}
	}

	@Test
	void aFileThatSomebodyRemovedIsNoProblem() throws Exception {
		UnixStreamServer server = server("a.sock");
		server.start();
		Files.delete(path("a.sock"));
		server.close();
		assertThat(server.state()).isEqualTo(ServerState.CLOSED);
	}

	/**
	 * Servers that start at the same time over a stale file: one gets it, and keeps it.
	 */
	@Test
	void onlyOneOfManyTakesOver() throws Exception {
		for (int round = 0; round < 20; round++) {
			leaveStale("a.sock");
			UnixStreamServer[] servers = new UnixStreamServer[8];
			Thread[] threads = new Thread[servers.length];
			CountDownLatch go = new CountDownLatch(1);
			for (int i = 0; i < servers.length; i++) {
				UnixStreamServer server = server("a.sock");
				servers[i] = server;
				threads[i] = new Thread(() -> {
					Await.latch(go, "the start");
					BindFailedException failure = catchThrowableOfType(BindFailedException.class, server::start);
					assertThat(failure == null || failure.reason() == Reason.IN_USE).isTrue();
				});
				threads[i].start();
			}
			go.countDown();
			for (Thread thread : threads) {
				Await.end(thread);
			}
			assertThat(Stream.of(servers).filter((server) -> server.state() == ServerState.SERVING)).hasSize(1);
			assertThat(ask("a.sock")).isEqualTo("HELLO");
			Stream.of(servers).forEach(UnixStreamServer::close);
			assertThat(files()).isEmpty();
		}
	}

	@Test
	void saysThatAPathIsTooLong() throws Exception {
		int most = 106 - this.directory.toString().length() - 1;
		try (UnixStreamServer longest = server("x".repeat(most))) {
			longest.start();
			assertThat(ask("x".repeat(most))).isEqualTo("HELLO");
		}
		BindFailedException failure = failure(server("x".repeat(most + 1)));
		assertThat(failure.reason()).isEqualTo(Reason.PATH_TOO_LONG);
		assertThat(failure).hasMessageContaining("107 characters").hasMessageContaining("1 fewer");
		assertThat(files()).isEmpty();
	}

	@Test
	void saysThatADirectoryIsMissing() {
		BindFailedException failure = failure(server("no/such.sock"));
		assertThat(failure.reason()).isEqualTo(Reason.NO_DIRECTORY);
		assertThat(failure).hasMessageContaining(path("no").toString()).hasMessageContaining("create it");
	}

	@Test
	void aFailureLeavesNothingOpen() throws Exception {
		Set<String> before = Descriptors.open();
		Files.writeString(path("file"), "precious");
		for (int i = 0; i < 100; i++) {
			failure(server("file"));
		}
		Descriptors.awaitClosedSince(before);
	}

	@Test
	void acceptsARelativePath() throws Exception {
		Path relative = Path.of("").toAbsolutePath().relativize(path("a.sock").toAbsolutePath());
		try (UnixStreamServer server = new UnixStreamServer(relative, Script.handlers(Script.UPPER))) {
			server.start();
			assertThat(server.path()).isEqualTo(relative);
			assertThat(server.serverAddress()).isEqualTo(UnixDomainSocketAddress.of(relative));
			assertThat(ask("a.sock")).isEqualTo("HELLO");
		}
	}

	@EveryLane
	void clientsAreCalledByTheirUser(Lane lane) throws Exception {
		if (lane.transport() != Transport.UNIX) {
			return;
		}
		try (TestServer server = TestServer.with(lane)
			.start((handler) -> handler.out().println(handler.stream().toString()))) {
			String user = System.getProperty("user.name");
			assertThat(server.connect().readLine()).isEqualTo(server.server().name() + "-1 from unix:" + user);
			assertThat(server.trace().request().localAddress()).isEqualTo(server.server().serverAddress());
			UnixPeerAddress peer = (UnixPeerAddress) server.trace().request().clientAddress();
			assertThat(peer.user()).contains(user);
			assertThat(peer.group()).isPresent();
		}
	}

	/**
	 * Since the file goes before the last look at the kernel's queue, nobody is reset.
	 */
	@Test
	@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
	void whoConnectsWhileItClosesIsServedOrFindsNobody() throws Exception {
		for (int round = 0; round < 50; round++) {
			UnixStreamServer server = server("a.sock", new ThreadingMixIn());
			server.start();
			Thread closer = new Thread(server::close);
			assertThat(ask("a.sock")).isEqualTo("HELLO");
			closer.start();
			boolean found = true;
			while (found) {
				try (Client client = connect("a.sock")) {
					assertThat(client.end()).isEqualTo(Client.End.ORDERLY);
				}
				catch (IOException ex) {
					found = false;
					assertThat(ex).hasMessageContaining("No such file");
				}
			}
			Await.end(closer);
		}
	}

	@ParameterizedTest
	@EnumSource
	void servesMultiplexedHandlers(Multiplexed way) throws Exception {
		try (UnixStreamServer server = new UnixStreamServer(path("a.sock"), Multiplexed.who(), way.mixIn())) {
			server.start();
			for (int i = 0; i < 20; i++) {
				try (Client client = connect("a.sock")) {
					assertThat(client.readLine()).startsWith("unix:");
					assertThat(client.ask("hello")).isEqualTo("HELLO");
				}
			}
		}
		assertThat(files()).isEmpty();
	}

	@Test
	void refusesTheProxyProtocol() {
		ServerOptions options = ServerOptions.DEFAULT
			.withProxyProtocol(ProxyProtocol.requiredFrom(Stream.of("127.0.0.1").map(Cidr::parse).toList()));
		assertThatIllegalArgumentException()
			.isThrownBy(() -> new UnixStreamServer(path("a.sock"), Script.handlers(Script.UPPER), options))
			.withMessageContaining("Unix socket");
	}

	private void leaveStale(String name) throws IOException {
		try (ServerSocketChannel dead = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
			dead.bind(address(name));
		}
		assertThat(files()).contains(name);
	}

	private String ask(String name) throws IOException {
		try (Client client = connect(name)) {
			return client.ask("hello");
		}
	}

	private Client connect(String name) throws IOException {
		return Transport.UNIX.connect(address(name), 0);
	}

	private UnixStreamServer server(String name, ThreadingMixIn... mixIns) {
		return new UnixStreamServer(path(name), Script.handlers(Script.UPPER), ServerOptions.DEFAULT, mixIns);
	}

	private UnixStreamServer server(String name, String permissions) {
		return new UnixStreamServer(path(name), Script.handlers(Script.UPPER),
				ServerOptions.DEFAULT.withUnixPermissions(PosixFilePermissions.fromString(permissions)));
	}

	private static BindFailedException failure(UnixStreamServer server) {
		return catchThrowableOfType(BindFailedException.class, server::bind);
	}

	private UnixDomainSocketAddress address(String name) {
		return UnixDomainSocketAddress.of(path(name));
	}

	private Path path(String name) {
		return this.directory.resolve(name);
	}

	private String[] files() throws IOException {
		try (Stream<Path> all = Files.list(this.directory)) {
			return all.map((each) -> each.getFileName().toString()).sorted().toArray(String[]::new);
		}
	}

}
