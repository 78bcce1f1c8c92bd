package io.socketserver;

import java.io.IOException;
import java.net.SocketAddress;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

import org.jspecify.annotations.Nullable;

import io.socketserver.mixin.ForkingMixIn;
import io.socketserver.request.CloseReason;
import io.socketserver.request.MixIn;
import io.socketserver.request.Request;
import io.socketserver.request.RequestHandlerFactory;
import io.socketserver.request.StreamRequest;
import io.socketserver.tls.TlsOptions;

/**
 * What servers for connections have in common, whatever carries them.
 */
abstract class StreamServer extends BaseServer {

	private volatile @Nullable ServerSocketChannel channel;

	StreamServer(SocketAddress address, RequestHandlerFactory handlers, ServerOptions options, MixIn... mixIns) {
		super(address, handlers, options, mixIns);
		boolean onDemand = options.tls().filter(TlsOptions::isOnDemand).isPresent();
		if (onDemand && mixIns().stream().anyMatch(ForkingMixIn.class::isInstance)) {
			throw new IllegalArgumentException("The server '" + options.name() + "' cannot start TLS on demand in its"
					+ " worker processes, where the handlers are and the sockets are not: speak TLS from the first"
					+ " byte on, or choose another concurrency than fork");
		}
	}

	/**
	 * Opens a channel that is not bound yet.
	 */
	abstract ServerSocketChannel openChannel() throws IOException;

	/**
	 * Sets the channel's options, and binds it.
	 */
	abstract void listen(ServerSocketChannel open, SocketAddress address) throws IOException;

	/**
	 * Sets the connection's options, and makes a request of it.
	 */
	abstract StreamRequest request(SocketChannel accepted) throws IOException;

	@Override
	protected SelectableChannel serverBind(SocketAddress address) throws IOException {
		ServerSocketChannel open = openChannel();
		try {
			open.configureBlocking(false);
			listen(open, address);
			this.channel = open;
			return open;
		}
		catch (IOException | RuntimeException ex) {
			open.close();
			throw ex;
		}
	}

	@Override
	int acceptOperation() {
		return SelectionKey.OP_ACCEPT;
	}

	@Override
	protected @Nullable Request getRequest() throws IOException {
		for (SocketChannel accepted; (accepted = channel().accept()) != null;) {
			try {
				StreamRequest request = request(accepted);
				options().tls().ifPresent(request::tls);
				return request;
			}
			catch (IOException ignored) {
				// This client is gone already, having reset at once: the next may be
				// there.
				accepted.close();
			}
			catch (Throwable ex) {
				accepted.close();
				throw ex;
			}
		}
		return null;
	}

	/**
	 * Tells the client that nothing more will come (half-close), then closes the request.
	 */
	@Override
	protected void shutdownRequest(Request request) {
		((StreamRequest) request).shutdownOutputQuietly();
		super.shutdownRequest(request);
	}

	/**
	 * Closes the connection: at once if the client has closed its side, else after having
	 * waited for that in the loop.
	 */
	@Override
	protected void closeRequest(Request request) {
		StreamRequest stream = (StreamRequest) request;
		boolean peerIsGone = stream.sawEnd() || stream.closeReason().filter(CloseReason.PEER_RESET::equals).isPresent();
		if (peerIsGone && !stream.isForced()) {
			stream.closeQuietly();
		}
		else {
			lingerer().linger(stream);
		}
	}

	final ServerSocketChannel channel() throws IOException {
		ServerSocketChannel open = this.channel;
		if (open == null) {
			throw new IOException("The server '" + name() + "' is not bound");
		}
		return open;
	}

}
