package io.socketserver;

/**
 * Where a server is in its life. Legal successors:
 *
 * <pre>
 * NEW      -> BOUND
 * BOUND    -> SERVING, CLOSED
 * SERVING  -> DRAINING
 * DRAINING -> STOPPED, CLOSED
 * STOPPED  -> SERVING, CLOSED
 * CLOSED   -> BOUND
 * </pre>
 */
public enum ServerState {

	/**
	 * Made; no socket yet.
	 */
	NEW,

	/**
	 * The socket listens, so the kernel queues clients; no loop has run yet.
	 */
	BOUND,

	/**
	 * The loop runs. Whether it accepts is the gate's business.
	 */
	SERVING,

	/**
	 * The loop runs, but takes no new requests; those under way are being finished.
	 */
	DRAINING,

	/**
	 * The loop has ended; the socket still listens, and the kernel queues clients.
	 */
	STOPPED,

	/**
	 * The socket is closed, and all threads have ended. {@code bind()} opens the server
	 * anew.
	 */
	CLOSED

}
