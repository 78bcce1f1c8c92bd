package io.socketserver.spring.testsupport;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

import org.jspecify.annotations.Nullable;

import io.socketserver.BaseServer;
import io.socketserver.TcpServer;

/**
 * A client of a line server, which never waits longer than 20 seconds.
 */
public final class TestClient implements AutoCloseable {

	private final Socket socket;

	private final BufferedReader reader;

	public TestClient(BaseServer server) throws IOException {
		this.socket = new Socket(InetAddress.getLoopbackAddress(), ((TcpServer) server).port());
		this.socket.setSoTimeout((int) Duration.ofSeconds(20).toMillis());
		this.reader = new BufferedReader(
				new InputStreamReader(this.socket.getInputStream(), StandardCharsets.US_ASCII));
	}

	public TestClient send(String line) throws IOException {
		return sendPart(line + "\n");
	}

	public TestClient sendPart(String text) throws IOException {
		this.socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
		return this;
	}

	/**
	 * The next line, or null at the end of the stream.
	 */
	public @Nullable String read() throws IOException {
		return this.reader.readLine();
	}

	/**
	 * Sends a line, and answers the server's.
	 */
	public @Nullable String ask(String line) throws IOException {
		return send(line).read();
	}

	public int port() {
		return this.socket.getLocalPort();
	}

	public void timeout(Duration value) throws IOException {
		this.socket.setSoTimeout((int) value.toMillis());
	}

	@Override
	public void close() throws IOException {
		this.socket.close();
	}

}
