package io.socketserver.spring;

/**
 * Where the requests of a server run: the values of {@code socketserver.concurrency}.
 */
public enum Concurrency {

	/**
	 * In the loop thread, one after another: Python's plain server.
	 */
	SYNC,

	/**
	 * Each in a platform thread of its own.
	 */
	THREAD,

	/**
	 * Each in a virtual thread of its own. Needs JDK 21 or later.
	 */
	VIRTUAL,

	/**
	 * On a bounded pool of platform threads.
	 */
	POOL,

	/**
	 * Many connections on few selector loops: for handlers of messages, which do not need
	 * a thread for each connection.
	 */
	MULTIPLEX,

	/**
	 * Each in a worker process, which is the same application without its servers.
	 */
	FORK

}
