package io.socketserver.mixin;

/**
 * How a strategy uses threads: for metrics and endpoints. All methods may be called from
 * any thread.
 */
public interface ThreadUse {

	/**
	 * Threads that serve a request now.
	 * @return a number
	 */
	int activeThreads();

	/**
	 * The most threads there can be.
	 * @return a number, or {@link Integer#MAX_VALUE} if there is no bound of its own
	 */
	int maxThreads();

	/**
	 * Requests that wait for a thread.
	 * @return a number
	 */
	default int queuedRequests() {
		return 0;
	}

	/**
	 * How many requests can wait for a thread.
	 * @return a number
	 */
	default int queueCapacity() {
		return 0;
	}

}
