package io.socketserver.request;

import java.net.SocketAddress;
import java.time.Instant;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

/**
 * What the socket hands over: an accepted connection, or a datagram. Python's
 * {@code request} and {@code client_address} in one.
 *
 * <p>
 * All methods may be called from any thread, and go on answering after the request has
 * ended.
 */
public interface Request {

	/**
	 * The request's name, unique among the servers of a process as long as their names
	 * are: the server's name, a dash and a number.
	 * @return for example {@code echo-17}
	 */
	String id();

	/**
	 * Who sent it.
	 * @return the peer's address
	 */
	SocketAddress clientAddress();

	/**
	 * The proxy or load balancer that has passed it on, and said for whom by the PROXY
	 * protocol: {@link #clientAddress()} is the real client's then.
	 * @return the proxy's own address; empty if there is none, or if it spoke for itself,
	 * as in a health check, and so is the client
	 */
	Optional<SocketAddress> proxyAddress();

	/**
	 * Where it arrived.
	 * @return the local address of the connection, or of the socket
	 */
	SocketAddress localAddress();

	/**
	 * The server it arrived at.
	 * @return the server
	 */
	ServerContext server();

	/**
	 * When it was accepted, by the wall clock.
	 * @return the time
	 */
	Instant acceptedAt();

	/**
	 * Something kept with the request.
	 * @param <T> the type of the value
	 * @param key its key
	 * @return the value, or empty
	 */
	<T> Optional<T> attribute(AttributeKey<T> key);

	/**
	 * Keeps something with the request.
	 * @param <T> the type of the value
	 * @param key its key
	 * @param value the value; null removes it
	 */
	<T> void attribute(AttributeKey<T> key, @Nullable T value);

}
