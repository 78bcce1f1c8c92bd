package io.socketserver.request;

import java.net.SocketAddress;

import org.jspecify.annotations.Nullable;

import io.socketserver.loop.SelectorLoop;

/**
 * What requests, handlers and mix-ins see of their server. All methods may be called from
 * any thread.
 */
public interface ServerContext {

	/**
	 * The server's name.
	 * @return the name, which connection ids and thread names begin with
	 */
	String name();

	/**
	 * Where the server listens.
	 * @return the bound address once it is bound, the configured one before
	 */
	SocketAddress serverAddress();

	/**
	 * Whether the server is ending: new requests are not taken, and one that is under way
	 * had better come to its end.
	 * @return true from the begin of a shutdown on
	 */
	boolean isDraining();

	/**
	 * Stops and resumes accepting.
	 * @return the gate
	 */
	AcceptGate acceptGate();

	/**
	 * The connections being served.
	 * @return the registry
	 */
	Connections connections();

	/**
	 * What the server counts.
	 * @return the counters
	 */
	ServerStatistics statistics();

	/**
	 * Ends {@code serveForever}: see the server class for the contract. In a handler's
	 * own thread it only asks for it.
	 * @return how connections ended
	 */
	DrainReport shutdown();

	/**
	 * The loop that accepts, and may serve too. For a strategy.
	 * @return the loop
	 */
	SelectorLoop loop();

	/**
	 * Who makes the handlers: for a strategy that has needs of its own.
	 * @return the factory the server was made with
	 */
	RequestHandlerFactory handlers();

	/**
	 * A request that {@code finishRequest} only began has ended: calls
	 * {@code handleError} if there is an error, {@code shutdownRequest} exactly once, and
	 * counts it. For strategies without a thread per request.
	 * @param request the request
	 * @param error what its handler threw, or null
	 */
	void requestEnded(Request request, @Nullable Throwable error);

}
