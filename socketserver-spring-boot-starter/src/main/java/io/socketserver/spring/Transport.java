package io.socketserver.spring;

/**
 * What carries requests: the value of {@code socketserver.transport}.
 */
public enum Transport {

	/**
	 * Connections, for handlers that extend
	 * {@link io.socketserver.request.StreamRequestHandler}.
	 */
	TCP,

	/**
	 * Connections over a Unix socket, for the same handlers.
	 */
	UNIX,

	/**
	 * Datagrams, for handlers that extend
	 * {@link io.socketserver.request.DatagramRequestHandler}.
	 */
	UDP

}
