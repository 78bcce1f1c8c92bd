package io.socketserver.fork;

/**
 * Why a worker process ended. A closed set, so that it can be a metric's tag.
 */
public enum WorkerEnd {

	/**
	 * Had served its {@link ForkOptions#maxRequests()}.
	 */
	RETIRED,

	/**
	 * An operator had it replaced.
	 */
	RECYCLED,

	/**
	 * Was not needed any more.
	 */
	SURPLUS,

	/**
	 * The server ended.
	 */
	STOPPED,

	/**
	 * Ended by itself: it crashed, ran out of memory, called {@code System.exit}, or was
	 * killed from outside.
	 */
	DIED,

	/**
	 * Ended before it was ready.
	 */
	START_FAILED,

	/**
	 * Killed: it was not ready in time.
	 */
	START_TIMEOUT,

	/**
	 * Killed: its request took longer than the {@link ForkOptions#requestTimeout()}.
	 */
	REQUEST_TIMEOUT,

	/**
	 * Killed: its connection was closed by force, and the handler did not end.
	 */
	CONNECTION_CLOSED,

	/**
	 * Killed: it did not answer the pool.
	 */
	UNRESPONSIVE,

	/**
	 * Killed: it was told to end, and did not in time.
	 */
	STOP_TIMEOUT;

	/**
	 * Whether the pool killed it.
	 * @return false if it ended by itself or was asked to
	 */
	public boolean isKill() {
		return compareTo(START_TIMEOUT) >= 0;
	}

}
