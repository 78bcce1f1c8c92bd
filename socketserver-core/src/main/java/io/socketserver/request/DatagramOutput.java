package io.socketserver.request;

import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;

/**
 * The way out of the socket that a datagram came in by. Made by servers. May be called
 * from any thread.
 */
public interface DatagramOutput {

	/**
	 * Sends a datagram, all of it or nothing. Waits a little while the kernel's buffer is
	 * full; what does not fit even then is dropped and counted.
	 * @param packet the datagram, from its position to its limit
	 * @param to where to
	 * @return false if it was dropped
	 * @throws DatagramTooLongException if no datagram can be that long
	 * @throws IOException if the kernel refuses
	 */
	boolean send(ByteBuffer packet, SocketAddress to) throws IOException;

	/**
	 * Sends a datagram as {@link #send} does, but never waits.
	 * @param packet the datagram, from its position to its limit
	 * @param to where to
	 * @return false if it was dropped
	 * @throws DatagramTooLongException if no datagram can be that long
	 * @throws IOException if the kernel refuses
	 */
	boolean offer(ByteBuffer packet, SocketAddress to) throws IOException;

	/**
	 * A reply is not sent, because all replies would be longer than
	 * {@code maxAmplification} allows. Counts and reports it.
	 * @param length the reply's length
	 * @param received the length of what was received
	 * @param to where it would have gone to
	 */
	void withheld(long length, long received, SocketAddress to);

}
