package io.socketserver.request;

/**
 * Makes a fresh handler per request; a constructor reference will do. May be called from
 * any thread, and from many at once.
 */
@FunctionalInterface
public interface RequestHandlerFactory {

	/**
	 * Makes a handler.
	 * @return a handler no other request has
	 * @throws Exception to end the request with an error
	 */
	RequestHandler newHandler() throws Exception;

	/**
	 * A handler's request has ended. Called once for each handler that was made, in the
	 * handler's thread.
	 * @param handler the handler
	 */
	default void release(RequestHandler handler) {
	}

}
