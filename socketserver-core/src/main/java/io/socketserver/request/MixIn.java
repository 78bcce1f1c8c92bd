package io.socketserver.request;

import java.time.Duration;
import java.util.Optional;

/**
 * Behaviour laid over the request cycle: a concurrency strategy, a limit, a log. A mix-in
 * overrides any hook and calls the same hook of {@code next} to pass on, as a Python
 * mix-in calls {@code super()}. See {@link RequestCycle} for what each hook promises and
 * where it runs.
 *
 * <pre>{@code
 * class AllowLoopbackOnly implements MixIn {
 *
 *     public boolean verifyRequest(Request request, RequestCycle next) {
 *         InetSocketAddress client = (InetSocketAddress) request.clientAddress();
 *         return client.getAddress().isLoopbackAddress() && next.verifyRequest(request);
 *     }
 *
 * }
 * }</pre>
 *
 * <p>
 * One object may serve one server at a time. Hooks of a request may run in several
 * threads at once, for different requests.
 */
public interface MixIn {

	/**
	 * Overrides {@link RequestCycle#verifyRequest}.
	 * @param request the request
	 * @param next the rest of the chain
	 * @return false to close the request unserved
	 */
	default boolean verifyRequest(Request request, RequestCycle next) {
		return next.verifyRequest(request);
	}

	/**
	 * Overrides {@link RequestCycle#processRequest}. {@code next.processRequest} never
	 * throws what a handler threw: it has seen to it already.
	 * @param request the request
	 * @param next the rest of the chain
	 */
	default void processRequest(Request request, RequestCycle next) {
		next.processRequest(request);
	}

	/**
	 * Overrides {@link RequestCycle#finishRequest}.
	 * @param request the request
	 * @param next the rest of the chain
	 * @throws Exception what the handler threw
	 */
	default void finishRequest(Request request, RequestCycle next) throws Exception {
		next.finishRequest(request);
	}

	/**
	 * Overrides {@link RequestCycle#shutdownRequest}.
	 * @param request the request
	 * @param next the rest of the chain
	 */
	default void shutdownRequest(Request request, RequestCycle next) {
		next.shutdownRequest(request);
	}

	/**
	 * Overrides {@link RequestCycle#closeRequest}.
	 * @param request the request
	 * @param next the rest of the chain
	 */
	default void closeRequest(Request request, RequestCycle next) {
		next.closeRequest(request);
	}

	/**
	 * Overrides {@link RequestCycle#handleError}.
	 * @param request the request
	 * @param error what was thrown
	 * @param next the rest of the chain
	 */
	default void handleError(Request request, Throwable error, RequestCycle next) {
		next.handleError(request, error);
	}

	/**
	 * The server is bound, and serves soon. Called in the thread that bound it, once for
	 * each time the server is bound.
	 * @param server the server
	 */
	default void serverActivate(ServerContext server) {
	}

	/**
	 * {@code handleRequest} waited in vain for its timeout. Runs in the loop thread.
	 */
	default void handleTimeout() {
	}

	/**
	 * Python's {@code service_actions}: something to do now and then in the loop thread:
	 * after requests were taken, and at {@link #serviceInterval()}. Must not block.
	 */
	default void serviceActions() {
	}

	/**
	 * How often {@link #serviceActions()} has to run while nothing else happens.
	 * @return empty for never: an idle server then makes no wake-ups at all
	 */
	default Optional<Duration> serviceInterval() {
		return Optional.empty();
	}

	/**
	 * Whether closing the server waits for requests that are still running, as Python's
	 * {@code block_on_close}. If any mix-in says no, they are left to themselves.
	 * @return true by default
	 */
	default boolean blockOnClose() {
		return true;
	}

	/**
	 * Python's {@code server_close}: give back what {@link #serverActivate} took. Called
	 * once requests have ended, in the thread that closes the server.
	 */
	default void serverClose() {
	}

}
