package io.socketserver.support;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A client that sends and receives datagrams, and waits no longer than it has to.
 */
public final class UdpClient implements AutoCloseable {

	private static final int TIMEOUT_MILLIS = 20_000;

	private final DatagramSocket socket;

	private final SocketAddress server;

	private UdpClient(DatagramSocket socket, SocketAddress server) throws IOException {
		this.socket = socket;
		this.server = server;
		socket.setSoTimeout(TIMEOUT_MILLIS);
		socket.setSendBufferSize(256 * 1024);
		socket.setReceiveBufferSize(256 * 1024);
	}

	/**
	 * A client of a server.
	 * @param server the server's address
	 * @return the client, with a port of its own
	 * @throws IOException if it has none
	 */
	public static UdpClient of(SocketAddress server) throws IOException {
		InetAddress local = ((InetSocketAddress) server).getAddress();
		return new UdpClient(new DatagramSocket(new InetSocketAddress(local, 0)), server);
	}

	public InetSocketAddress address() {
		return (InetSocketAddress) this.socket.getLocalSocketAddress();
	}

	public UdpClient send(byte[] packet) throws IOException {
		this.socket.send(new DatagramPacket(packet, packet.length, this.server));
		return this;
	}

	public UdpClient send(String text) throws IOException {
		return send(text.getBytes(StandardCharsets.UTF_8));
	}

	public byte[] receive() throws IOException {
		DatagramPacket packet = new DatagramPacket(new byte[65535], 65535);
		this.socket.receive(packet);
		return Arrays.copyOf(packet.getData(), packet.getLength());
	}

	public String receiveText() throws IOException {
		return new String(receive(), StandardCharsets.UTF_8);
	}

	public String ask(String text) throws IOException {
		return send(text).receiveText();
	}

	/**
	 * Whether nothing comes for a while.
	 * @param millis the while
	 * @return false if a datagram came
	 * @throws IOException if the socket fails
	 */
	public boolean hearsNothingFor(int millis) throws IOException {
		this.socket.setSoTimeout(millis);
		try {
			receive();
			return false;
		}
		catch (SocketTimeoutException ex) {
			return true;
		}
		finally {
			this.socket.setSoTimeout(TIMEOUT_MILLIS);
		}
	}

	@Override
	public void close() {
		this.socket.close();
	}

}
