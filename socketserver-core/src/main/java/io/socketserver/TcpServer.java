package io.socketserver;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;

import jdk.net.ExtendedSocketOptions;

import io.socketserver.ServerOptions.KeepAlive;
import io.socketserver.request.MixIn;
import io.socketserver.request.RequestHandlerFactory;
import io.socketserver.request.StreamRequest;

/**
 * A server for TCP connections, each of which is a request. Python's {@code TCPServer}.
 *
 * <pre>{@code
 * TcpServer server = new TcpServer(new InetSocketAddress("127.0.0.1", 9999), UpperCaseHandler::new,
 *         new ThreadingMixIn());
 * server.start();
 * ...
 * server.close();
 * }</pre>
 *
 * <p>
 * Listens on IPv4 and IPv6 alike where the address is a wildcard. Threads, life-cycle and
 * errors are those of {@link BaseServer}. To change a hook, pass a {@link MixIn} or
 * extend this class.
 */
public class TcpServer extends StreamServer {

	/**
	 * A server with default options. Does not bind yet.
	 * @param address where to listen; port 0 takes any free one
	 * @param handlers makes a handler per connection
	 * @param mixIns concurrency and other concerns, the outermost first; none for the
	 * plain synchronous server
	 */
	public TcpServer(InetSocketAddress address, RequestHandlerFactory handlers, MixIn... mixIns) {
		this(address, handlers, ServerOptions.DEFAULT, mixIns);
	}

	/**
	 * A server. Does not bind yet.
	 * @param address where to listen; port 0 takes any free one
	 * @param handlers makes a handler per connection
	 * @param options how it listens, and what it allows
	 * @param mixIns concurrency and other concerns, the outermost first; none for the
	 * plain synchronous server
	 */
	public TcpServer(InetSocketAddress address, RequestHandlerFactory handlers, ServerOptions options,
			MixIn... mixIns) {
		super(address, handlers, options, mixIns);
	}

	@Override
	public String transport() {
		return "tcp";
	}

	/**
	 * The port the server listens on.
	 * @return the actual port once bound, the configured one (0 for any) before
	 */
	public int port() {
		return ((InetSocketAddress) serverAddress()).getPort();
	}

	@Override
	ServerSocketChannel openChannel() throws IOException {
		return ServerSocketChannel.open();
	}

	@Override
	void listen(ServerSocketChannel open, SocketAddress address) throws IOException {
		open.setOption(StandardSocketOptions.SO_REUSEADDR, options().reuseAddress());
		if (options().reusePort()) {
			open.setOption(StandardSocketOptions.SO_REUSEPORT, true);
		}
		if (options().receiveBufferSize() > 0) {
			// Set here, since the window's scale is settled by the handshake.
			open.setOption(StandardSocketOptions.SO_RCVBUF, options().receiveBufferSize());
		}
		open.bind(address, options().requestQueueSize());
	}

	@Override
	protected SocketAddress boundAddress() throws IOException {
		return channel().getLocalAddress();
	}

	@Override
	StreamRequest request(SocketChannel accepted) throws IOException {
		configure(accepted);
		return new StreamRequest(this, accepted, streamOptions());
	}

	private void configure(SocketChannel accepted) throws IOException {
		ServerOptions options = options();
		if (options.tcpNoDelay()) {
			accepted.setOption(StandardSocketOptions.TCP_NODELAY, true);
		}
		if (options.sendBufferSize() > 0) {
			accepted.setOption(StandardSocketOptions.SO_SNDBUF, options.sendBufferSize());
		}
		if (options.linger().isPresent()) {
			accepted.setOption(StandardSocketOptions.SO_LINGER, (int) options.linger().get().toSeconds());
		}
		if (options.keepAlive().enabled()) {
			keepAlive(accepted, options.keepAlive());
		}
	}

	private static void keepAlive(SocketChannel accepted, KeepAlive keepAlive) throws IOException {
		accepted.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
		setSeconds(accepted, ExtendedSocketOptions.TCP_KEEPIDLE, keepAlive.idle());
		setSeconds(accepted, ExtendedSocketOptions.TCP_KEEPINTERVAL, keepAlive.interval());
		if (keepAlive.count() > 0 && accepted.supportedOptions().contains(ExtendedSocketOptions.TCP_KEEPCOUNT)) {
			accepted.setOption(ExtendedSocketOptions.TCP_KEEPCOUNT, keepAlive.count());
		}
	}

	private static void setSeconds(SocketChannel accepted, SocketOption<Integer> option, Duration value)
			throws IOException {
		if (!value.isZero() && accepted.supportedOptions().contains(option)) {
			accepted.setOption(option, (int) Math.max(1, value.toSeconds()));
		}
	}

}
