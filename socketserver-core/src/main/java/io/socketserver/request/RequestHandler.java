package io.socketserver.request;

/**
 * The user's work on one request: one object per request, with its state in fields.
 * Python's {@code BaseRequestHandler}, called from outside: {@link #setup}, then
 * {@link #handle}, then {@link #finish}.
 *
 * <p>
 * All three are called in the same thread (with {@code concurrency: sync} the loop's). If
 * {@code setup} throws, neither {@code handle} nor {@code finish} is called; if it
 * returns, {@code finish} is called whatever {@code handle} does. What they throw reaches
 * {@code handleError}: {@code handle}'s exception, with {@code finish}'s suppressed in
 * it. Most handlers extend {@link StreamRequestHandler}.
 */
public interface RequestHandler {

	/**
	 * Prepares for a request.
	 * @param request the request
	 * @throws Exception to give the request up
	 */
	void setup(Request request) throws Exception;

	/**
	 * Does the work.
	 * @throws Exception to end the request with an error
	 */
	void handle() throws Exception;

	/**
	 * Gives back what {@link #setup} took, and sends what is left to send.
	 * @throws Exception to end the request with an error
	 */
	void finish() throws Exception;

	/**
	 * The server ends and this connection, idle at the moment, will be closed: the place
	 * to write a protocol's good-bye. Called at most once, between two requests, never at
	 * the same time as the other methods' code.
	 * @throws Exception which is logged and ignored
	 */
	default void goodbye() throws Exception {
	}

}
