package io.socketserver.request;

/**
 * A handler that is asked before its connection is closed for having been idle, for
 * example to send the peer a sign of life.
 */
public interface IdleHandler extends RequestHandler {

	/**
	 * The handler has waited for the next request for the idle timeout. Called in a
	 * thread of its own while the handler's waits, never at the same time as the other
	 * methods' code.
	 * @return true to wait for another idle timeout, false to close the connection
	 * @throws Exception which closes the connection
	 */
	boolean idle() throws Exception;

}
