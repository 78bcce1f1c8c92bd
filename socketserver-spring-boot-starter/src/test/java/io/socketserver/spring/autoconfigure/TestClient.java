package io.socketserver.spring.autoconfigure;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/**
 * A client that sends lines.
 */
final class TestClient implements AutoCloseable {

	private static final int TIMEOUT_MILLIS = 20_000;

	private final Socket socket;

	private final BufferedReader reader;

	TestClient(int port) throws IOException {
		this.socket = new Socket(InetAddress.getLoopbackAddress(), port);
		this.socket.setSoTimeout(TIMEOUT_MILLIS);
		this.reader = new BufferedReader(new InputStreamReader(this.socket.getInputStream(), StandardCharsets.UTF_8));
	}

	static String ask(int port, String line) throws IOException {
		try (TestClient client = new TestClient(port)) {
			return client.ask(line);
		}
	}

	String ask(String line) throws IOException {
		send(line);
		return readLine();
	}

	void send(String line) throws IOException {
		this.socket.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
	}

	/**
	 * A line, or "(end)".
	 */
	String readLine() throws IOException {
		String line = this.reader.readLine();
		return (line != null) ? line : "(end)";
	}

	@Override
	public void close() throws IOException {
		this.socket.close();
	}

}
