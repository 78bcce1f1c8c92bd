package io.socketserver.request;

import java.time.Duration;

/**
 * The request within a connection that its handler is working on: from the first byte
 * read, until the handler has written something and wants input again. Begun and ended in
 * the handler's thread; read from any.
 */
final class Exchange {

	private static final long NONE = 0;

	// Published for the watch, which looks for requests that take too long.
	private volatile long startNanos = NONE;

	// Also set by other threads that write to the peer.
	private volatile boolean answered;

	private volatile long count;

	private boolean explicit;

	boolean isOpen() {
		return this.startNanos != NONE;
	}

	long count() {
		return this.count;
	}

	void begin() {
		// The clock may rightly say 0, which means none here.
		this.startNanos = System.nanoTime() | 1;
		this.answered = false;
		this.count = this.count + 1;
	}

	void beginExplicitly() {
		if (!isOpen()) {
			begin();
		}
		this.explicit = true;
	}

	void answered() {
		if (!this.answered) {
			this.answered = true;
		}
	}

	/**
	 * Whether the handler, which wants input now, is done with this request.
	 * @return true if it has answered and has not said that more is to come
	 */
	boolean isAnswered() {
		return this.answered && !this.explicit && isOpen();
	}

	Duration end() {
		Duration duration = duration();
		this.startNanos = NONE;
		this.explicit = false;
		return duration;
	}

	/**
	 * It was none.
	 */
	void forget() {
		end();
		this.count = this.count - 1;
	}

	/**
	 * How long the request has taken.
	 * @return zero if there is none
	 */
	Duration duration() {
		long start = this.startNanos;
		return (start == NONE) ? Duration.ZERO : Duration.ofNanos(System.nanoTime() - start);
	}

}
