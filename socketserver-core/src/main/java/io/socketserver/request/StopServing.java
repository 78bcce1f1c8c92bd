package io.socketserver.request;

/**
 * Thrown by a handler to end the server, as {@code SystemExit} is in Python: the request
 * is closed without {@code handleError}, and an orderly shutdown begins, under every
 * strategy. Nobody else sees it: {@code serveForever} and {@code handleRequest} return.
 */
public class StopServing extends RuntimeException {

	/**
	 * Ends the server.
	 * @param message why
	 */
	public StopServing(String message) {
		super(message);
	}

}
