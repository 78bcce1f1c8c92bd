package io.socketserver;

import java.io.IOException;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;

import jdk.net.ExtendedSocketOptions;
import org.jspecify.annotations.Nullable;

import io.socketserver.request.MixIn;
import io.socketserver.request.RequestHandlerFactory;
import io.socketserver.request.StreamRequest;
import io.socketserver.request.UnixPeerAddress;

/**
 * A server for connections over a Unix socket, which only processes of this machine can
 * open, and only those that the permissions of its file let in. Python's
 * {@code UnixStreamServer}.
 *
 * <pre>{@code
 * UnixStreamServer server = new UnixStreamServer(Path.of("run/console.sock"), ConsoleHandler::new,
 *         new ThreadingMixIn());
 * }</pre>
 *
 * <p>
 * The file has the {@link ServerOptions#unixPermissions() permissions} of the options
 * from the moment it can be found. A file that a dead server left behind is taken over; a
 * socket somebody listens on, and what is no socket, is left alone. The file is removed
 * when the server is closed, unless it is another's by then. Its directory has to exist,
 * and the process must be allowed to make files and directories there.
 *
 * <p>
 * The client's address is a {@link UnixPeerAddress}: it says which user has connected.
 * Options that belong to TCP have no effect. Everything else is as in {@link TcpServer}.
 */
public class UnixStreamServer extends StreamServer {

	private final Path path;

	private volatile @Nullable UnixSocketFile file;

	/**
	 * A server with default options. Does not bind yet.
	 * @param path where the socket is; at most 106 bytes long
	 * @param handlers makes a handler per connection
	 * @param mixIns concurrency and other concerns, the outermost first; none for the
	 * plain synchronous server
	 */
	public UnixStreamServer(Path path, RequestHandlerFactory handlers, MixIn... mixIns) {
		this(path, handlers, ServerOptions.DEFAULT, mixIns);
	}

	/**
	 * A server. Does not bind yet.
	 * @param path where the socket is; at most 106 bytes long
	 * @param handlers makes a handler per connection
	 * @param options how it listens, and what it allows
	 * @param mixIns concurrency and other concerns, the outermost first; none for the
	 * plain synchronous server
	 */
	public UnixStreamServer(Path path, RequestHandlerFactory handlers, ServerOptions options, MixIn... mixIns) {
		super(UnixDomainSocketAddress.of(path), handlers, options, mixIns);
		if (options.proxyProtocol().isPresent()) {
			throw new IllegalArgumentException("The server '" + options.name()
					+ "' listens on a Unix socket, whose clients have no address to require the PROXY protocol from");
		}
		this.path = path;
	}

	@Override
	public String transport() {
		return "unix";
	}

	/**
	 * Where the socket is.
	 * @return the path as configured
	 */
	public Path path() {
		return this.path;
	}

	@Override
	ServerSocketChannel openChannel() throws IOException {
		return ServerSocketChannel.open(StandardProtocolFamily.UNIX);
	}

	@Override
	void listen(ServerSocketChannel open, SocketAddress address) throws IOException {
		Path where = ((UnixDomainSocketAddress) address).getPath();
		this.file = UnixSocketFile.bind(open, where, options().unixPermissions(), options().requestQueueSize());
	}

	@Override
	protected SocketAddress boundAddress() {
		// The channel itself only knows the name it was bound with, before it was moved.
		return UnixDomainSocketAddress.of(this.path);
	}

	@Override
	void withdraw() {
		UnixSocketFile current = this.file;
		this.file = null;
		if (current != null) {
			current.remove();
		}
	}

	@Override
	StreamRequest request(SocketChannel accepted) throws IOException {
		setSize(accepted, StandardSocketOptions.SO_SNDBUF, options().sendBufferSize());
		setSize(accepted, StandardSocketOptions.SO_RCVBUF, options().receiveBufferSize());
		return new StreamRequest(this, accepted, streamOptions(), peer(accepted), serverAddress());
	}

	private static void setSize(SocketChannel accepted, SocketOption<Integer> option, int bytes) throws IOException {
		if (bytes > 0) {
			accepted.setOption(option, bytes);
		}
	}

	private static UnixPeerAddress peer(SocketChannel accepted) throws IOException {
		return accepted.supportedOptions().contains(ExtendedSocketOptions.SO_PEERCRED)
				? UnixPeerAddress.of(accepted.getOption(ExtendedSocketOptions.SO_PEERCRED)) : UnixPeerAddress.UNKNOWN;
	}

}
