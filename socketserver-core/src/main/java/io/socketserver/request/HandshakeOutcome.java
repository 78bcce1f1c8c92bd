package io.socketserver.request;

import java.util.Optional;

/**
 * How a TLS handshake ended. A closed set, so that it can be a metric's tag.
 */
public enum HandshakeOutcome {

	/**
	 * Both sides agreed.
	 */
	SUCCESS,

	/**
	 * There was no agreement, or the peer does not speak TLS.
	 */
	FAILED,

	/**
	 * It was not complete in time.
	 */
	TIMEOUT,

	/**
	 * The connection ended before: the peer went away, or an operator or a drain ended
	 * it.
	 */
	ABANDONED;

	/**
	 * The outcome of a handshake that is not complete.
	 */
	static HandshakeOutcome of(Optional<CloseReason> reason) {
		return switch (reason.orElse(CloseReason.HANDSHAKE_FAILED)) {
			case HANDSHAKE_FAILED, TLS_VIOLATION -> FAILED;
			case HANDSHAKE_TIMEOUT -> TIMEOUT;
			default -> ABANDONED;
		};
	}

}
