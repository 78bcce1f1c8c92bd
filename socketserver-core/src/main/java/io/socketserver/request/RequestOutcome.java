package io.socketserver.request;

/**
 * How a request within a connection ended.
 */
public enum RequestOutcome {

	/**
	 * It was answered, or the handler said it was done.
	 */
	SUCCESS,

	/**
	 * The handler threw.
	 */
	ERROR,

	/**
	 * The connection ended before: the peer went away, or a timeout, an operator or a
	 * drain's deadline ended it.
	 */
	ABORTED

}
