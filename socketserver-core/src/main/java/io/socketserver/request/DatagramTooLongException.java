package io.socketserver.request;

import java.io.IOException;
import java.net.SocketAddress;

/**
 * A handler wanted to send more than a datagram can hold: 65,507 bytes over IPv4, 65,527
 * over IPv6. Nothing was sent.
 */
public class DatagramTooLongException extends IOException {

	/**
	 * The exception.
	 * @param length how many bytes were to be sent
	 * @param to where to
	 * @param cause what the kernel said
	 */
	public DatagramTooLongException(int length, SocketAddress to, Throwable cause) {
		super("A datagram of " + length + " bytes cannot be sent to " + Addresses.text(to)
				+ ": the most is 65507 bytes over IPv4, 65527 over IPv6, and less where the send buffer is smaller"
				+ " (sendBufferSize). Send it in parts", cause);
	}

}
