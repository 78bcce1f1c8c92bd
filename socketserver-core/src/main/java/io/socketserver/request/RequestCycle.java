package io.socketserver.request;

import java.util.List;

/**
 * The life of one request, as a sentence of hooks: {@code verifyRequest},
 * {@code processRequest}, {@code finishRequest}, {@code shutdownRequest},
 * {@code closeRequest}, and {@code handleError} beside them.
 *
 * <p>
 * The server calls each hook through the head of the chain of mix-ins, which is what
 * {@code self} is in Python; a mix-in passes on to {@code next}, which is what
 * {@code super()} is. Only {@code processRequest} may move to another thread; what it
 * moves is the rest of the request's life.
 *
 * <p>
 * Whatever a hook throws, {@code shutdownRequest} runs exactly once for each request that
 * was taken from the socket.
 */
public interface RequestCycle {

	/**
	 * Python's {@code verify_request}: whether to serve a request. Runs in the loop
	 * thread.
	 * @param request the request
	 * @return false to close it unserved
	 */
	boolean verifyRequest(Request request);

	/**
	 * Python's {@code process_request}: sees to it that the request is finished, here or
	 * in another thread. Called in the loop thread.
	 * @param request the request
	 */
	void processRequest(Request request);

	/**
	 * Python's {@code finish_request}: makes a handler and runs it. Runs where
	 * {@code processRequest} put it.
	 * @param request the request
	 * @throws Exception what the handler threw
	 */
	void finishRequest(Request request) throws Exception;

	/**
	 * Python's {@code shutdown_request}: tells the peer that nothing more will come, then
	 * calls {@code closeRequest}.
	 * @param request the request
	 */
	void shutdownRequest(Request request);

	/**
	 * Python's {@code close_request}: gives the request's resources back.
	 * @param request the request
	 */
	void closeRequest(Request request);

	/**
	 * Python's {@code handle_error}: a hook or the handler threw. Called before
	 * {@code shutdownRequest}.
	 * @param request the request
	 * @param error what was thrown
	 */
	void handleError(Request request, Throwable error);

	/**
	 * Lays mix-ins over a cycle.
	 * @param mixIns the mix-ins, the outermost first, as in a Python class statement
	 * @param base what the innermost one's {@code next} is
	 * @return the head of the chain
	 */
	static RequestCycle over(RequestCycle base, List<MixIn> mixIns) {
		RequestCycle head = base;
		for (int i = mixIns.size() - 1; i >= 0; i--) {
			head = new Layer(mixIns.get(i), head);
		}
		return head;
	}

}
