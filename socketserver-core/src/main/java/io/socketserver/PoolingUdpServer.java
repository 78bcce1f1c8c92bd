package io.socketserver;

import java.net.InetSocketAddress;

import io.socketserver.mixin.PoolingMixIn;
import io.socketserver.request.RequestHandlerFactory;

/**
 * A {@link UdpServer} with a {@link PoolingMixIn}: datagrams share a bounded pool of
 * threads.
 */
public class PoolingUdpServer extends UdpServer {

	/**
	 * A server with default options. Does not bind yet.
	 * @param address where to listen; port 0 takes any free one
	 * @param handlers makes a handler per datagram
	 * @param threads how many datagrams are handled at once
	 */
	public PoolingUdpServer(InetSocketAddress address, RequestHandlerFactory handlers, int threads) {
		this(address, handlers, ServerOptions.DEFAULT, threads);
	}

	/**
	 * A server. Does not bind yet.
	 * @param address where to listen; port 0 takes any free one
	 * @param handlers makes a handler per datagram
	 * @param options how it listens, and what it allows
	 * @param threads how many datagrams are handled at once
	 */
	public PoolingUdpServer(InetSocketAddress address, RequestHandlerFactory handlers, ServerOptions options,
			int threads) {
		super(address, handlers, options, new PoolingMixIn(threads));
	}

}
