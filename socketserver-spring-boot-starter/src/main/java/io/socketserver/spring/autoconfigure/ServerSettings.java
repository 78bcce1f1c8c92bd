package io.socketserver.spring.autoconfigure;

import java.net.InetAddress;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.springframework.util.unit.DataSize;

import io.socketserver.UdpOptions.LongPackets;
import io.socketserver.framing.LengthField;
import io.socketserver.mixin.OverflowPolicy;
import io.socketserver.request.Cidr;
import io.socketserver.spring.Concurrency;
import io.socketserver.spring.Transport;
import io.socketserver.tls.ClientAuth;

/**
 * What can be configured of a server. What is null is not configured: a named server then
 * has the flat key's value, and the flat keys have those of
 * {@link io.socketserver.ServerOptions#DEFAULT}.
 */
public class ServerSettings {

	/**
	 * Whether the server exists. The flat key switches all servers off.
	 */
	private @Nullable Boolean enabled;

	/**
	 * Whether the server starts with the application. If not, it is bound when it is
	 * started by name.
	 */
	private @Nullable Boolean autoStartup;

	/**
	 * Network address to listen on. All interfaces if not set.
	 */
	private @Nullable InetAddress address;

	/**
	 * Port to listen on. 0 takes any free one.
	 */
	private @Nullable Integer port;

	/**
	 * What carries requests: connections (tcp), connections of this machine (unix), or
	 * datagrams (udp). If not set, unix where there is a unix-path, else tcp.
	 */
	private @Nullable Transport transport;

	/**
	 * Longest datagram that is handled (UDP). Longer ones are counted, and dropped unless
	 * udp.long-packets says otherwise.
	 */
	private @Nullable DataSize maxPacketSize;

	/**
	 * Path of a Unix socket to listen on, instead of an address and a port.
	 */
	private @Nullable Path unixPath;

	/**
	 * Permissions of the Unix socket's file, such as rw-rw----. To connect, a client
	 * needs the permission to write.
	 */
	private @Nullable String unixPermissions;

	/**
	 * From whom the PROXY protocol is required.
	 */
	private Proxying proxyProtocol = Proxying.UNSET;

	/**
	 * Addresses of clients that are let in, as blocks such as 10.0.0.0/8. Everybody if
	 * not set.
	 */
	private @Nullable List<Cidr> allow;

	/**
	 * Addresses of clients that are refused, even if they are allowed.
	 */
	private @Nullable List<Cidr> deny;

	/**
	 * Connections that one client address may have at once. More are refused. No limit if
	 * not set.
	 */
	private @Nullable Integer maxConnectionsPerAddress;

	/**
	 * How many bits of a client's address max-connections-per-address counts by.
	 */
	private AddressPrefix addressPrefix = AddressPrefix.UNSET;

	/**
	 * Where requests run. If not set, in virtual threads where
	 * spring.threads.virtual.enabled is in effect, else in platform threads.
	 */
	private @Nullable Concurrency concurrency;

	/**
	 * How the server ends with the application.
	 */
	private @Nullable Shutdown shutdown;

	/**
	 * Longest time that requests under way may take when the server ends gracefully. If
	 * not set, what spring.lifecycle.timeout-per-shutdown-phase leaves.
	 */
	private @Nullable Duration drainTimeout;

	/**
	 * Connections that may be open at once. At the limit the server stops accepting, and
	 * new clients wait in the kernel's queue.
	 */
	private @Nullable Integer maxConnections;

	/**
	 * Time a connection may wait for its peer before it is closed. 0 for ever.
	 */
	private @Nullable Duration idleTimeout;

	/**
	 * Time a request within a connection may take, from its first byte to its answer,
	 * before the connection is closed. 0 for ever.
	 */
	private @Nullable Duration requestTimeout;

	/**
	 * Time a single read of a handler may wait before it gets an exception. 0 for ever.
	 */
	private @Nullable Duration readTimeout;

	/**
	 * Time a peer may take to close its side after the server has closed its own, before
	 * it is reset.
	 */
	private @Nullable Duration lingerTimeout;

	/**
	 * Longest line that a handler reads, without its end.
	 */
	private @Nullable DataSize maxLineLength;

	/**
	 * Size of the input buffer and of the output buffer of a handler.
	 */
	private @Nullable DataSize bufferSize;

	/**
	 * Character set of lines.
	 */
	private @Nullable Charset charset;

	/**
	 * Clients that the kernel keeps waiting before they are accepted (the backlog).
	 */
	private @Nullable Integer requestQueueSize;

	/**
	 * Whether the port may be bound while connections of a former server linger
	 * (SO_REUSEADDR).
	 */
	private @Nullable Boolean reuseAddress;

	/**
	 * Whether other sockets may listen on the port at the same time (SO_REUSEPORT).
	 */
	private @Nullable Boolean reusePort;

	/**
	 * Whether small writes go out at once (TCP_NODELAY).
	 */
	private @Nullable Boolean tcpNoDelay;

	/**
	 * Size of the kernel's receive buffer of a connection (SO_RCVBUF). 0 leaves it to the
	 * kernel.
	 */
	private @Nullable DataSize receiveBufferSize;

	/**
	 * Size of the kernel's send buffer of a connection (SO_SNDBUF). 0 leaves it to the
	 * kernel.
	 */
	private @Nullable DataSize sendBufferSize;

	/**
	 * Time that closing a socket waits for unsent data (SO_LINGER), in whole seconds. 0
	 * resets the peer. Left to the kernel if not set.
	 */
	private @Nullable Duration linger;

	/**
	 * How the kernel probes peers that have been silent.
	 */
	private KeepAlive keepAlive = KeepAlive.UNSET;

	private Udp udp = Udp.UNSET;

	/**
	 * How connections speak TLS.
	 */
	private Ssl ssl = Ssl.UNSET;

	/**
	 * How requests use threads of their own, with concurrency thread or virtual.
	 */
	private ThreadPerRequest thread = ThreadPerRequest.UNSET;

	/**
	 * How requests share threads, with concurrency pool.
	 */
	private ThreadPool pool = ThreadPool.UNSET;

	/**
	 * How connections share selector loops, with concurrency multiplex.
	 */
	private Multiplex multiplex = Multiplex.UNSET;

	/**
	 * Where message handlers run, with concurrency multiplex. If not set, in virtual
	 * threads where there are some, else on a pool.
	 */
	private @Nullable Execution handlerExecution;

	/**
	 * The threads of message handlers, with handler-execution pool.
	 */
	private HandlerPool handlerPool = HandlerPool.UNSET;

	/**
	 * How bytes become messages, for message handlers.
	 */
	private Framing framing = Framing.UNSET;

	/**
	 * How much may wait for a peer that does not keep up, for message handlers.
	 */
	private WriteLimits writeLimits = WriteLimits.UNSET;

	/**
	 * How requests use worker processes, with concurrency fork.
	 */
	private Fork fork = Fork.UNSET;

	public @Nullable Boolean getEnabled() {
		return this.enabled;
	}

	public void setEnabled(@Nullable Boolean enabled) {
		this.enabled = enabled;
	}

	public @Nullable Boolean getAutoStartup() {
		return this.autoStartup;
	}

	public void setAutoStartup(@Nullable Boolean autoStartup) {
		this.autoStartup = autoStartup;
	}

	public @Nullable InetAddress getAddress() {
		return this.address;
	}

	public void setAddress(@Nullable InetAddress address) {
		this.address = address;
	}

	public @Nullable Integer getPort() {
		return this.port;
	}

	public void setPort(@Nullable Integer port) {
		this.port = port;
	}

	public @Nullable Path getUnixPath() {
		return this.unixPath;
	}

	public void setUnixPath(@Nullable Path unixPath) {
		this.unixPath = unixPath;
	}

	public @Nullable String getUnixPermissions() {
		return this.unixPermissions;
	}

	public void setUnixPermissions(@Nullable String unixPermissions) {
		this.unixPermissions = unixPermissions;
	}

	public Proxying getProxyProtocol() {
		return this.proxyProtocol;
	}

	public void setProxyProtocol(Proxying proxyProtocol) {
		this.proxyProtocol = proxyProtocol;
	}

	public @Nullable List<Cidr> getAllow() {
		return this.allow;
	}

	public void setAllow(@Nullable List<Cidr> allow) {
		this.allow = allow;
	}

	public @Nullable List<Cidr> getDeny() {
		return this.deny;
	}

	public void setDeny(@Nullable List<Cidr> deny) {
		this.deny = deny;
	}

	public @Nullable Integer getMaxConnectionsPerAddress() {
		return this.maxConnectionsPerAddress;
	}

	public void setMaxConnectionsPerAddress(@Nullable Integer maxConnectionsPerAddress) {
		this.maxConnectionsPerAddress = maxConnectionsPerAddress;
	}

	public AddressPrefix getAddressPrefix() {
		return this.addressPrefix;
	}

	public void setAddressPrefix(AddressPrefix addressPrefix) {
		this.addressPrefix = addressPrefix;
	}

	public @Nullable Concurrency getConcurrency() {
		return this.concurrency;
	}

	public void setConcurrency(@Nullable Concurrency concurrency) {
		this.concurrency = concurrency;
	}

	public @Nullable Shutdown getShutdown() {
		return this.shutdown;
	}

	public void setShutdown(@Nullable Shutdown shutdown) {
		this.shutdown = shutdown;
	}

	public @Nullable Duration getDrainTimeout() {
		return this.drainTimeout;
	}

	public void setDrainTimeout(@Nullable Duration drainTimeout) {
		this.drainTimeout = drainTimeout;
	}

	public @Nullable Integer getMaxConnections() {
		return this.maxConnections;
	}

	public void setMaxConnections(@Nullable Integer maxConnections) {
		this.maxConnections = maxConnections;
	}

	public @Nullable Duration getIdleTimeout() {
		return this.idleTimeout;
	}

	public void setIdleTimeout(@Nullable Duration idleTimeout) {
		this.idleTimeout = idleTimeout;
	}

	public @Nullable Duration getRequestTimeout() {
		return this.requestTimeout;
	}

	public void setRequestTimeout(@Nullable Duration requestTimeout) {
		this.requestTimeout = requestTimeout;
	}

	public @Nullable Duration getReadTimeout() {
		return this.readTimeout;
	}

	public void setReadTimeout(@Nullable Duration readTimeout) {
		this.readTimeout = readTimeout;
	}

	public @Nullable Duration getLingerTimeout() {
		return this.lingerTimeout;
	}

	public void setLingerTimeout(@Nullable Duration lingerTimeout) {
		this.lingerTimeout = lingerTimeout;
	}

	public @Nullable DataSize getMaxLineLength() {
		return this.maxLineLength;
	}

	public void setMaxLineLength(@Nullable DataSize maxLineLength) {
		this.maxLineLength = maxLineLength;
	}

	public @Nullable DataSize getBufferSize() {
		return this.bufferSize;
	}

	public void setBufferSize(@Nullable DataSize bufferSize) {
		this.bufferSize = bufferSize;
	}

	public @Nullable Charset getCharset() {
		return this.charset;
	}

	public void setCharset(@Nullable Charset charset) {
		this.charset = charset;
	}

	public @Nullable Integer getRequestQueueSize() {
		return this.requestQueueSize;
	}

	public void setRequestQueueSize(@Nullable Integer requestQueueSize) {
		this.requestQueueSize = requestQueueSize;
	}

	public @Nullable Boolean getReuseAddress() {
		return this.reuseAddress;
	}

	public void setReuseAddress(@Nullable Boolean reuseAddress) {
		this.reuseAddress = reuseAddress;
	}

	public @Nullable Boolean getReusePort() {
		return this.reusePort;
	}

	public void setReusePort(@Nullable Boolean reusePort) {
		this.reusePort = reusePort;
	}

	public @Nullable Boolean getTcpNoDelay() {
		return this.tcpNoDelay;
	}

	public void setTcpNoDelay(@Nullable Boolean tcpNoDelay) {
		this.tcpNoDelay = tcpNoDelay;
	}

	public @Nullable DataSize getReceiveBufferSize() {
		return this.receiveBufferSize;
	}

	public void setReceiveBufferSize(@Nullable DataSize receiveBufferSize) {
		this.receiveBufferSize = receiveBufferSize;
	}

	public @Nullable DataSize getSendBufferSize() {
		return this.sendBufferSize;
	}

	public void setSendBufferSize(@Nullable DataSize sendBufferSize) {
		this.sendBufferSize = sendBufferSize;
	}

	public @Nullable Duration getLinger() {
		return this.linger;
	}

	public void setLinger(@Nullable Duration linger) {
		this.linger = linger;
	}

	public @Nullable Transport getTransport() {
		return this.transport;
	}

	public void setTransport(@Nullable Transport transport) {
		this.transport = transport;
	}

	public @Nullable DataSize getMaxPacketSize() {
		return this.maxPacketSize;
	}

	public void setMaxPacketSize(@Nullable DataSize maxPacketSize) {
		this.maxPacketSize = maxPacketSize;
	}

	public Udp getUdp() {
		return this.udp;
	}

	public void setUdp(Udp udp) {
		this.udp = udp;
	}

	public KeepAlive getKeepAlive() {
		return this.keepAlive;
	}

	public void setKeepAlive(KeepAlive keepAlive) {
		this.keepAlive = keepAlive;
	}

	public Ssl getSsl() {
		return this.ssl;
	}

	public void setSsl(Ssl ssl) {
		this.ssl = ssl;
	}

	public ThreadPerRequest getThread() {
		return this.thread;
	}

	public void setThread(ThreadPerRequest thread) {
		this.thread = thread;
	}

	public ThreadPool getPool() {
		return this.pool;
	}

	public void setPool(ThreadPool pool) {
		this.pool = pool;
	}

	public Multiplex getMultiplex() {
		return this.multiplex;
	}

	public void setMultiplex(Multiplex multiplex) {
		this.multiplex = multiplex;
	}

	public @Nullable Execution getHandlerExecution() {
		return this.handlerExecution;
	}

	public void setHandlerExecution(@Nullable Execution handlerExecution) {
		this.handlerExecution = handlerExecution;
	}

	public HandlerPool getHandlerPool() {
		return this.handlerPool;
	}

	public void setHandlerPool(HandlerPool handlerPool) {
		this.handlerPool = handlerPool;
	}

	public Framing getFraming() {
		return this.framing;
	}

	public void setFraming(Framing framing) {
		this.framing = framing;
	}

	public WriteLimits getWriteLimits() {
		return this.writeLimits;
	}

	public void setWriteLimits(WriteLimits writeLimits) {
		this.writeLimits = writeLimits;
	}

	public Fork getFork() {
		return this.fork;
	}

	public void setFork(Fork fork) {
		this.fork = fork;
	}

	/**
	 * How a server ends with the application.
	 */
	public enum Shutdown {

		/**
		 * Requests under way are finished.
		 */
		GRACEFUL,

		/**
		 * Connections are cut.
		 */
		IMMEDIATE

	}

	/**
	 * From whom the PROXY protocol is required.
	 *
	 * @param requiredFrom addresses of the proxies, as blocks such as 10.0.0.0/8. From
	 * all others a PROXY header is refused. Nobody if not set.
	 * @param headerTimeout time that the header may take.
	 */
	public record Proxying(@Nullable List<Cidr> requiredFrom, @Nullable Duration headerTimeout) {

		static final Proxying UNSET = new Proxying(null, null);

	}

	/**
	 * How many bits of a client's address max-connections-per-address counts by.
	 *
	 * @param ipv4 bits of an IPv4 address. 32 for each address by itself.
	 * @param ipv6 bits of an IPv6 address. 64 for each site by itself.
	 */
	public record AddressPrefix(@Nullable Integer ipv4, @Nullable Integer ipv6) {

		static final AddressPrefix UNSET = new AddressPrefix(null, null);

	}

	/**
	 * How the kernel probes peers that have been silent.
	 *
	 * @param enabled whether the kernel probes silent peers (SO_KEEPALIVE).
	 * @param idle silence before the first probe, in whole seconds. 0 for the kernel's
	 * value.
	 * @param interval time between probes, in whole seconds. 0 for the kernel's value.
	 * @param count unanswered probes that end the connection. 0 for the kernel's value.
	 */
	public record KeepAlive(@Nullable Boolean enabled, @Nullable Duration idle, @Nullable Duration interval,
			@Nullable Integer count) {

		static final KeepAlive UNSET = new KeepAlive(null, null, null, null);

	}

	/**
	 * How connections speak TLS.
	 *
	 * @param enabled whether connections speak TLS. They do if there is a bundle.
	 * @param bundle name of the SSL bundle with the server's certificate, and with whom
	 * it trusts.
	 * @param clientAuth whether clients have to send a certificate.
	 * @param serverNameBundles names of SSL bundles by the server name that clients ask
	 * for (SNI).
	 * @param handshakeTimeout time the whole handshake may take before the connection is
	 * closed.
	 * @param applicationProtocols protocols to choose from (ALPN), the preferred ones
	 * first.
	 * @param onDemand whether connections begin without TLS, until their handler starts
	 * it (STARTTLS).
	 * @param handshakesOnLoop whether selector loops compute the handshakes of their
	 * connections, which takes less CPU and holds up the others, with concurrency
	 * multiplex or fork.
	 */
	public record Ssl(@Nullable Boolean enabled, @Nullable String bundle, @Nullable ClientAuth clientAuth,
			@Nullable Map<String, String> serverNameBundles, @Nullable Duration handshakeTimeout,
			@Nullable List<String> applicationProtocols, @Nullable Boolean onDemand,
			@Nullable Boolean handshakesOnLoop) {

		static final Ssl UNSET = new Ssl(null, null, null, null, null, null, null, null);

	}

	/**
	 * How requests use threads of their own, with concurrency thread or virtual.
	 *
	 * @param daemon whether the JVM may exit while requests are being served. Virtual
	 * threads are always daemons.
	 * @param blockOnClose whether closing the server waits for its requests.
	 * @param maxThreads threads there may be at once. At the limit the server stops
	 * accepting. Bounded by max-connections if not set.
	 */
	public record ThreadPerRequest(@Nullable Boolean daemon, @Nullable Boolean blockOnClose,
			@Nullable Integer maxThreads) {

		static final ThreadPerRequest UNSET = new ThreadPerRequest(null, null, null);

	}

	/**
	 * How requests share threads, with concurrency pool.
	 *
	 * @param threads threads of the pool.
	 * @param queueCapacity requests that may wait for a thread. Four for each thread if
	 * not set.
	 * @param whenFull what happens to a request that finds no thread and no place to
	 * wait.
	 */
	public record ThreadPool(@Nullable Integer threads, @Nullable Integer queueCapacity,
			@Nullable OverflowPolicy whenFull) {

		static final ThreadPool UNSET = new ThreadPool(null, null, null);

	}

	/**
	 * How connections share selector loops, with concurrency multiplex.
	 *
	 * @param loops selector loops that connections are dealt out to. One per core if not
	 * set.
	 */
	public record Multiplex(@Nullable Integer loops) {

		static final Multiplex UNSET = new Multiplex(null);

	}

	/**
	 * Where message handlers run.
	 */
	public enum Execution {

		/**
		 * On the loop that read the message. The handler must never block.
		 */
		LOOP,

		/**
		 * In virtual threads. Needs JDK 21 or later.
		 */
		VIRTUAL,

		/**
		 * On a pool of platform threads.
		 */
		POOL

	}

	/**
	 * The threads of message handlers, with handler-execution pool.
	 *
	 * @param threads threads that message handlers share. Four per core if not set.
	 */
	public record HandlerPool(@Nullable Integer threads) {

		static final HandlerPool UNSET = new HandlerPool(null);

	}

	/**
	 * How bytes become messages.
	 */
	public enum FramingType {

		/**
		 * Lines that end with LF or CR LF.
		 */
		LINE,

		/**
		 * Frames that end with one of several delimiters.
		 */
		DELIMITER,

		/**
		 * Frames with their length in front.
		 */
		LENGTH_FIELD,

		/**
		 * Frames with their length in front, as decimal digits and a blank: syslog over
		 * TCP.
		 */
		OCTET_COUNTED,

		/**
		 * Frames that all have the same size.
		 */
		FIXED,

		/**
		 * Frames between STX and ETX.
		 */
		STX_ETX,

		/**
		 * HL7's minimal lower layer protocol.
		 */
		MLLP,

		/**
		 * No frames: a message is whatever has arrived.
		 */
		RAW,

		/**
		 * What a bean of type Framing says.
		 */
		CUSTOM

	}

	/**
	 * Which byte of a binary number comes first.
	 */
	public enum ByteOrder {

		/**
		 * The most significant one.
		 */
		BIG_ENDIAN,

		/**
		 * The least significant one.
		 */
		LITTLE_ENDIAN

	}

	/**
	 * How bytes become messages, for message handlers.
	 *
	 * @param type what separates messages.
	 * @param maxFrameSize largest frame; a larger one ends its connection. With type
	 * length-field it counts the header. If not set, max-line-length with type line, else
	 * 64KB.
	 * @param delimiters what frames end with, with type delimiter. The first one is
	 * written. May have the escapes \r, \n, \t, \0, \\ and \xNN.
	 * @param length bytes of the length, with type length-field.
	 * @param offset bytes of the frame before its length, with type length-field.
	 * @param adjustment what is added to the length to get the count of bytes that follow
	 * it, with type length-field.
	 * @param strip bytes at the begin of the frame that the handler does not get, with
	 * type length-field. -1 for all up to the end of the length.
	 * @param byteOrder byte order of a binary length, with type length-field.
	 * @param format how the length is written, with type length-field.
	 * @param size size of each frame, with type fixed.
	 * @param bean name of the bean of type Framing, with type custom. Not needed if there
	 * is one such bean only.
	 * @param timeout time a frame may take from its first byte to its last. 0 for ever.
	 */
	public record Framing(@Nullable FramingType type, @Nullable DataSize maxFrameSize,
			@Nullable List<String> delimiters, @Nullable Integer length, @Nullable Integer offset,
			@Nullable Integer adjustment, @Nullable Integer strip, @Nullable ByteOrder byteOrder,
			LengthField.@Nullable Format format, @Nullable DataSize size, @Nullable String bean,
			@Nullable Duration timeout) {

		static final Framing UNSET = new Framing(null, null, null, null, null, null, null, null, null, null, null,
				null);

	}

	/**
	 * How much may wait for a peer that does not keep up, for message handlers.
	 *
	 * @param lowMark waiting bytes below which a connection is read again.
	 * @param highMark waiting bytes above which a connection is not read any more.
	 * @param cap waiting bytes that are never exceeded: the connection is reset instead.
	 * @param stalledTimeout time a peer may take no byte at all before it is reset. 0 for
	 * ever.
	 */
	public record WriteLimits(@Nullable DataSize lowMark, @Nullable DataSize highMark, @Nullable DataSize cap,
			@Nullable Duration stalledTimeout) {

		static final WriteLimits UNSET = new WriteLimits(null, null, null, null);

	}

	/**
	 * How datagrams are received and answered, with transport udp.
	 *
	 * @param longPackets what happens to datagrams longer than max-packet-size.
	 * @param receivers sockets that share the port, each with a loop of its own.
	 * @param multicastGroup multicast address to receive from too.
	 * @param multicastInterface name of the network interface to join the group on. All
	 * that can if not set.
	 * @param broadcast whether handlers may send to a broadcast address (SO_BROADCAST).
	 * @param maxAmplification how many times as long as a datagram all replies to it may
	 * be. Senders can be forged: set it to 1 for what the Internet can reach. 0 for no
	 * bound.
	 * @param sessions whether what one peer sends forms a connection, for a
	 * MessageHandler. It ends at the idle-timeout.
	 */
	public record Udp(@Nullable LongPackets longPackets, @Nullable Integer receivers,
			@Nullable InetAddress multicastGroup, @Nullable String multicastInterface, @Nullable Boolean broadcast,
			@Nullable Double maxAmplification, @Nullable Boolean sessions) {

		static final Udp UNSET = new Udp(null, null, null, null, null, null, null);

	}

	/**
	 * How requests use worker processes, with concurrency fork.
	 *
	 * @param minIdle workers that wait for a request, started ahead of need.
	 * @param maxChildren workers there may be at once, each with one request. At the
	 * limit the server stops accepting.
	 * @param maxRequests requests that a worker serves before a new one takes its place.
	 * 0 for no limit.
	 * @param requestTimeout time a handler may be busy with a request before its worker
	 * is killed. 0 for ever.
	 * @param startTimeout time a worker may take until it is ready before it is killed.
	 * @param stopTimeout time a worker that was told to end may take before it is killed.
	 * @param jvmArgs options for the JVM of a worker.
	 */
	public record Fork(@Nullable Integer minIdle, @Nullable Integer maxChildren, @Nullable Integer maxRequests,
			@Nullable Duration requestTimeout, @Nullable Duration startTimeout, @Nullable Duration stopTimeout,
			@Nullable List<String> jvmArgs) {

		static final Fork UNSET = new Fork(null, null, null, null, null, null, null);

	}

}
