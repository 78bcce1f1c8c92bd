package io.socketserver.message;

/**
 * Makes the handler of each connection, or answers the same one each time. May be called
 * from any thread.
 *
 * @param <I> what comes in
 * @param <O> what goes out
 */
@FunctionalInterface
public interface MessageHandlerFactory<I, O> {

	/**
	 * The handler of a new connection.
	 * @return a handler
	 * @throws Exception to end the connection with an error
	 */
	MessageHandler<I, O> newHandler() throws Exception;

	/**
	 * A connection has ended. Called once for each handler that was made.
	 * @param handler its handler
	 */
	default void release(MessageHandler<I, O> handler) {
	}

}
