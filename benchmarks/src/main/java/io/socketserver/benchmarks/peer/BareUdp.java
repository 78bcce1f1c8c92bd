package io.socketserver.benchmarks.peer;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;

/**
 * The floor for datagrams: one blocking channel, one direct buffer.
 */
public final class BareUdp {

	private BareUdp() {
	}

	/**
	 * Serves for ever.
	 * @param args the port
	 * @throws IOException if the server cannot go on
	 */
	public static void main(String... args) throws IOException {
		ByteBuffer buffer = ByteBuffer.allocateDirect(64 * 1024);
		try (DatagramChannel channel = DatagramChannel.open()) {
			channel.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(args[0])));
			while (true) {
				SocketAddress client = channel.receive(buffer.clear());
				channel.send(buffer.flip(), client);
			}
		}
	}

}
