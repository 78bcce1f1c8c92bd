package io.socketserver.request;

/**
 * What the {@link ConnectionWatch} looks after. Called in its thread.
 */
interface Watched {

	/**
	 * Ends this if its time is up.
	 * @param idleNanos the idle timeout, 0 for none
	 * @param requestNanos the request timeout, 0 for none
	 * @return nanoseconds until it may be, or {@link Long#MAX_VALUE}
	 */
	long checkDeadlines(long idleNanos, long requestNanos);

	/**
	 * Resets this if it was closed a while ago and is still there.
	 * @param graceNanos the while
	 * @return nanoseconds until then, or {@link Long#MAX_VALUE}
	 */
	default long checkClosed(long graceNanos) {
		return Long.MAX_VALUE;
	}

}
