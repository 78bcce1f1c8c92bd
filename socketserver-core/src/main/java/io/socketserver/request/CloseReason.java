package io.socketserver.request;

import java.util.EnumSet;
import java.util.Set;

/**
 * Why a connection ended. A closed set, so that it can be a metric's tag.
 */
public enum CloseReason {

	/**
	 * The handler returned while the peer was still there: the server closed first.
	 */
	COMPLETED,

	/**
	 * The peer closed, or shut down its sending side, and the handler then returned.
	 */
	PEER_CLOSED,

	/**
	 * The peer reset the connection, or it was lost.
	 */
	PEER_RESET,

	/**
	 * The handler, or a hook, threw.
	 */
	HANDLER_ERROR,

	/**
	 * The worker process that served it ended: it crashed, or was killed.
	 */
	WORKER_DIED,

	/**
	 * {@code verifyRequest} said no.
	 */
	REFUSED,

	/**
	 * A pool was full and its policy is to refuse.
	 */
	OVERLOADED,

	/**
	 * The peer has to send a PROXY header, and sent none, or not a valid one.
	 */
	PROXY_HEADER_INVALID,

	/**
	 * The peer has to send a PROXY header, and did not complete it in time.
	 */
	PROXY_HEADER_TIMEOUT,

	/**
	 * The peer must not send a PROXY header, and did.
	 */
	PROXY_HEADER_FORBIDDEN,

	/**
	 * No byte came in or went out for the idle timeout while the handler waited for one.
	 */
	IDLE_TIMEOUT,

	/**
	 * The handler's read timeout expired, and the handler did not catch it.
	 */
	READ_TIMEOUT,

	/**
	 * The peer took no byte for the idle timeout while the handler waited to send.
	 */
	WRITE_TIMEOUT,

	/**
	 * A request within the connection took longer than the request timeout.
	 */
	REQUEST_TIMEOUT,

	/**
	 * A line was longer than the limit, and the handler did not catch it.
	 */
	LINE_TOO_LONG,

	/**
	 * What the peer sent is no frame, or too large a one.
	 */
	BAD_FRAME,

	/**
	 * The peer began a frame, or should have sent its first, and did not complete it in
	 * time.
	 */
	FRAME_TIMEOUT,

	/**
	 * The peer does not read, and what waits for it has reached the cap.
	 */
	WRITE_OVERFLOW,

	/**
	 * The peer does not speak TLS where it has to, or there was no agreement on how: a
	 * certificate, a version, a protocol.
	 */
	HANDSHAKE_FAILED,

	/**
	 * The TLS handshake was not complete in time.
	 */
	HANDSHAKE_TIMEOUT,

	/**
	 * The peer's bytes ended without TLS having said so: some may be missing.
	 */
	TLS_TRUNCATED,

	/**
	 * The peer broke the rules of TLS in an established session: a broken record, a
	 * renegotiation, key updates without end, bytes in clear where TLS begins.
	 */
	TLS_VIOLATION,

	/**
	 * Closed from outside: by an operator, or by the application.
	 */
	CLOSED_BY_SERVER,

	/**
	 * Idle when the server was drained.
	 */
	DRAINED,

	/**
	 * Still busy when the deadline of a drain was reached, and cut off.
	 */
	CUT_OFF;

	private static final Set<CloseReason> REFUSALS = EnumSet.of(REFUSED, OVERLOADED, PROXY_HEADER_INVALID,
			PROXY_HEADER_TIMEOUT, PROXY_HEADER_FORBIDDEN);

	/**
	 * Whether a connection that ended for this reason was refused: closed unserved.
	 * @return true for those that {@link ServerStatistics#refused()} counts
	 */
	public boolean isRefusal() {
		return REFUSALS.contains(this);
	}

}
