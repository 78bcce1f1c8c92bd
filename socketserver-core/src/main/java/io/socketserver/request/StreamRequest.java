package io.socketserver.request;

import java.io.IOException;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;

import org.jspecify.annotations.Nullable;

/**
 * A connection as a request: what a {@link StreamRequestHandler} reads from and writes
 * to.
 *
 * <p>
 * Reads run in the handler's thread only. Writes may come from several threads, one after
 * another under the lock of {@link RequestOutputStream}. The methods of
 * {@link Connection} may be called from any thread.
 *
 * <p>
 * Whether the connection is idle is decided by one compare-and-set on its state: the
 * handler's thread moves it from IDLE when a byte was read, a drain or the idle timeout
 * moves it to CLOSING. So a request whose first byte the handler has seen is never cut by
 * either, and a byte that comes later is never processed.
 */
public final class StreamRequest extends BaseRequest implements Connection {

	static final int END = -1;

	// JDK 17 keeps a direct copy of the largest heap buffer a thread ever wrote, for each
	// thread: larger writes go out in slices.
	private static final int MAX_SLICE = 64 * 1024;

	// How long a connection that was taken from the kernel's queue after a drain had
	// begun may take to send its first byte: the request is often under way already.
	private static final Duration FIRST_BYTE_GRACE = Duration.ofMillis(200);

	private final SocketChannel channel;

	private final StreamOptions options;

	private final Connections connections;

	private final AtomicReference<ConnectionState> state = new AtomicReference<>(ConnectionState.QUEUED);

	private final AtomicReference<@Nullable CloseReason> closeReason = new AtomicReference<>();

	private final Exchange exchange = new Exchange();

	private final long acceptedNanos = System.nanoTime();

	// Held while a drain says good-bye on the handler's behalf.
	private final ReentrantLock goodbyeLock = new ReentrantLock();

	// The three below: each written in one thread at a time, read by any.
	private volatile long bytesIn;

	private volatile long bytesOut;

	private volatile long lastActivityNanos = this.acceptedNanos;

	// When close() was called: the watch resets a peer that does not react.
	private volatile long closedNanos;

	private volatile boolean sending;

	private volatile boolean sawEnd;

	private volatile boolean outputShut;

	private volatile boolean drained;

	// Busy when a drain began, and since then answered.
	private volatile boolean finishedInDrain;

	// Published by the handler's thread for whoever drains.
	private volatile @Nullable RequestHandler handler;

	private volatile @Nullable RequestOutputStream output;

	private @Nullable Thread handlerThread; // Guarded by this, as is the next.

	private boolean interruptible;

	/**
	 * A request for an accepted connection. For the server.
	 * @param server the server that accepted it
	 * @param channel the connection, in blocking mode
	 * @param options how handlers read and write
	 * @throws IOException if the connection is already gone
	 */
	public StreamRequest(ServerContext server, SocketChannel channel, StreamOptions options) throws IOException {
		super(server, server.connections().nextNumber(), peerOf(channel), channel.getLocalAddress());
		this.channel = channel;
		this.options = options;
		this.connections = server.connections();
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

	@Override
	public ConnectionState state() {
		ConnectionState now = Objects.requireNonNull(this.state.get());
		return (now == ConnectionState.RUNNING && this.sending) ? ConnectionState.WRITING : now;
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
		return this.exchange.count();
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
		return Optional.ofNullable(this.closeReason.get());
	}

	/**
	 * Says that a request goes on although the handler has written something: from here
	 * to {@link #endRequest()} the connection is never idle. Called in the handler's
	 * thread.
	 */
	public void beginRequest() {
		boolean begins = !this.exchange.isOpen();
		this.exchange.beginExplicitly();
		if (begins) {
			countRequest();
		}
	}

	/**
	 * Says that a request is over although nothing was written, as in a protocol without
	 * answers: waiting for more input, the connection is idle. Called in the handler's
	 * thread.
	 */
	public void endRequest() {
		if (this.exchange.isOpen()) {
			finishExchange(RequestOutcome.SUCCESS);
		}
	}

	/**
	 * Tells the peer that nothing more will come (TCP's half-close). It may go on
	 * sending. Called in the handler's thread, with everything flushed.
	 * @throws IOException if the connection is gone
	 */
	public void shutdownOutput() throws IOException {
		this.outputShut = true;
		this.channel.shutdownOutput();
	}

	@Override
	public boolean close(CloseReason reason) {
		if (!this.closeReason.compareAndSet(null, reason)) {
			return false;
		}
		this.closedNanos = System.nanoTime() | 1;
		shutdownQuietly();
		this.connections.watch().closeBegins();
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
		return !this.outputShut && this.channel.isOpen() && this.closeReason.get() != CloseReason.PEER_RESET;
	}

	// --- What the streams call, in the handler's thread.

	/**
	 * Input is wanted: decides whether the previous request is over.
	 * @param buffered whether bytes of the next request are already here
	 */
	void wantInput(boolean buffered) {
		if (this.exchange.isAnswered()) {
			finishExchange(RequestOutcome.SUCCESS);
			if (buffered) {
				startExchange();
			}
		}
	}

	/**
	 * Waits for bytes, and puts them into an array from an offset on.
	 * @return how many were read, at least 1, or {@link #END}
	 * @throws IOException if the connection is gone, was closed, or the read timed out
	 */
	int receive(byte[] into, int offset) throws IOException {
		if (this.state.get() == ConnectionState.CLOSING) {
			return END;
		}
		throwIfClosed(null);
		boolean idle = !this.exchange.isOpen();
		ConnectionState waiting = idle ? ConnectionState.IDLE : ConnectionState.READING;
		long now = System.nanoTime();
		this.lastActivityNanos = now;
		if (idle && this.exchange.count() > 0 && server().isDraining()) {
			this.finishedInDrain = true;
		}
		this.state.set(waiting);
		this.connections.watch().waitBegins(now);
		// Looked at after the state was set, and set before a drain looks at the state:
		// one of the two sees the other.
		boolean draining = idle && this.connections.isIdleDrain();
		if (draining) {
			// Until the end of its grace, only this thread ends it.
			waiting = ConnectionState.READING;
			boolean ended = !this.state.compareAndSet(ConnectionState.IDLE, waiting);
			if (ended || this.exchange.count() > 0) {
				return drainMyself();
			}
		}
		int count;
		try {
			count = read(into, offset, draining ? FIRST_BYTE_GRACE : this.options.readTimeout());
		}
		catch (SocketTimeoutException ex) {
			if (draining) {
				return drainMyself();
			}
			if (!this.state.compareAndSet(waiting, ConnectionState.RUNNING)) {
				return discard(into, 0);
			}
			throw ex;
		}
		catch (IOException ex) {
			return this.state.compareAndSet(waiting, ConnectionState.RUNNING) ? lost(ex) : discard(into, 0);
		}
		return this.state.compareAndSet(waiting, ConnectionState.RUNNING) ? received(count, idle)
				: discard(into, count);
	}

	private int received(int count, boolean idle) throws IOException {
		throwIfClosed(null);
		if (count < 0) {
			this.sawEnd = true;
			return END;
		}
		this.bytesIn = this.bytesIn + count;
		server().statistics().countBytesIn(count);
		this.lastActivityNanos = System.nanoTime();
		if (idle) {
			startExchange();
		}
		return count;
	}

	private int read(byte[] into, int offset, Duration timeout) throws IOException {
		if (timeout.isZero()) {
			return this.channel.read(ByteBuffer.wrap(into, offset, into.length - offset));
		}
		// Only the stream adaptor has a timeout; the channel's own read ignores it.
		this.channel.socket().setSoTimeout((int) Math.max(1, Math.min(timeout.toMillis(), Integer.MAX_VALUE)));
		return this.channel.socket().getInputStream().read(into, offset, into.length - offset);
	}

	/**
	 * The handler's thread itself finds the connection idle in a drain.
	 */
	private int drainMyself() {
		if (this.state.compareAndSet(ConnectionState.READING, ConnectionState.CLOSING)) {
			// A drain finds waiting connections by itself: this one was busy till now.
			claimed(this.exchange.count() > 0);
			sayGoodbye();
		}
		else {
			awaitGoodbye();
		}
		return END;
	}

	/**
	 * Somebody ended the idle connection while its handler waited. What comes now was
	 * never a request: it is read and dropped, so that the peer gets an orderly end and
	 * no reset.
	 */
	private int discard(byte[] scratch, int first) throws IOException {
		awaitGoodbye();
		throwIfClosed(null);
		try {
			int count = first;
			while (count > 0) {
				count = this.channel.read(ByteBuffer.wrap(scratch));
			}
			this.sawEnd = count < 0;
		}
		catch (IOException ignored) {
			// The peer reset instead of closing, or was reset for not reacting.
		}
		return END;
	}

	private void awaitGoodbye() {
		this.goodbyeLock.lock();
		try {
			// Whoever held it is done.
			assert this.state.get() == ConnectionState.CLOSING;
		}
		finally {
			this.goodbyeLock.unlock();
		}
	}

	/**
	 * Sends bytes, waiting for the peer to take them.
	 */
	void send(byte[] from, int offset, int length) throws IOException {
		throwIfUnwritable();
		this.exchange.answered();
		long now = System.nanoTime();
		this.lastActivityNanos = now;
		this.sending = true;
		this.connections.watch().waitBegins(now);
		try {
			int end = offset + length;
			for (int position = offset; position < end;) {
				int slice = Math.min(MAX_SLICE, end - position);
				int sent = this.channel.write(ByteBuffer.wrap(from, position, slice));
				position += sent;
				sent(sent);
			}
		}
		catch (IOException ex) {
			lost(ex);
		}
		finally {
			this.sending = false;
		}
	}

	private void sent(int count) {
		this.bytesOut = this.bytesOut + count;
		server().statistics().countBytesOut(count);
		this.lastActivityNanos = System.nanoTime();
	}

	/**
	 * Something was put into the output buffer: the request is being answered.
	 */
	void answering() {
		this.exchange.answered();
	}

	void output(RequestOutputStream output) {
		this.output = output;
	}

	private void throwIfUnwritable() throws IOException {
		throwIfClosed(null);
		if (this.outputShut) {
			throw new IOException("The output of " + id() + " was shut down: nothing can be written after that");
		}
	}

	private void throwIfClosed(@Nullable Throwable cause) throws ConnectionClosedException {
		CloseReason reason = this.closeReason.get();
		if (this.closedNanos != 0 && reason != null) {
			throw new ConnectionClosedException(id(), reason, cause);
		}
	}

	private int lost(IOException cause) throws IOException {
		throwIfClosed(cause);
		this.closeReason.compareAndSet(null, CloseReason.PEER_RESET);
		throw cause;
	}

	private void startExchange() {
		this.exchange.begin();
		countRequest();
	}

	private void countRequest() {
		// The watch has to see what it is woken for.
		this.connections.watch().requestBegins();
		server().statistics().countRequest();
	}

	private void finishExchange(RequestOutcome outcome) {
		this.connections.requestFinished(this, this.exchange.end(), outcome);
	}

	// --- What the server, the drain and the watch call.

	/**
	 * A thread takes this request. For the server.
	 */
	public synchronized void started() {
		this.handlerThread = Thread.currentThread();
		this.interruptible = true;
		this.state.compareAndSet(ConnectionState.QUEUED, ConnectionState.RUNNING);
	}

	/**
	 * The handler exists, and can be told of a drain. For the server.
	 * @param handler the handler
	 */
	public void handledBy(RequestHandler handler) {
		this.handler = handler;
	}

	synchronized boolean isHandledBy(Thread thread) {
		return this.handlerThread == thread;
	}

	/**
	 * The handler has returned or thrown. For the server.
	 * @param error what was thrown, or null
	 */
	public void handled(@Nullable Throwable error) {
		synchronized (this) {
			this.interruptible = false;
		}
		this.handler = null;
		if (error != null) {
			this.closeReason.compareAndSet(null, reasonOf(error));
		}
		if (this.exchange.isOpen()) {
			boolean aborted = this.closedNanos != 0 || this.closeReason.get() == CloseReason.PEER_RESET;
			finishExchange(
					aborted ? RequestOutcome.ABORTED : (error != null) ? RequestOutcome.ERROR : RequestOutcome.SUCCESS);
		}
	}

	private static CloseReason reasonOf(Throwable error) {
		if (error instanceof LineTooLongException) {
			return CloseReason.LINE_TOO_LONG;
		}
		return (error instanceof SocketTimeoutException) ? CloseReason.READ_TIMEOUT : CloseReason.HANDLER_ERROR;
	}

	/**
	 * Settles why the connection ends. For the server, at the begin of
	 * {@code shutdownRequest}.
	 * @param reason a reason that counts if there is none yet; null for what is known of
	 * the peer
	 */
	public void settleReason(@Nullable CloseReason reason) {
		CloseReason byPeer = this.sawEnd ? CloseReason.PEER_CLOSED : CloseReason.COMPLETED;
		this.closeReason.compareAndSet(null, (reason != null) ? reason : byPeer);
	}

	/**
	 * Whether {@link #close} has ended both directions: nothing can be read any more.
	 * @return true after a forced close
	 */
	public boolean isForced() {
		return this.closedNanos != 0;
	}

	/**
	 * Over.
	 */
	void ended() {
		this.state.set(ConnectionState.CLOSED);
	}

	/**
	 * The thread that took this request has nothing to do with it any more.
	 */
	synchronized void left() {
		this.handlerThread = null;
	}

	/**
	 * Ends this connection if it is idle, because the server is drained.
	 */
	boolean drainIfIdle() {
		this.goodbyeLock.lock();
		try {
			if (!this.state.compareAndSet(ConnectionState.IDLE, ConnectionState.CLOSING)) {
				return false;
			}
			claimed(this.finishedInDrain);
			sayGoodbye();
			shutdownOutputQuietly();
			return true;
		}
		finally {
			this.goodbyeLock.unlock();
		}
	}

	private void claimed(boolean afterItsRequest) {
		this.drained = true;
		this.connections.claimed(afterItsRequest);
	}

	/**
	 * Whether a drain has ended this connection because it was idle.
	 */
	boolean isDrained() {
		return this.drained;
	}

	private void sayGoodbye() {
		this.closeReason.compareAndSet(null, CloseReason.DRAINED);
		RequestHandler current = this.handler;
		RequestOutputStream stream = this.output;
		try {
			if (current != null) {
				current.goodbye();
			}
			if (stream != null) {
				stream.flush();
			}
		}
		catch (Throwable ex) {
			this.connections.goodbyeFailed(this, ex);
		}
	}

	/**
	 * Ends this connection if it has waited for its peer for too long.
	 * @return nanoseconds until it may have, or {@link Long#MAX_VALUE}
	 */
	long checkIdle(long timeoutNanos) {
		ConnectionState now = Objects.requireNonNull(this.state.get());
		boolean waiting = this.sending || now == ConnectionState.IDLE || now == ConnectionState.READING;
		if (!waiting || timeoutNanos == 0) {
			return Long.MAX_VALUE;
		}
		long left = timeoutNanos - (System.nanoTime() - this.lastActivityNanos);
		if (left > 0) {
			return left;
		}
		if (this.sending) {
			close(CloseReason.WRITE_TIMEOUT);
		}
		else if (now == ConnectionState.READING || this.state.compareAndSet(now, ConnectionState.CLOSING)) {
			close(CloseReason.IDLE_TIMEOUT);
		}
		return Long.MAX_VALUE;
	}

	/**
	 * Ends this connection if its request takes too long.
	 * @return nanoseconds until it may, or {@link Long#MAX_VALUE}
	 */
	long checkRequest(long timeoutNanos) {
		if (timeoutNanos == 0 || !this.exchange.isOpen()) {
			return Long.MAX_VALUE;
		}
		long left = timeoutNanos - this.exchange.duration().toNanos();
		if (left > 0) {
			return left;
		}
		close(CloseReason.REQUEST_TIMEOUT);
		return Long.MAX_VALUE;
	}

	/**
	 * Resets this connection if it was closed a while ago and is still there.
	 * @return nanoseconds until then, or {@link Long#MAX_VALUE}
	 */
	long checkClosed(long graceNanos) {
		long closed = this.closedNanos;
		if (closed == 0) {
			return Long.MAX_VALUE;
		}
		long left = graceNanos - (System.nanoTime() - closed);
		if (left > 0) {
			return left;
		}
		reset();
		return Long.MAX_VALUE;
	}

	/**
	 * Ends this connection at the deadline of a drain: the peer is reset, the handler
	 * interrupted.
	 */
	void cutOff() {
		if (this.closeReason.compareAndSet(null, CloseReason.CUT_OFF)) {
			this.closedNanos = System.nanoTime() | 1;
		}
		reset();
		synchronized (this) {
			Thread thread = this.handlerThread;
			if (thread != null && this.interruptible) {
				thread.interrupt();
			}
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

	/**
	 * Closes the channel. For the server; may be called from any thread.
	 */
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
			this.channel.shutdownOutput();
		}
		catch (IOException ignored) {
			// The peer is gone, which is what this was about to bring about.
		}
	}

	private void shutdownQuietly() {
		shutdownOutputQuietly();
		try {
			// Frees a thread that is blocked in a read, as no close could without also
			// taking the descriptor from under it.
			this.channel.shutdownInput();
		}
		catch (IOException ignored) {
			// As above.
		}
	}

}
