package io.socketserver.request;

import java.io.IOException;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;

import org.jspecify.annotations.Nullable;

import io.socketserver.framing.FramingException;
import io.socketserver.tls.TlsException;
import io.socketserver.tls.TlsOptions;
import io.socketserver.tls.TlsSession;

/**
 * A connection as a request: what a {@link StreamRequestHandler} reads from and writes
 * to. Its {@link ConnectionDriver} moves the bytes, through its {@link Wire}.
 *
 * <p>
 * The methods of {@link Connection} may be called from any thread; the others say who
 * calls them.
 */
public final class StreamRequest extends BaseConnection {

	private static final AtomicReferenceFieldUpdater<StreamRequest, @Nullable CloseReason> CLOSE_REASON = AtomicReferenceFieldUpdater
		.newUpdater(StreamRequest.class, CloseReason.class, "closeReason");

	private final SocketChannel channel;

	private final StreamOptions options;

	private final long acceptedNanos = System.nanoTime();

	// Changed before a driver begins, or by the driver's own thread.
	private volatile Wire wire;

	// Set once, before the handling begins.
	private volatile @Nullable ConnectionDriver driver;

	private volatile @Nullable TlsOptions tlsOptions;

	private volatile @Nullable CloseReason closeReason;

	// The three below: each written in one thread at a time, read by any.
	private volatile long bytesIn;

	private volatile long bytesOut;

	private volatile long lastActivityNanos = this.acceptedNanos;

	// When close() was called: the watch resets a peer that does not react.
	private volatile long closedNanos;

	private volatile boolean sawEnd;

	private volatile boolean outputShut;

	private volatile boolean drained;

	private volatile boolean over;

	/**
	 * A request for an accepted connection. For the server.
	 * @param server the server that accepted it
	 * @param channel the connection, in blocking mode
	 * @param options how handlers read and write
	 * @throws IOException if the connection is already gone
	 */
	public StreamRequest(ServerContext server, SocketChannel channel, StreamOptions options) throws IOException {
		this(server, channel, options, peerOf(channel), channel.getLocalAddress());
	}

	/**
	 * A request for an accepted connection whose own addresses say little. For the
	 * server.
	 * @param server the server that accepted it
	 * @param channel the connection, in blocking mode
	 * @param options how handlers read and write
	 * @param clientAddress who has connected
	 * @param localAddress where to
	 */
	public StreamRequest(ServerContext server, SocketChannel channel, StreamOptions options,
			SocketAddress clientAddress, SocketAddress localAddress) {
		super(server, server.connections().nextNumber(), clientAddress, localAddress);
		this.channel = channel;
		this.options = options;
		this.wire = new PlainWire(channel);
	}

	/**
	 * A request whose bytes another process relays. For a worker process.
	 * @param server what stands for the server in this process
	 * @param channel the connection with the other process
	 * @param wire the client's bytes
	 * @param options how handlers read and write
	 * @param origin what the other process knows of the request
	 */
	public StreamRequest(ServerContext server, SocketChannel channel, Wire wire, StreamOptions options,
			RequestOrigin origin) {
		super(server, origin);
		this.channel = channel;
		this.options = options;
		this.wire = wire;
	}

	private static SocketAddress peerOf(SocketChannel channel) throws IOException {
		SocketAddress peer = channel.getRemoteAddress();
		if (peer == null) {
			throw new IOException("The connection is not connected: " + channel);
		}
		return peer;
	}

	/**
	 * The connection itself, for options that have no method here. Reading or writing it
	 * directly goes past limits, counters and drain.
	 * @return the channel
	 */
	public SocketChannel channel() {
		return this.channel;
	}

	/**
	 * How handlers read and write.
	 * @return the options
	 */
	public StreamOptions options() {
		return this.options;
	}

	/**
	 * The bytes of the connection. For drivers.
	 * @return the wire now
	 */
	public Wire wire() {
		return this.wire;
	}

	/**
	 * Puts something between the handler and the socket. Called before the handling
	 * begins, or in the thread that reads and writes.
	 * @param value the wire from now on
	 */
	public void wire(Wire value) {
		this.wire = value;
	}

	@Override
	public Optional<TlsSession> tls() {
		return this.wire.tls();
	}

	/**
	 * Starts TLS in the middle of the connection (STARTTLS), with the options of its
	 * server. See {@link #startTls(TlsOptions)}.
	 * @return what the handshake agreed on
	 * @throws IllegalStateException if the server has no options for TLS
	 * @throws IOException as {@link #startTls(TlsOptions)}
	 */
	public TlsSession startTls() throws IOException {
		return startTls(tlsToStart());
	}

	/**
	 * The options for TLS that may be started now. For drivers.
	 * @return the options of the server
	 * @throws IllegalStateException if there are none, or TLS has been started already
	 */
	public TlsOptions tlsToStart() {
		TlsOptions options = this.tlsOptions;
		if (options == null) {
			throw new IllegalStateException(
					"The server '" + server().name() + "' has no options for TLS to start with");
		}
		throwIfTls();
		return options;
	}

	private void throwIfTls() {
		if (this.wire instanceof TlsWire) {
			throw new IllegalStateException(id() + " speaks TLS already");
		}
	}

	/**
	 * Starts TLS in the middle of the connection (STARTTLS): sends what was written so
	 * far, such as the "go ahead", then waits for the client's handshake. From there on
	 * {@code rfile} and {@code wfile} are encrypted. If the command was answered, a drain
	 * does not wait for the handshake, but ends the connection. Called in the thread of a
	 * blocking handler, which must forget whatever the client has said before.
	 * @param options how
	 * @return what the handshake agreed on
	 * @throws TlsException if it fails, or if the client sent anything in clear after the
	 * command: somebody may have put that there, to have it taken for encrypted
	 * @throws IllegalStateException if TLS has been started already
	 * @throws IOException if the connection is lost
	 */
	public TlsSession startTls(TlsOptions options) throws IOException {
		throwIfTls();
		thread().checkNothingIsBuffered();
		TlsWire secure = new TlsWire(this.wire, this.channel, options);
		open(secure, options.handshakeTimeout());
		return secure.tls().orElseThrow();
	}

	@Override
	public ConnectionState state() {
		ConnectionDriver current = this.driver;
		if (this.over) {
			return ConnectionState.CLOSED;
		}
		return (current != null) ? current.state() : ConnectionState.QUEUED;
	}

	@Override
	public long bytesIn() {
		return this.bytesIn;
	}

	@Override
	public long bytesOut() {
		return this.bytesOut;
	}

	@Override
	public long requests() {
		ConnectionDriver current = this.driver;
		return (current != null) ? current.requests() : 0;
	}

	@Override
	public Duration idleTime() {
		return Duration.ofNanos(System.nanoTime() - this.lastActivityNanos);
	}

	@Override
	public Duration age() {
		return Duration.ofNanos(System.nanoTime() - this.acceptedNanos);
	}

	@Override
	public Optional<CloseReason> closeReason() {
		return Optional.ofNullable(this.closeReason);
	}

	/**
	 * Says that a request goes on although the handler has written something: from here
	 * to {@link #endRequest()} the connection is never idle. Called in the thread of a
	 * blocking handler.
	 */
	public void beginRequest() {
		thread().beginRequest();
	}

	/**
	 * Says that a request is over although nothing was written, as in a protocol without
	 * answers: waiting for more input, the connection is idle. Called in the thread of a
	 * blocking handler.
	 */
	public void endRequest() {
		thread().endRequest();
	}

	/**
	 * Tells the peer that nothing more will come (TCP's half-close). It may go on
	 * sending. Called in the handler's thread, with everything flushed.
	 * @throws IOException if the connection is gone
	 */
	public void shutdownOutput() throws IOException {
		this.outputShut = true;
		this.wire.shutdownOutput();
	}

	@Override
	public boolean close(CloseReason reason) {
		if (!CLOSE_REASON.compareAndSet(this, null, reason)) {
			return false;
		}
		this.closedNanos = System.nanoTime() | 1;
		ConnectionDriver current = this.driver;
		if (current != null) {
			current.closing();
		}
		else {
			shutdownQuietly();
		}
		server().connections().watch().closeBegins();
		return true;
	}

	/**
	 * Whether the peer has shut down its sending side, or all of the connection.
	 * @return true once its end was read
	 */
	public boolean sawEnd() {
		return this.sawEnd;
	}

	/**
	 * Whether bytes written now may still reach the peer.
	 * @return false once the output is shut down or the peer is known to be gone
	 */
	public boolean isWritable() {
		return !this.outputShut && this.channel.isOpen() && this.closeReason != CloseReason.PEER_RESET;
	}

	// --- For drivers.

	/**
	 * Has the connection speak TLS, from its first byte on or on demand. For the server,
	 * before the handling begins.
	 * @param options how
	 */
	public void tls(TlsOptions options) {
		this.tlsOptions = options;
	}

	/**
	 * Has TLS begin with the next byte, if the server wants it to. For drivers that do
	 * not block: reads then make the handshake.
	 */
	public void beginTls() {
		TlsOptions options = this.tlsOptions;
		if (options != null && !options.isOnDemand() && !(this.wire instanceof TlsWire)) {
			layTls(options);
		}
	}

	/**
	 * Has TLS begin with the next byte. For drivers that do not block, in the midst of a
	 * connection.
	 * @param options how
	 */
	public void layTls(TlsOptions options) {
		this.wire = new TlsWire(this.wire, this.channel, options);
	}

	/**
	 * How long the handshake may take that a server wants of each connection.
	 * @return zero if there is none
	 */
	public Duration handshakeTimeout() {
		TlsOptions options = this.tlsOptions;
		return (options != null && !options.isOnDemand()) ? options.handshakeTimeout() : Duration.ZERO;
	}

	/**
	 * Whether a loop that drives this connection computes its handshake itself. For
	 * drivers.
	 * @return false if it is to be computed elsewhere
	 */
	public boolean isHandshakeOnLoop() {
		TlsOptions options = this.tlsOptions;
		return options != null && options.isHandshakesOnLoop();
	}

	/**
	 * Has somebody else than a thread of its own see to this connection. For a strategy,
	 * before it passes {@code processRequest} on.
	 * @param value the driver
	 * @throws UnsupportedOperationException if the server wants TLS of each connection,
	 * and the driver makes no handshake: none must serve it in clear
	 */
	public void driver(ConnectionDriver value) {
		boolean inClear = !handshakeTimeout().isZero() && !(this.wire instanceof TlsWire);
		if (inClear && !value.opensWires()) {
			throw new UnsupportedOperationException("The server '" + server().name() + "' speaks TLS, and "
					+ value.getClass().getName() + " makes no handshake");
		}
		this.driver = value;
	}

	/**
	 * Who sees to this connection.
	 * @return the driver, or null before the handling begins
	 */
	public @Nullable ConnectionDriver driver() {
		return this.driver;
	}

	/**
	 * Notes that bytes came.
	 * @param count how many, at least 1
	 * @param now the time, in nanoTime
	 */
	public void received(int count, long now) {
		this.bytesIn = this.bytesIn + count;
		this.lastActivityNanos = now;
		server().statistics().countBytesIn(count);
	}

	/**
	 * Notes that the kernel took bytes.
	 * @param count how many
	 * @param now the time, in nanoTime
	 */
	public void sent(long count, long now) {
		this.bytesOut = this.bytesOut + count;
		this.lastActivityNanos = now;
		server().statistics().countBytesOut(count);
	}

	/**
	 * Notes the end of what the peer sends.
	 */
	public void receivedEnd() {
		this.sawEnd = true;
	}

	@Override
	public boolean endsFor(CloseReason reason) {
		return CLOSE_REASON.compareAndSet(this, null, reason);
	}

	/**
	 * Settles why the connection ends from what its handler threw, if nothing did before.
	 * @param error what was thrown
	 */
	public void endsWith(Throwable error) {
		endsFor(reasonOf(error));
	}

	/**
	 * Settles why the connection ends from what a read or write threw, if nothing did
	 * before.
	 * @param cause what was thrown
	 */
	public void lostTo(IOException cause) {
		endsFor((cause instanceof TlsException tls) ? reasonOf(tls) : CloseReason.PEER_RESET);
	}

	/**
	 * Notes that a drain has ended this connection, which had nothing to do any more.
	 * @param finished whether it was busy when the drain began, or only then made
	 */
	public void drained(boolean finished) {
		this.drained = true;
		endsFor(CloseReason.DRAINED);
		server().connections().claimed(finished);
	}

	/**
	 * When bytes last went in or out.
	 * @return the time, in nanoTime
	 */
	public long lastActivityNanos() {
		return this.lastActivityNanos;
	}

	/**
	 * Counts as if bytes had passed: for the idle timeout.
	 * @param now the time, in nanoTime
	 */
	public void touched(long now) {
		this.lastActivityNanos = now;
	}

	/**
	 * Refuses to read or write what was closed by force.
	 */
	void throwIfClosed(@Nullable Throwable cause) throws ConnectionClosedException {
		CloseReason reason = this.closeReason;
		if (this.closedNanos != 0 && reason != null) {
			throw new ConnectionClosedException(id(), reason, cause);
		}
	}

	void throwIfUnwritable() throws IOException {
		throwIfClosed(null);
		if (this.outputShut) {
			throw new IOException("The output of " + id() + " was shut down: nothing can be written after that");
		}
	}

	int lost(IOException cause) throws IOException {
		throwIfClosed(cause);
		lostTo(cause);
		throw cause;
	}

	/**
	 * The driver of a blocking handler.
	 */
	ThreadDriver thread() {
		if (this.driver instanceof ThreadDriver thread) {
			return thread;
		}
		throw new IllegalStateException(id() + " has no thread of its own to block in: its server is multiplexed");
	}

	// --- What the server, the drain and the watch call.

	@Override
	public void started() {
		if (this.driver == null) {
			this.driver = new ThreadDriver(this);
		}
		if (this.closedNanos != 0 && this.driver != null) {
			// Closed while it was queued, when there was no driver to tell.
			this.driver.closing();
		}
	}

	@Override
	public void establish() throws IOException {
		beginTls();
		if (!this.wire.isOpen()) {
			open(this.wire, handshakeTimeout());
		}
	}

	private void open(Wire closed, Duration timeout) throws IOException {
		Connections connections = server().connections();
		long begin = connections.handshakeBegins();
		boolean complete = false;
		try {
			thread().open(closed, timeout);
			complete = true;
		}
		finally {
			connections.handshakeEnds(this, begin,
					complete ? HandshakeOutcome.SUCCESS : HandshakeOutcome.of(closeReason()));
		}
	}

	@Override
	public boolean isDriven() {
		return this.driver != null && !(this.driver instanceof ThreadDriver);
	}

	@Override
	public void handledBy(RequestHandler handler) {
		ConnectionDriver current = this.driver;
		if (current != null) {
			current.handledBy(handler);
		}
	}

	@Override
	public void handled(@Nullable Throwable error) {
		if (error != null) {
			endsWith(error);
		}
		ConnectionDriver current = this.driver;
		if (current != null) {
			current.handled(error);
		}
	}

	private static CloseReason reasonOf(Throwable error) {
		if (error instanceof LineTooLongException) {
			return CloseReason.LINE_TOO_LONG;
		}
		if (error instanceof FramingException) {
			return CloseReason.BAD_FRAME;
		}
		if (error instanceof TlsException tls) {
			return reasonOf(tls);
		}
		return (error instanceof SocketTimeoutException) ? CloseReason.READ_TIMEOUT : CloseReason.HANDLER_ERROR;
	}

	private static CloseReason reasonOf(TlsException error) {
		return switch (error.problem()) {
			case ABANDONED -> CloseReason.PEER_CLOSED;
			case HANDSHAKE_FAILED -> CloseReason.HANDSHAKE_FAILED;
			case HANDSHAKE_TIMEOUT -> CloseReason.HANDSHAKE_TIMEOUT;
			case TRUNCATED -> CloseReason.TLS_TRUNCATED;
			case VIOLATION -> CloseReason.TLS_VIOLATION;
		};
	}

	@Override
	public void settleReason(@Nullable CloseReason reason) {
		CloseReason byPeer = this.sawEnd ? CloseReason.PEER_CLOSED : CloseReason.COMPLETED;
		endsFor((reason != null) ? reason : byPeer);
	}

	@Override
	public void opened() {
		server().connections().opened(this);
	}

	@Override
	public void closed() {
		server().connections().closed(this);
	}

	@Override
	protected boolean isHandledBy(Thread thread) {
		ConnectionDriver current = this.driver;
		return current != null && current.isHandledBy(thread);
	}

	/**
	 * Whether {@link #close} has ended both directions: nothing can be read any more.
	 * @return true after a forced close
	 */
	@Override
	public boolean isForced() {
		return this.closedNanos != 0;
	}

	/**
	 * Over.
	 */
	@Override
	protected void ended() {
		this.over = true;
	}

	/**
	 * The thread that took this request has nothing to do with it any more.
	 */
	@Override
	protected void left() {
		ConnectionDriver current = this.driver;
		if (current != null) {
			current.left();
		}
	}

	/**
	 * Ends this connection if it is idle, because the server is drained.
	 */
	@Override
	protected void drain() {
		ConnectionDriver current = this.driver;
		if (current != null) {
			current.drain();
		}
	}

	/**
	 * Whether a drain has ended this connection because it was idle.
	 */
	@Override
	protected boolean isDrained() {
		return this.drained;
	}

	@Override
	public long checkDeadlines(long idleNanos, long requestNanos) {
		ConnectionDriver current = this.driver;
		return (current != null) ? current.checkDeadlines(idleNanos, requestNanos) : Long.MAX_VALUE;
	}

	@Override
	public long checkClosed(long graceNanos) {
		long closed = this.closedNanos;
		if (closed == 0) {
			return Long.MAX_VALUE;
		}
		long left = graceNanos - (System.nanoTime() - closed);
		if (left > 0) {
			return left;
		}
		giveUp();
		return Long.MAX_VALUE;
	}

	/**
	 * Resets a connection whose peer does not react to its end.
	 */
	@Override
	protected void giveUp() {
		reset();
		ConnectionDriver current = this.driver;
		if (current != null) {
			current.wasReset();
		}
	}

	/**
	 * Ends this connection at the deadline of a drain: the peer is reset, the handler
	 * interrupted.
	 */
	@Override
	protected void cutOff() {
		if (endsFor(CloseReason.CUT_OFF)) {
			this.closedNanos = System.nanoTime() | 1;
		}
		reset();
		ConnectionDriver current = this.driver;
		if (current != null) {
			current.cutOff();
		}
	}

	/**
	 * Closes the channel so that the peer sees a reset. For the server; may be called
	 * from any thread.
	 */
	public void reset() {
		try {
			this.channel.setOption(StandardSocketOptions.SO_LINGER, 0);
		}
		catch (IOException | UnsupportedOperationException ignored) {
			// Already gone, or not TCP: the close below is all there is.
		}
		closeQuietly();
	}

	@Override
	public void closeQuietly() {
		try {
			this.channel.close();
		}
		catch (IOException ignored) {
			// The peer may be gone; the descriptor is given back in any case.
		}
	}

	/**
	 * Tells the peer that nothing more will come, if it can be told. For the server.
	 */
	public void shutdownOutputQuietly() {
		this.outputShut = true;
		try {
			this.wire.shutdownOutput();
		}
		catch (IOException ignored) {
			// The peer is gone, which is what this was about to bring about.
		}
	}

	/**
	 * Ends both directions, which frees a thread that is blocked in a read, as no close
	 * could without also taking the descriptor from under it. For drivers.
	 */
	public void shutdownQuietly() {
		this.outputShut = true;
		try {
			this.wire.cutOutput();
		}
		catch (IOException ignored) {
			// As above.
		}
		try {
			this.channel.shutdownInput();
		}
		catch (IOException ignored) {
			// As above.
		}
	}

}
