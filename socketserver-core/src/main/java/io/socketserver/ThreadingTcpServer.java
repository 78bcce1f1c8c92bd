package io.socketserver;

import java.net.InetSocketAddress;

import io.socketserver.mixin.ThreadingMixIn;
import io.socketserver.request.RequestHandlerFactory;

/**
 * A {@link TcpServer} with a {@link ThreadingMixIn}: a platform thread per connection.
 * Python's {@code ThreadingTCPServer}.
 */
public class ThreadingTcpServer extends TcpServer {

	/**
	 * A server with default options. Does not bind yet.
	 * @param address where to listen; port 0 takes any free one
	 * @param handlers makes a handler per connection
	 */
	public ThreadingTcpServer(InetSocketAddress address, RequestHandlerFactory handlers) {
		this(address, handlers, ServerOptions.DEFAULT);
	}

	/**
	 * A server. Does not bind yet.
	 * @param address where to listen; port 0 takes any free one
	 * @param handlers makes a handler per connection
	 * @param options how it listens, and what it allows
	 */
	public ThreadingTcpServer(InetSocketAddress address, RequestHandlerFactory handlers, ServerOptions options) {
		super(address, handlers, options, new ThreadingMixIn());
	}

}
