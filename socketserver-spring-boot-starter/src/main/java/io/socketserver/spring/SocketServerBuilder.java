package io.socketserver.spring;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

import io.socketserver.BaseServer;
import io.socketserver.ServerOptions;
import io.socketserver.TcpServer;
import io.socketserver.UdpServer;
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

	private InetSocketAddress address;

	private ServerOptions options;

	private Transport transport = Transport.TCP;

	/**
	 * A server with default options and no mix-ins.
	 * @param name the server's name, which stays
	 * @param address where it listens
	 * @param handlers makes a handler per request
	 */
	public SocketServerBuilder(String name, InetSocketAddress address, RequestHandlerFactory handlers) {
		this.name = name;
		this.address = address;
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
	public InetSocketAddress address() {
		return this.address;
	}

	/**
	 * Has it listen somewhere else.
	 * @param value the address; port 0 takes any free one
	 * @return this
	 */
	public SocketServerBuilder address(InetSocketAddress value) {
		this.address = value;
		return this;
	}

	/**
	 * What carries its requests.
	 * @return connections (TCP) if nobody says otherwise
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
	 */
	public BaseServer build() {
		MixIn[] all = this.mixIns.toArray(MixIn[]::new);
		BaseServer server = switch (this.transport) {
			case TCP -> new TcpServer(this.address, this.handlers, this.options, all);
			case UDP -> new UdpServer(this.address, this.handlers, this.options, all);
		};
		this.listeners.forEach(server::addListener);
		return server;
	}

}
