package io.socketserver;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

import io.socketserver.proxy.ProxyProtocol;
import io.socketserver.request.StreamOptions;
import io.socketserver.tls.TlsOptions;

/**
 * How a server listens, and what it allows. Immutable: each {@code with} method answers a
 * copy.
 *
 * <pre>{@code
 * ServerOptions.DEFAULT.withName("echo").withMaxConnections(500).withIdleTimeout(Duration.ofMinutes(1))
 * }</pre>
 */
public final class ServerOptions implements Cloneable {

	/**
	 * The defaults, which each method documents.
	 */
	public static final ServerOptions DEFAULT = new ServerOptions();

	private String name = "socketserver";

	private int requestQueueSize = 1024;

	private boolean reuseAddress = true;

	private boolean reusePort;

	private boolean tcpNoDelay = true;

	private KeepAlive keepAlive = KeepAlive.ON;

	private int receiveBufferSize;

	private int sendBufferSize;

	private Optional<Duration> linger = Optional.empty();

	private int maxConnections = 8192;

	private Duration idleTimeout = Duration.ofMinutes(5);

	private Duration requestTimeout = Duration.ZERO;

	private Duration readTimeout = Duration.ZERO;

	private Duration drainTimeout = Duration.ofSeconds(30);

	private Duration lingerTimeout = Duration.ofSeconds(2);

	private int maxLineLength = 8192;

	private int bufferSize = 8192;

	private Charset charset = StandardCharsets.UTF_8;

	private UdpOptions udp = UdpOptions.DEFAULT;

	private Set<PosixFilePermission> unixPermissions = PosixFilePermissions.fromString("rw-------");

	private Optional<ProxyProtocol> proxyProtocol = Optional.empty();

	private Optional<TlsOptions> tls = Optional.empty();

	private ServerOptions() {
	}

	/**
	 * The server's name, in connection ids, thread names and log lines.
	 * @return {@code socketserver} by default
	 */
	public String name() {
		return this.name;
	}

	/**
	 * Python's {@code request_queue_size}: how many clients the kernel keeps waiting
	 * before they are accepted (the backlog). Not a limit of connections. The kernel may
	 * lower it (Linux: {@code net.core.somaxconn}).
	 * @return 1024 by default
	 */
	public int requestQueueSize() {
		return this.requestQueueSize;
	}

	/**
	 * Python's {@code allow_reuse_address} (SO_REUSEADDR): whether the port may be bound
	 * again while connections of a former server linger in TIME_WAIT.
	 * @return true by default
	 */
	public boolean reuseAddress() {
		return this.reuseAddress;
	}

	/**
	 * Python's {@code allow_reuse_port} (SO_REUSEPORT): whether other sockets, also of
	 * other processes of the same user, may listen on the port at the same time and take
	 * some of its connections.
	 * @return false by default
	 */
	public boolean reusePort() {
		return this.reusePort;
	}

	/**
	 * TCP_NODELAY: whether small writes go out at once.
	 * @return true by default
	 */
	public boolean tcpNoDelay() {
		return this.tcpNoDelay;
	}

	/**
	 * SO_KEEPALIVE: whether and how the kernel probes silent peers.
	 * @return on with the kernel's times by default
	 */
	public KeepAlive keepAlive() {
		return this.keepAlive;
	}

	/**
	 * SO_RCVBUF of each connection, or of the UDP socket: what comes while handlers are
	 * busy waits there. Linux caps it (net.core.rmem_max).
	 * @return bytes; 0, the default, leaves it to the kernel
	 */
	public int receiveBufferSize() {
		return this.receiveBufferSize;
	}

	/**
	 * SO_SNDBUF of each connection, or of the UDP socket.
	 * @return bytes; 0, the default, leaves it to the kernel
	 */
	public int sendBufferSize() {
		return this.sendBufferSize;
	}

	/**
	 * SO_LINGER of each connection; zero resets the peer at the end. Rarely wanted: see
	 * {@link #lingerTimeout()} for the orderly end.
	 * @return empty, the default, leaves it to the kernel
	 */
	public Optional<Duration> linger() {
		return this.linger;
	}

	/**
	 * How many connections may be open at once. At the limit the server stops accepting;
	 * who comes then waits in the kernel's queue.
	 * @return 8192 by default
	 */
	public int maxConnections() {
		return this.maxConnections;
	}

	/**
	 * How long a handler may wait for its peer, to send or to take a byte, before the
	 * connection is closed. Does not count while the handler computes.
	 * @return 5 minutes by default; zero for ever
	 */
	public Duration idleTimeout() {
		return this.idleTimeout;
	}

	/**
	 * How long a request within a connection may take, from its first byte until it is
	 * answered, before the connection is closed. Ends a peer that drips as well as a
	 * handler that hangs.
	 * @return zero, the default, for ever
	 */
	public Duration requestTimeout() {
		return this.requestTimeout;
	}

	/**
	 * Python's {@code timeout} of a stream handler: how long a single read may wait
	 * before the handler gets a {@link java.net.SocketTimeoutException}.
	 * @return zero, the default, for ever
	 */
	public Duration readTimeout() {
		return this.readTimeout;
	}

	/**
	 * How long {@code shutdown()} and {@code close()} wait for requests under way.
	 * @return 30 seconds by default
	 */
	public Duration drainTimeout() {
		return this.drainTimeout;
	}

	/**
	 * How long a peer may take to close its side after the server has closed its own,
	 * before it is reset.
	 * @return 2 seconds by default
	 */
	public Duration lingerTimeout() {
		return this.lingerTimeout;
	}

	/**
	 * How handlers read and write.
	 * @return the options for streams
	 */
	public StreamOptions stream() {
		return new StreamOptions(this.charset, this.maxLineLength, this.bufferSize, this.readTimeout);
	}

	/**
	 * How datagrams are received and answered. Of no meaning for a stream server.
	 * @return {@link UdpOptions#DEFAULT} by default
	 */
	public UdpOptions udp() {
		return this.udp;
	}

	/**
	 * A copy with {@link #udp()}.
	 * @param value how datagrams are received and answered
	 * @return the copy
	 */
	public ServerOptions withUdp(UdpOptions value) {
		ServerOptions copy = copy();
		copy.udp = value;
		return copy;
	}

	/**
	 * The permissions of a Unix socket's file. To connect, a client needs the permission
	 * to write.
	 * @return {@code rw-------} by default: the user of this process, and root
	 */
	public Set<PosixFilePermission> unixPermissions() {
		return this.unixPermissions;
	}

	/**
	 * From whom the PROXY protocol is required, over TCP and UDP.
	 * @return empty by default: whatever comes first is the client's
	 */
	public Optional<ProxyProtocol> proxyProtocol() {
		return this.proxyProtocol;
	}

	/**
	 * How connections speak TLS.
	 * @return empty, the default, for connections in clear
	 */
	public Optional<TlsOptions> tls() {
		return this.tls;
	}

	/**
	 * A copy with {@link #tls()}.
	 * @param value how
	 * @return the copy
	 */
	public ServerOptions withTls(TlsOptions value) {
		ServerOptions copy = copy();
		copy.tls = Optional.of(value);
		return copy;
	}

	/**
	 * A copy with a {@link #name()}.
	 * @param value not empty
	 * @return the copy
	 */
	public ServerOptions withName(String value) {
		check(!value.isBlank(), "name must not be blank", value);
		ServerOptions copy = copy();
		copy.name = value;
		return copy;
	}

	/**
	 * A copy with a {@link #requestQueueSize()}.
	 * @param value at least 1
	 * @return the copy
	 */
	public ServerOptions withRequestQueueSize(int value) {
		check(value >= 1, "requestQueueSize must be at least 1", value);
		ServerOptions copy = copy();
		copy.requestQueueSize = value;
		return copy;
	}

	/**
	 * A copy with {@link #reuseAddress()}.
	 * @param value whether
	 * @return the copy
	 */
	public ServerOptions withReuseAddress(boolean value) {
		ServerOptions copy = copy();
		copy.reuseAddress = value;
		return copy;
	}

	/**
	 * A copy with {@link #reusePort()}.
	 * @param value whether
	 * @return the copy
	 */
	public ServerOptions withReusePort(boolean value) {
		ServerOptions copy = copy();
		copy.reusePort = value;
		return copy;
	}

	/**
	 * A copy with {@link #tcpNoDelay()}.
	 * @param value whether
	 * @return the copy
	 */
	public ServerOptions withTcpNoDelay(boolean value) {
		ServerOptions copy = copy();
		copy.tcpNoDelay = value;
		return copy;
	}

	/**
	 * A copy with a {@link #keepAlive()}.
	 * @param value how
	 * @return the copy
	 */
	public ServerOptions withKeepAlive(KeepAlive value) {
		ServerOptions copy = copy();
		copy.keepAlive = value;
		return copy;
	}

	/**
	 * A copy with a {@link #receiveBufferSize()}.
	 * @param value bytes, or 0
	 * @return the copy
	 */
	public ServerOptions withReceiveBufferSize(int value) {
		check(value >= 0, "receiveBufferSize must not be negative", value);
		ServerOptions copy = copy();
		copy.receiveBufferSize = value;
		return copy;
	}

	/**
	 * A copy with a {@link #sendBufferSize()}.
	 * @param value bytes, or 0
	 * @return the copy
	 */
	public ServerOptions withSendBufferSize(int value) {
		check(value >= 0, "sendBufferSize must not be negative", value);
		ServerOptions copy = copy();
		copy.sendBufferSize = value;
		return copy;
	}

	/**
	 * A copy with a {@link #linger()}.
	 * @param value how long, in whole seconds
	 * @return the copy
	 */
	public ServerOptions withLinger(Duration value) {
		ServerOptions copy = copy();
		copy.linger = Optional.of(notNegative("linger", value));
		return copy;
	}

	/**
	 * A copy with {@link #maxConnections()}.
	 * @param value at least 1
	 * @return the copy
	 */
	public ServerOptions withMaxConnections(int value) {
		check(value >= 1, "maxConnections must be at least 1", value);
		ServerOptions copy = copy();
		copy.maxConnections = value;
		return copy;
	}

	/**
	 * A copy with an {@link #idleTimeout()}.
	 * @param value how long, or zero
	 * @return the copy
	 */
	public ServerOptions withIdleTimeout(Duration value) {
		ServerOptions copy = copy();
		copy.idleTimeout = notNegative("idleTimeout", value);
		return copy;
	}

	/**
	 * A copy with a {@link #requestTimeout()}.
	 * @param value how long, or zero
	 * @return the copy
	 */
	public ServerOptions withRequestTimeout(Duration value) {
		ServerOptions copy = copy();
		copy.requestTimeout = notNegative("requestTimeout", value);
		return copy;
	}

	/**
	 * A copy with a {@link #readTimeout()}.
	 * @param value how long, or zero
	 * @return the copy
	 */
	public ServerOptions withReadTimeout(Duration value) {
		ServerOptions copy = copy();
		copy.readTimeout = notNegative("readTimeout", value);
		return copy;
	}

	/**
	 * A copy with a {@link #drainTimeout()}.
	 * @param value how long, or zero for at once
	 * @return the copy
	 */
	public ServerOptions withDrainTimeout(Duration value) {
		ServerOptions copy = copy();
		copy.drainTimeout = notNegative("drainTimeout", value);
		return copy;
	}

	/**
	 * A copy with a {@link #lingerTimeout()}.
	 * @param value how long, or zero to close at once
	 * @return the copy
	 */
	public ServerOptions withLingerTimeout(Duration value) {
		ServerOptions copy = copy();
		copy.lingerTimeout = notNegative("lingerTimeout", value);
		return copy;
	}

	/**
	 * A copy with another longest line for handlers.
	 * @param value bytes without the line's end, at least 1
	 * @return the copy
	 */
	public ServerOptions withMaxLineLength(int value) {
		check(value >= 1, "maxLineLength must be at least 1", value);
		ServerOptions copy = copy();
		copy.maxLineLength = value;
		return copy;
	}

	/**
	 * A copy with another size of handlers' buffers.
	 * @param value bytes, at least 64
	 * @return the copy
	 */
	public ServerOptions withBufferSize(int value) {
		check(value >= 64, "bufferSize must be at least 64", value);
		ServerOptions copy = copy();
		copy.bufferSize = value;
		return copy;
	}

	/**
	 * A copy with another character set of lines.
	 * @param value the character set
	 * @return the copy
	 */
	public ServerOptions withCharset(Charset value) {
		ServerOptions copy = copy();
		copy.charset = value;
		return copy;
	}

	/**
	 * A copy with other permissions of a Unix socket's file.
	 * @param value the permissions; see {@code PosixFilePermissions.fromString}
	 * @return the copy
	 */
	public ServerOptions withUnixPermissions(Set<PosixFilePermission> value) {
		ServerOptions copy = copy();
		copy.unixPermissions = Set.copyOf(value);
		return copy;
	}

	/**
	 * A copy that requires the PROXY protocol.
	 * @param value from whom
	 * @return the copy
	 */
	public ServerOptions withProxyProtocol(ProxyProtocol value) {
		ServerOptions copy = copy();
		copy.proxyProtocol = Optional.of(value);
		return copy;
	}

	private ServerOptions copy() {
		try {
			return (ServerOptions) clone();
		}
		catch (CloneNotSupportedException ex) {
			throw new AssertionError(ex);
		}
	}

	private static Duration notNegative(String option, Duration value) {
		check(!value.isNegative(), option + " must not be negative", value);
		return value;
	}

	private static void check(boolean ok, String rule, Object value) {
		if (!ok) {
			throw new IllegalArgumentException(rule + ", and is " + value);
		}
	}

	/**
	 * TCP keep-alive: the kernel probes a peer that has been silent, and the connection
	 * ends if no probe is answered.
	 *
	 * @param enabled whether
	 * @param idle silence before the first probe, in whole seconds; zero for the kernel's
	 * value (Linux: two hours)
	 * @param interval time between probes, in whole seconds; zero for the kernel's
	 * @param count unanswered probes that end the connection; zero for the kernel's
	 */
	public record KeepAlive(boolean enabled, Duration idle, Duration interval, int count) {

		/**
		 * Off.
		 */
		public static final KeepAlive OFF = new KeepAlive(false, Duration.ZERO, Duration.ZERO, 0);

		/**
		 * On, with the kernel's times.
		 */
		public static final KeepAlive ON = new KeepAlive(true, Duration.ZERO, Duration.ZERO, 0);

		/**
		 * Checks the values.
		 */
		public KeepAlive {
			notNegative("keepAlive.idle", idle);
			notNegative("keepAlive.interval", interval);
			check(count >= 0, "keepAlive.count must not be negative", count);
		}

	}

}
