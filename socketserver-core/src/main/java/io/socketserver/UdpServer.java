package io.socketserver;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import io.socketserver.internal.UdpSockets;
import io.socketserver.message.DatagramSessions;
import io.socketserver.message.MessageService;
import io.socketserver.mixin.ForkingMixIn;
import io.socketserver.mixin.MultiplexingMixIn;
import io.socketserver.request.MixIn;
import io.socketserver.request.Request;
import io.socketserver.request.RequestHandlerFactory;

/**
 * A server for datagrams, each of which is a request. Python's {@code UDPServer}.
 *
 * <pre>{@code
 * UdpServer server = new UdpServer(new InetSocketAddress("127.0.0.1", 9003), UpperCaseHandler::new,
 *         new PoolingMixIn(4));
 * server.start();
 * }</pre>
 *
 * <p>
 * Handlers extend {@link io.socketserver.request.DatagramRequestHandler}.
 * {@link ServerOptions#maxConnections()} bounds the datagrams that are handled at once:
 * at the limit the server stops receiving, and the kernel keeps what comes as long as its
 * buffer ({@link ServerOptions#receiveBufferSize()}) has room, then drops it:
 * {@link #kernelDrops()}. With several {@link UdpOptions#receivers()}, each may be one
 * datagram ahead of the limit. Timeouts for peers have no meaning here;
 * {@link ServerOptions#requestTimeout()} interrupts a handler that takes too long.
 *
 * <p>
 * With {@link UdpOptions#sessions()}, what one peer sends forms a connection, whose
 * messages a {@link io.socketserver.message.MessageHandler} handles in their order, as
 * for any other transport. It ends at the {@link ServerOptions#idleTimeout()}, and
 * {@code maxConnections} bounds sessions too: datagrams of more peers are dropped.
 *
 * <p>
 * Two servers never share a port by accident: {@link ServerOptions#reuseAddress()} only
 * matters for a multicast group, {@link ServerOptions#reusePort()} has to be asked for.
 *
 * <p>
 * Threads, life-cycle and errors are those of {@link BaseServer}.
 */
public class UdpServer extends BaseServer {

	private volatile @Nullable PacketChannel channel;

	private volatile Set<String> inodes = Set.of();

	/**
	 * A server with default options. Does not bind yet.
	 * @param address where to listen; port 0 takes any free one
	 * @param handlers makes a handler per datagram
	 * @param mixIns concurrency and other concerns, the outermost first; none for the
	 * plain synchronous server
	 */
	public UdpServer(InetSocketAddress address, RequestHandlerFactory handlers, MixIn... mixIns) {
		this(address, handlers, ServerOptions.DEFAULT, mixIns);
	}

	/**
	 * A server. Does not bind yet.
	 * @param address where to listen; port 0 takes any free one
	 * @param handlers makes a handler per datagram
	 * @param options how it listens, and what it allows
	 * @param mixIns concurrency and other concerns, the outermost first; none for the
	 * plain synchronous server
	 */
	public UdpServer(InetSocketAddress address, RequestHandlerFactory handlers, ServerOptions options,
			MixIn... mixIns) {
		this(address, Parts.of(handlers, options, mixIns), options);
	}

	private UdpServer(InetSocketAddress address, Parts parts, ServerOptions options) {
		super(address, parts.handlers(), options, parts.mixIns().toArray(MixIn[]::new));
	}

	@Override
	public String transport() {
		return "udp";
	}

	/**
	 * The port the server listens on.
	 * @return the actual port once bound, the configured one (0 for any) before
	 */
	public int port() {
		return ((InetSocketAddress) serverAddress()).getPort();
	}

	/**
	 * Datagrams that the kernel has dropped since the server was bound, for want of room
	 * in the receive buffer or because they were damaged: they never reached the server.
	 * Reads a file of the system's.
	 * @return empty where the system does not say (it does on Linux), or while not bound
	 */
	public OptionalLong kernelDrops() {
		return UdpSockets.drops(this.inodes);
	}

	/**
	 * Takes one datagram, as {@link BaseServer#handleRequest(Duration)}.
	 * @param timeout how long to wait
	 * @return true if a datagram was taken
	 * @throws IllegalStateException also with several receivers, whose other sockets
	 * nobody would read
	 */
	@Override
	public boolean handleRequest(Duration timeout) {
		if (options().udp().receivers() > 1) {
			throw new IllegalStateException(describe()
					+ " cannot take a single datagram: it has several receivers. Use serveForever() or start()");
		}
		return super.handleRequest(timeout);
	}

	@Override
	protected SelectableChannel serverBind(SocketAddress address) throws IOException {
		List<DatagramChannel> open = new DatagramBinding(options()).open((InetSocketAddress) address);
		List<Receiver> others = new ArrayList<>();
		try {
			for (int i = 1; i < open.size(); i++) {
				others.add(new Receiver(this, new PacketChannel(this, open.get(i)), i));
			}
			this.channel = new PacketChannel(this, open.get(0));
			this.inodes = UdpSockets.inodes(((InetSocketAddress) open.get(0).getLocalAddress()).getPort());
			receivers(others);
			return open.get(0);
		}
		catch (IOException | RuntimeException ex) {
			others.forEach(Receiver::release);
			DatagramBinding.close(open);
			throw ex;
		}
	}

	@Override
	protected SocketAddress boundAddress() throws IOException {
		SocketAddress bound = channel().channel().getLocalAddress();
		return (bound != null) ? bound : serverAddress();
	}

	@Override
	int acceptOperation() {
		return SelectionKey.OP_READ;
	}

	@Override
	protected @Nullable Request getRequest() throws IOException {
		return channel().receive();
	}

	@Override
	boolean repliesThroughListener() {
		return true;
	}

	/**
	 * Does nothing: the socket is the server's.
	 */
	@Override
	protected void closeRequest(Request request) {
	}

	private PacketChannel channel() throws IOException {
		PacketChannel open = this.channel;
		if (open == null) {
			throw new IOException("The server '" + name() + "' is not bound");
		}
		return open;
	}

	/**
	 * What the server is made of: as it was given, or with sessions laid over it.
	 *
	 * @param handlers makes handlers of datagrams
	 * @param mixIns the mix-ins
	 */
	private record Parts(RequestHandlerFactory handlers, List<MixIn> mixIns) {

		static Parts of(RequestHandlerFactory handlers, ServerOptions options, MixIn... mixIns) {
			boolean messages = handlers instanceof MessageService<?, ?>;
			if (messages != options.udp().sessions()) {
				throw new IllegalArgumentException("The UDP server '" + options.name() + "' " + (messages
						? "has a MessageService, whose connections are sessions: turn them on"
						: "has sessions, and its handlers know none: give it a MessageService, or turn them off")
						+ " (UdpOptions.withSessions)");
			}
			if (!messages && List.of(mixIns).stream().anyMatch(MultiplexingMixIn.class::isInstance)) {
				throw new IllegalArgumentException("The UDP server '" + options.name()
						+ "' cannot be multiplexed without sessions: give it a MessageService and"
						+ " UdpOptions.withSessions, or no strategy, which runs its handlers on its loop, or on several"
						+ " (UdpOptions.withReceivers), or a PoolingMixIn, which runs them off it");
			}
			if (messages && List.of(mixIns).stream().anyMatch(ForkingMixIn.class::isInstance)) {
				throw new IllegalArgumentException("The UDP server '" + options.name()
						+ "' has sessions, which no worker process can hold: each datagram may go to another one. Use"
						+ " threads (ThreadingMixIn, PoolingMixIn), or a DatagramRequestHandler without sessions");
			}
			return messages ? withSessions((MessageService<?, ?>) handlers, options, mixIns)
					: new Parts(handlers, List.of(mixIns));
		}

		private static Parts withSessions(MessageService<?, ?> service, ServerOptions options, MixIn... mixIns) {
			DatagramSessions<?, ?> sessions = new DatagramSessions<>(service, options.maxConnections());
			List<MixIn> all = new ArrayList<>();
			all.add(sessions);
			all.addAll(List.of(mixIns));
			return new Parts(sessions, List.copyOf(all));
		}

	}

}
