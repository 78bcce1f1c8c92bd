package io.socketserver.system;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/**
 * A connection to a server that answers each line with that line.
 */
final class LineClient implements AutoCloseable {

	private static final int TIMEOUT_MILLIS = 20_000;

	private final Socket socket = new Socket();

	LineClient(int port) throws IOException {
		try {
			this.socket.setSoTimeout(TIMEOUT_MILLIS);
			this.socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), TIMEOUT_MILLIS);
		}
		catch (IOException ex) {
			this.socket.close();
			throw ex;
		}
	}

	void send(String line) throws IOException {
		this.socket.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
	}

	/**
	 * The next line.
	 * @return without its end; what there is if the server ends it
	 * @throws IOException if the connection was reset, or nothing comes
	 */
	String receive() throws IOException {
		InputStream input = this.socket.getInputStream();
		StringBuilder line = new StringBuilder();
		for (int read; (read = input.read()) >= 0 && read != '\n';) {
			line.append((char) read);
		}
		return line.toString();
	}

	String ask(String line) throws IOException {
		send(line);
		return receive();
	}

	/**
	 * Whether an answer has begun to arrive.
	 */
	boolean isAnswered() {
		try {
			return this.socket.getInputStream().available() > 0;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	@Override
	public void close() {
		try {
			this.socket.close();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
