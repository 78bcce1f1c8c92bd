package io.socketserver.spring.diagnostics;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.UnresolvedAddressException;
import java.util.Objects;

import org.junit.jupiter.api.Test;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.mock.env.MockEnvironment;

import io.socketserver.BindFailedException;

import static org.assertj.core.api.Assertions.assertThat;

class BindFailureAnalyzerTests {

	private static final InetSocketAddress ADDRESS = new InetSocketAddress(InetAddress.getLoopbackAddress(), 23);

	private final MockEnvironment environment = new MockEnvironment();

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

	private FailureAnalysis analyze(String server, InetSocketAddress address, Exception cause) {
		RuntimeException failure = new IllegalStateException(new BindFailedException(server, address, cause));
		return Objects.requireNonNull(new BindFailureAnalyzer(this.environment).analyze(failure));
	}

}
