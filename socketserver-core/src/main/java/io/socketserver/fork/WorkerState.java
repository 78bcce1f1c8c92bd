package io.socketserver.fork;

/**
 * What a worker process is doing.
 */
public enum WorkerState {

	/**
	 * Its JVM or its application is starting.
	 */
	STARTING,

	/**
	 * Waits for a request.
	 */
	IDLE,

	/**
	 * Serves a request.
	 */
	BUSY,

	/**
	 * Serves its last request, or ends.
	 */
	STOPPING

}
