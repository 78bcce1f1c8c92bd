package io.socketserver.system;

import java.time.Duration;

/**
 * How a client uses its connections.
 */
enum ClientShape {

	/**
	 * One connection, the next request at once.
	 */
	BUSY(Duration.ZERO, true),

	/**
	 * One connection, idle for a second between requests.
	 */
	IDLING(Duration.ofSeconds(1), true),

	/**
	 * A connection for each request.
	 */
	RECONNECTING(Duration.ZERO, false);

	private final Duration think;

	private final boolean kept;

	ClientShape(Duration think, boolean kept) {
		this.think = think;
		this.kept = kept;
	}

	Duration think() {
		return this.think;
	}

	boolean isKept() {
		return this.kept;
	}

}
