package io.socketserver.request;

import java.time.Duration;

/**
 * Told of what happens at a server: for metrics, logs and audits, where a {@link MixIn}
 * has nothing to change. Methods are called in the thread in which it happens, often the
 * loop's: they must be quick and must not block. What they throw is logged and ignored.
 */
public interface ServerListener {

	/**
	 * A connection was accepted and {@code verifyRequest} said yes.
	 * @param connection the connection
	 */
	default void connectionOpened(Connection connection) {
	}

	/**
	 * A connection has ended. Called exactly once for each one that was opened, and for
	 * each one that was refused.
	 * @param connection the connection
	 * @param reason why
	 */
	default void connectionClosed(Connection connection, CloseReason reason) {
	}

	/**
	 * A TLS handshake has ended, at the begin of a connection or in the midst of it.
	 * @param connection the connection
	 * @param duration from its begin to its end, the waits for the peer included
	 * @param outcome how it ended
	 */
	default void handshakeFinished(Connection connection, Duration duration, HandshakeOutcome outcome) {
	}

	/**
	 * A request within a connection has ended (see {@link Connection#requests()}), or the
	 * handling of a datagram.
	 * @param request the {@link Connection}, or the {@link DatagramRequest}
	 * @param duration from its first byte to its end
	 * @param outcome how it ended
	 */
	default void requestFinished(Request request, Duration duration, RequestOutcome outcome) {
	}

}
