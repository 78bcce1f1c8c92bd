package io.socketserver;

import java.net.InetSocketAddress;

import io.socketserver.mixin.ThreadingMixIn;
import io.socketserver.request.RequestHandlerFactory;

/**
 * A {@link UdpServer} with a {@link ThreadingMixIn}: a platform thread per datagram.
 * Python's {@code ThreadingUDPServer}. For more than a few datagrams a second a
 * {@link PoolingUdpServer} is the better choice.
 */
public class ThreadingUdpServer extends UdpServer {

	/**
	 * A server with default options. Does not bind yet.
	 * @param address where to listen; port 0 takes any free one
	 * @param handlers makes a handler per datagram
	 */
	public ThreadingUdpServer(InetSocketAddress address, RequestHandlerFactory handlers) {
		this(address, handlers, ServerOptions.DEFAULT);
	}

	/**
	 * A server. Does not bind yet.
	 * @param address where to listen; port 0 takes any free one
	 * @param handlers makes a handler per datagram
	 * @param options how it listens, and what it allows
	 */
	public ThreadingUdpServer(InetSocketAddress address, RequestHandlerFactory handlers, ServerOptions options) {
		super(address, handlers, options, new ThreadingMixIn());
	}

}
