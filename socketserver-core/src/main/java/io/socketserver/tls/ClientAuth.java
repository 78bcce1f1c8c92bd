package io.socketserver.tls;

/**
 * Whether a client has to say who it is, with a certificate.
 */
public enum ClientAuth {

	/**
	 * It is not asked.
	 */
	NONE,

	/**
	 * It is asked, and may have none. One that it sends has to be valid.
	 */
	WANT,

	/**
	 * Without a valid certificate the handshake fails.
	 */
	NEED

}
