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
	 * Datagrams, for handlers that extend
	 * {@link io.socketserver.request.DatagramRequestHandler}.
	 */
	UDP

}
