package io.socketserver.tls;

import java.io.IOException;

import org.jspecify.annotations.Nullable;

/**
 * A connection cannot go on with TLS.
 */
public final class TlsException extends IOException {

	private static final long serialVersionUID = 1L;

	private final Problem problem;

	/**
	 * Says what went wrong.
	 * @param problem which kind of thing
	 * @param message what, for people
	 * @param cause what was thrown, or null
	 */
	public TlsException(Problem problem, String message, @Nullable Throwable cause) {
		super(message, cause);
		this.problem = problem;
	}

	/**
	 * Somebody may have put in clear what would be taken for encrypted (CVE-2011-0411 was
	 * the first such case).
	 * @return what refuses it
	 */
	public static TlsException inClear() {
		return new TlsException(Problem.VIOLATION,
				"The client sent bytes in clear after the command that starts TLS, and before its handshake", null);
	}

	/**
	 * Which kind of thing went wrong.
	 * @return the kind
	 */
	public Problem problem() {
		return this.problem;
	}

	/**
	 * What can go wrong.
	 */
	public enum Problem {

		/**
		 * The peer left before the handshake was complete: often without a word, as port
		 * scans and health checks do.
		 */
		ABANDONED,

		/**
		 * The peer does not speak TLS, or there was no agreement on how.
		 */
		HANDSHAKE_FAILED,

		/**
		 * The handshake was not complete in time.
		 */
		HANDSHAKE_TIMEOUT,

		/**
		 * The peer's bytes ended without TLS having said so: some may be missing.
		 */
		TRUNCATED,

		/**
		 * The peer broke the rules of an established session.
		 */
		VIOLATION

	}

}
