package io.socketserver.spring.diagnostics;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.UnresolvedAddressException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;

import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.mock.env.MockEnvironment;

import io.socketserver.BindFailedException;
import io.socketserver.ServerOptions;
import io.socketserver.UnixStreamServer;

import static org.assertj.core.api.Assertions.assertThat;

class BindFailureAnalyzerTests {

	private static final InetSocketAddress ADDRESS = new InetSocketAddress(InetAddress.getLoopbackAddress(), 23);

	private final MockEnvironment environment = new MockEnvironment();

	@TempDir
	Path directory;

	@Test
	void aPortInUse() {
		this.environment.setProperty("socketserver.servers.echo.concurrency", "pool");
		FailureAnalysis analysis = analyze("echo", ADDRESS, new BindException("Address already in use"));
		assertThat(analysis.getDescription()).contains("'echo'", ":23", "already in use");
		assertThat(analysis.getAction()).contains("listens on port 23", "socketserver.servers.echo.port");
	}

	@Test
	void anAddressOfNoInterface() {
		FailureAnalysis analysis = analyze("default", ADDRESS, new BindException("Cannot assign requested address"));
		assertThat(analysis.getDescription()).contains("'default'", "no network interface");
		assertThat(analysis.getAction()).startsWith("Set socketserver.address to");
	}

	@Test
	void noPermission() {
		this.environment.setProperty("socketserver.name", "telnet");
		FailureAnalysis analysis = analyze("telnet", ADDRESS, new BindException("Permission denied"));
		assertThat(analysis.getDescription()).contains("'telnet'", ":23", "no permission");
		assertThat(analysis.getAction()).startsWith("Set socketserver.port to a port above 1023");
	}

	@Test
	void aHostThatDoesNotExist() {
		FailureAnalysis analysis = analyze("mine", InetSocketAddress.createUnresolved("nowhere", 7007),
				new UnresolvedAddressException());
		assertThat(analysis.getDescription()).contains("'mine'", "nowhere:7007", "cannot be resolved");
		assertThat(analysis.getAction()).contains("the address of the server bean 'mine'");
	}

	@Test
	void anythingElse() {
		FailureAnalysis analysis = analyze("default", ADDRESS, new IOException("Too many open files"));
		assertThat(analysis.getDescription()).contains("'default'", "Too many open files");
		assertThat(analysis.getAction()).contains("socketserver.address", "socketserver.port");
	}

	@Test
	void aUnixSocketInUse() throws Exception {
		this.environment.setProperty("socketserver.servers.console.unix-path", "x");
		Path path = this.directory.resolve("a.sock");
		try (ServerSocketChannel other = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
			other.bind(UnixDomainSocketAddress.of(path));
			FailureAnalysis analysis = analyze("console", path);
			assertThat(analysis.getDescription()).contains("'console'", path.toString(), "already");
			assertThat(analysis.getAction()).contains("listens on " + path,
					"set socketserver.servers.console.unix-path to another path");
		}
	}

	@Test
	void aPathThatIsTooLong() {
		Path path = this.directory.resolve("x".repeat(120));
		assertThat(analyze("default", path).getAction()).startsWith("Set socketserver.unix-path to a shorter path");
	}

	@Test
	void aDirectoryThatDoesNotExist() {
		assertThat(analyze("default", this.directory.resolve("run/a.sock")).getAction())
			.startsWith("Create the directory " + this.directory.resolve("run"));
	}

	@Test
	void somethingElseAtThePath() throws Exception {
		Path path = Files.writeString(this.directory.resolve("a.txt"), "precious");
		assertThat(analyze("default", path).getAction()).startsWith("Move " + path + " away");
		assertThat(path).hasContent("precious");
	}

	/**
	 * Of a server that cannot be bound.
	 */
	private FailureAnalysis analyze(String name, Path path) {
		UnixStreamServer server = new UnixStreamServer(path, () -> {
			throw new IllegalStateException("no handler");
		}, ServerOptions.DEFAULT.withName(name));
		BindFailedException failure = Assertions.catchThrowableOfType(BindFailedException.class, server::bind);
		return Objects.requireNonNull(new BindFailureAnalyzer(this.environment).analyze(failure));
	}

	private FailureAnalysis analyze(String server, SocketAddress address, Exception cause) {
		RuntimeException failure = new IllegalStateException(new BindFailedException(server, address, cause));
		return Objects.requireNonNull(new BindFailureAnalyzer(this.environment).analyze(failure));
	}

}
