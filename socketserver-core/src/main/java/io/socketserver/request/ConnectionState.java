package io.socketserver.request;

/**
 * What a connection's handler is doing.
 */
public enum ConnectionState {

	/**
	 * Accepted; no thread has taken it yet.
	 */
	QUEUED,

	/**
	 * The handler computes. No timeout applies but the request timeout.
	 */
	RUNNING,

	/**
	 * The handler waits for the first byte of the next request. The only state in which a
	 * drain closes a connection at once.
	 */
	IDLE,

	/**
	 * The handler waits for more bytes of a request that has begun.
	 */
	READING,

	/**
	 * The handler waits for the peer to take bytes.
	 */
	WRITING,

	/**
	 * The server is ending the connection: nothing the peer sends now is processed.
	 */
	CLOSING,

	/**
	 * Over.
	 */
	CLOSED

}
