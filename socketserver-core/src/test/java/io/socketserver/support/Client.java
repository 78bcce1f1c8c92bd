package io.socketserver.support;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/**
 * A blocking client that fails instead of waiting for ever.
 */
public final class Client implements AutoCloseable {

	private static final int TIMEOUT_MILLIS = 15_000;

	private final Socket socket;

	// What carries the bytes, encrypted or not.
	private final Socket plain;

	private final InputStream input;

	private Client(Socket socket, Socket plain) throws IOException {
		this.socket = socket;
		this.plain = plain;
		this.input = new BufferedInputStream(socket.getInputStream());
	}

	/**
	 * Connects.
	 * @param server where to
	 * @return the client
	 * @throws IOException if it cannot
	 */
	public static Client connect(SocketAddress server) throws IOException {
		return connect(server, 0);
	}

	/**
	 * Connects with a receive buffer of a certain size.
	 * @param server where to
	 * @param receiveBuffer bytes, or 0 for the kernel's choice
	 * @return the client
	 * @throws IOException if it cannot
	 */
	public static Client connect(SocketAddress server, int receiveBuffer) throws IOException {
		return connect(new Socket(), server, receiveBuffer);
	}

	/**
	 * Connects from a certain address of this machine.
	 * @param from the address; on Linux all of 127.0.0.0/8 are
	 * @param server where to
	 * @return the client
	 * @throws IOException if it cannot
	 */
	public static Client connectFrom(String from, SocketAddress server) throws IOException {
		Socket socket = new Socket();
		socket.bind(new InetSocketAddress(from, 0));
		return connect(socket, server, 0);
	}

	static Client connect(Socket socket, SocketAddress server, int receiveBuffer) throws IOException {
		try {
			if (receiveBuffer > 0) {
				socket.setReceiveBufferSize(receiveBuffer);
			}
			socket.setTcpNoDelay(true);
			socket.setSoTimeout(TIMEOUT_MILLIS);
			socket.connect(server, TIMEOUT_MILLIS);
			return new Client(socket, socket);
		}
		catch (IOException ex) {
			socket.close();
			throw ex;
		}
	}

	/**
	 * Connects, and speaks TLS from the first byte on.
	 * @param server where to
	 * @param context whom to trust, and who to be
	 * @param change what else to ask for
	 * @return the client, after its handshake
	 * @throws IOException if there is no agreement
	 */
	public static Client secure(SocketAddress server, SSLContext context, Consumer<SSLParameters> change)
			throws IOException {
		return connect(server).startTls(context, change);
	}

	/**
	 * Speaks TLS from here on.
	 * @param context whom to trust, and who to be
	 * @param change what else to ask for
	 * @return the client to go on with, after its handshake
	 * @throws IOException if there is no agreement
	 */
	public Client startTls(SSLContext context, Consumer<SSLParameters> change) throws IOException {
		Client secure = layTls(context, change);
		try {
			secure.tls().startHandshake();
			return secure;
		}
		catch (IOException ex) {
			this.socket.close();
			throw ex;
		}
	}

	/**
	 * Speaks TLS from here on, and makes the handshake with the next read or write.
	 * @param context whom to trust, and who to be
	 * @param change what else to ask for
	 * @return the client to go on with
	 * @throws IOException if the connection is lost
	 */
	public Client layTls(SSLContext context, Consumer<SSLParameters> change) throws IOException {
		SSLSocket tls = (SSLSocket) context.getSocketFactory().createSocket(this.socket, "localhost", 0, true);
		SSLParameters parameters = tls.getSSLParameters();
		parameters.setEndpointIdentificationAlgorithm("HTTPS");
		change.accept(parameters);
		tls.setSSLParameters(parameters);
		return new Client(tls, this.socket);
	}

	/**
	 * The socket below TLS.
	 * @return the socket itself without TLS
	 */
	public Socket plain() {
		return this.plain;
	}

	public SSLSocket tls() {
		return (SSLSocket) this.socket;
	}

	public InetSocketAddress address() {
		return (InetSocketAddress) this.socket.getLocalSocketAddress();
	}

	public Socket socket() {
		return this.socket;
	}

	public Client send(byte[] bytes) throws IOException {
		this.socket.getOutputStream().write(bytes);
		return this;
	}

	public Client send(String text) throws IOException {
		return send(text.getBytes(StandardCharsets.UTF_8));
	}

	public Client sendLine(String line) throws IOException {
		return send(line + "\n");
	}

	/**
	 * Sends a line and reads one.
	 * @param line the request
	 * @return the answer, or null at the end
	 * @throws IOException if the connection is lost
	 */
	public String ask(String line) throws IOException {
		return sendLine(line).readLine();
	}

	public int read() throws IOException {
		return this.input.read();
	}

	public String readLine() throws IOException {
		ByteArrayOutputStream line = new ByteArrayOutputStream();
		for (int value; (value = this.input.read()) != '\n';) {
			if (value < 0) {
				return (line.size() > 0) ? line.toString(StandardCharsets.UTF_8) : null;
			}
			line.write(value);
		}
		return line.toString(StandardCharsets.UTF_8);
	}

	public byte[] readExactly(int count) throws IOException {
		return this.input.readNBytes(count);
	}

	public byte[] readToEnd() throws IOException {
		return this.input.readAllBytes();
	}

	public String readText() throws IOException {
		return new String(readToEnd(), StandardCharsets.UTF_8);
	}

	/**
	 * How the server ends the connection; what it still sends is dropped.
	 * @return {@link End#ORDERLY} for an end of stream, {@link End#RESET} for a reset
	 * @throws IOException if something else happens
	 */
	public End end() throws IOException {
		byte[] scratch = new byte[8192];
		try {
			while (this.input.read(scratch) >= 0) {
				// Dropped.
			}
			return End.ORDERLY;
		}
		catch (SocketTimeoutException ex) {
			throw ex;
		}
		catch (SocketException ex) {
			return End.RESET;
		}
	}

	/**
	 * Whether nothing arrives for a while.
	 * @param millis the while
	 * @return false if a byte or the end arrives
	 * @throws IOException if the connection is lost
	 */
	public boolean hearsNothingFor(int millis) throws IOException {
		this.socket.setSoTimeout(millis);
		try {
			this.input.read();
			return false;
		}
		catch (SocketTimeoutException expected) {
			return true;
		}
		finally {
			this.socket.setSoTimeout(TIMEOUT_MILLIS);
		}
	}

	public Client shutdownOutput() throws IOException {
		if (this.socket instanceof SSLSocket tls) {
			// Without a handshake there is nothing to end in order.
			tls.getSession();
		}
		this.socket.shutdownOutput();
		return this;
	}

	/**
	 * Closes with a reset.
	 * @throws IOException if it cannot
	 */
	public void reset() throws IOException {
		this.socket.setSoLinger(true, 0);
		this.socket.close();
	}

	@Override
	public void close() throws IOException {
		this.socket.close();
	}

	/**
	 * How a connection ended.
	 */
	public enum End {

		/**
		 * End of stream.
		 */
		ORDERLY,

		/**
		 * Reset.
		 */
		RESET

	}

}
