package io.socketserver.request;

/**
 * Why a server did not handle a datagram that it had received, or did not send one that a
 * handler gave it. A closed set, so that it can be a metric's tag. What the kernel drops
 * for want of room in its buffer is not here: it never reached the server.
 */
public enum DatagramDrop {

	/**
	 * Received, but longer than {@code maxPacketSize}.
	 */
	TOO_LONG,

	/**
	 * Received, but {@code verifyRequest} said no.
	 */
	REFUSED,

	/**
	 * Received, but a pool was full and its policy is to refuse, or there were too many
	 * sessions, or too much waited in its session.
	 */
	OVERLOADED,

	/**
	 * Received from an address that the PROXY protocol is required from, without a valid
	 * header.
	 */
	PROXY_HEADER_INVALID,

	/**
	 * Received with a PROXY header from an address that none is required from.
	 */
	PROXY_HEADER_FORBIDDEN,

	/**
	 * Received, but its session ended before it was handled.
	 */
	SESSION_ENDED,

	/**
	 * Received while the server was ending, and no longer handled.
	 */
	DRAINED,

	/**
	 * Not sent: the reply would have been longer than {@code maxAmplification} allows.
	 */
	AMPLIFICATION,

	/**
	 * Not sent: the kernel's send buffer stayed full.
	 */
	SEND_BUFFER_FULL,

	/**
	 * Not sent: the kernel refused, for example because there is no route or the datagram
	 * is too long.
	 */
	SEND_FAILED

}
