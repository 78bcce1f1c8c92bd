package io.socketserver.spring;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

import io.socketserver.BaseServer;
import io.socketserver.ServerOptions;
import io.socketserver.TcpServer;
import io.socketserver.UdpServer;
import io.socketserver.UnixStreamServer;
import io.socketserver.request.MixIn;
import io.socketserver.request.RequestHandlerFactory;
import io.socketserver.request.ServerListener;

/**
 * A server to be, which a {@link SocketServerCustomizer} may change. Used by one thread.
 */
public final class SocketServerBuilder {

	private final String name;

	private final RequestHandlerFactory handlers;

	private final List<MixIn> mixIns = new ArrayList<>();

	private final List<ServerListener> listeners = new ArrayList<>();

	private SocketAddress address;

	private ServerOptions options;

	private Transport transport;

	/**
	 * A server with default options and no mix-ins.
	 * @param name the server's name, which stays
	 * @param address where it listens: an {@link InetSocketAddress}, or a
	 * {@link UnixDomainSocketAddress} for a Unix socket
	 * @param handlers makes a handler per request
	 */
	public SocketServerBuilder(String name, SocketAddress address, RequestHandlerFactory handlers) {
		this.name = name;
		this.address = address;
		this.transport = isUnix(address) ? Transport.UNIX : Transport.TCP;
		this.handlers = handlers;
		this.options = ServerOptions.DEFAULT.withName(name);
	}

	/**
	 * The server's name.
	 * @return the name
	 */
	public String name() {
		return this.name;
	}

	/**
	 * Where it listens.
	 * @return the address so far
	 */
	public SocketAddress address() {
		return this.address;
	}

	/**
	 * Has it listen somewhere else. The transport follows, if it has to.
	 * @param value an {@link InetSocketAddress} for TCP, whose port 0 takes any free one,
	 * or a {@link UnixDomainSocketAddress} for a Unix socket
	 * @return this
	 */
	public SocketServerBuilder address(SocketAddress value) {
		this.address = value;
		if (isUnix(value) != (this.transport == Transport.UNIX)) {
			this.transport = isUnix(value) ? Transport.UNIX : Transport.TCP;
		}
		return this;
	}

	/**
	 * What carries its requests.
	 * @return what the address says, if nobody says otherwise
	 */
	public Transport transport() {
		return this.transport;
	}

	/**
	 * Has requests carried by something else. The handlers have to be of its kind.
	 * @param value what carries them
	 * @return this
	 */
	public SocketServerBuilder transport(Transport value) {
		this.transport = value;
		return this;
	}

	/**
	 * How it listens, and what it allows.
	 * @return the options so far
	 */
	public ServerOptions options() {
		return this.options;
	}

	/**
	 * Changes the options. Their name is always the server's.
	 * @param change answers changed options
	 * @return this
	 */
	public SocketServerBuilder options(UnaryOperator<ServerOptions> change) {
		this.options = change.apply(this.options).withName(this.name);
		return this;
	}

	/**
	 * The mix-ins, the outermost first; the one that {@code concurrency} asks for comes
	 * last.
	 * @return a list that may be changed
	 */
	public List<MixIn> mixIns() {
		return this.mixIns;
	}

	/**
	 * Has a listener told of connections and requests.
	 * @param listener the listener
	 * @return this
	 */
	public SocketServerBuilder listener(ServerListener listener) {
		this.listeners.add(listener);
		return this;
	}

	/**
	 * Makes the server. It is not bound yet.
	 * @return a new server
	 * @throws IllegalArgumentException if there is no server for such an address, or the
	 * options do not fit it
	 */
	public BaseServer build() {
		BaseServer server = make(this.mixIns.toArray(MixIn[]::new));
		this.listeners.forEach(server::addListener);
		return server;
	}

	private BaseServer make(MixIn[] all) {
		return switch (this.transport) {
			case TCP -> new TcpServer(address(InetSocketAddress.class), this.handlers, this.options, all);
			case UNIX -> new UnixStreamServer(address(UnixDomainSocketAddress.class).getPath(), this.handlers,
					this.options, all);
			case UDP -> new UdpServer(address(InetSocketAddress.class), this.handlers, this.options, all);
		};
	}

	private <A extends SocketAddress> A address(Class<A> type) {
		if (!type.isInstance(this.address)) {
			throw new IllegalArgumentException("The transport of the server '" + this.name + "' is " + this.transport
					+ ", which cannot listen on " + this.address + ": that is no " + type.getSimpleName());
		}
		return type.cast(this.address);
	}

	private static boolean isUnix(SocketAddress address) {
		return address instanceof UnixDomainSocketAddress;
	}

}
