package io.socketserver.request;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;

import org.jspecify.annotations.Nullable;

import io.socketserver.tls.TlsException;

/**
 * A connection whose handler has a thread and blocks in it.
 *
 * <p>
 * Reads run in the handler's thread only. Writes may come from several threads, one after
 * another under the lock of {@link RequestOutputStream}.
 *
 * <p>
 * Whether the connection is idle is decided by one compare-and-set on its state: the
 * handler's thread moves it from IDLE when a byte was read, a drain or the idle timeout
 * moves it to CLOSING. So a request whose first byte the handler has seen is never cut by
 * either, and a byte that comes later is never processed.
 */
final class ThreadDriver implements ConnectionDriver {

	static final int END = -1;

	// JDK 17 keeps a direct copy of the largest heap buffer a thread ever wrote, for each
	// thread: larger writes go out in slices.
	private static final int MAX_SLICE = 64 * 1024;

	// The handshake's own timeout has the better message: the watch only frees a thread
	// that is blocked in a write.
	private static final Duration OPEN_GRACE = Duration.ofMillis(250);

	private final StreamRequest request;

	private final Connections connections;

	private final AtomicReference<ConnectionState> state = new AtomicReference<>(ConnectionState.RUNNING);

	private final Exchange exchange = new Exchange();

	// Held while a drain says good-bye on the handler's behalf.
	private final ReentrantLock goodbyeLock = new ReentrantLock();

	private volatile boolean sending;

	// Busy when a drain began, and since then answered.
	private volatile boolean finishedInDrain;

	// Published by the handler's thread for whoever drains.
	private volatile @Nullable RequestHandler handler;

	private volatile @Nullable RequestOutputStream output;

	// The handler's thread's alone.
	private @Nullable RequestInputStream input;

	// When a handshake has to be complete, in nanoTime; 0 if there is none.
	private volatile long openUntil;

	private @Nullable Thread handlerThread = Thread.currentThread(); // Guarded by this.

	private boolean interruptible = true; // Guarded by this.

	/**
	 * The calling thread takes a request.
	 */
	ThreadDriver(StreamRequest request) {
		this.request = request;
		this.connections = request.server().connections();
	}

	@Override
	public ConnectionState state() {
		ConnectionState now = Objects.requireNonNull(this.state.get());
		return (now == ConnectionState.RUNNING && this.sending) ? ConnectionState.WRITING : now;
	}

	@Override
	public long requests() {
		return this.exchange.count();
	}

	void beginRequest() {
		boolean begins = !this.exchange.isOpen();
		this.exchange.beginExplicitly();
		if (begins) {
			countRequest();
		}
	}

	void endRequest() {
		if (this.exchange.isOpen()) {
			finishExchange(RequestOutcome.SUCCESS);
		}
	}

	/**
	 * What came was no request, if one began with it: waiting for more input, the
	 * connection is as idle as before.
	 * @param begun how many requests had begun before it came
	 */
	void forgetRequestsSince(long begun) {
		if (this.exchange.isOpen() && this.exchange.count() > begun) {
			this.exchange.forget();
			this.request.server().statistics().countRequests(-1);
		}
	}

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
	 * Makes a wire ready, and has it carry the connection from here on. A request that
	 * was answered ends with that: without one, a drain ends the connection. Called in
	 * the handler's thread.
	 * @param wire the wire
	 * @param timeout what it allows itself
	 * @throws IOException if the connection is lost, was closed, or the peer is refused
	 */
	void open(Wire wire, Duration timeout) throws IOException {
		this.request.throwIfClosed(null);
		RequestOutputStream stream = this.output;
		Attempt attempt = (stream != null) ? stream.holdOthersWhile(() -> {
			stream.flush();
			return tryOpen(wire, timeout);
		}) : tryOpen(wire, timeout);
		boolean drained = attempt.draining() && attempt.failure() instanceof SocketTimeoutException;
		if (drained) {
			drainMyself();
		}
		else {
			// Not while others are held: whoever says good-bye may be one of them.
			drained = !goOn(attempt.waiting());
		}
		this.request.throwIfClosed(attempt.failure());
		if (drained) {
			throw new ConnectionClosedException(this.request.id(), CloseReason.DRAINED, attempt.failure());
		}
		if (attempt.failure() != null) {
			this.request.lost(attempt.failure());
		}
	}

	private Attempt tryOpen(Wire wire, Duration timeout) {
		wantInput(false);
		boolean inRequest = this.exchange.isOpen();
		this.request.touched(System.nanoTime());
		this.request.wire(wire);
		this.openUntil = (System.nanoTime() + timeout.plus(OPEN_GRACE).toNanos()) | 1;
		this.connections.watch().wakeBy(this.openUntil);
		ConnectionState waiting = waitToOpen(inRequest);
		boolean draining = !inRequest && waiting == ConnectionState.READING;
		IOException failure = null;
		try {
			wire.open(draining ? FIRST_BYTE_GRACE : timeout);
		}
		catch (IOException ex) {
			failure = ex;
		}
		this.openUntil = 0;
		return new Attempt(waiting, draining, failure);
	}

	/**
	 * Without a request, a drain may end the connection in the middle of a handshake. One
	 * that had begun already leaves a little time for it, which only this thread ends.
	 */
	private ConnectionState waitToOpen(boolean inRequest) {
		boolean busy = inRequest || this.connections.isIdleDrain();
		this.state.set(busy ? ConnectionState.READING : ConnectionState.IDLE);
		// As for a read: looked at again after the state was set.
		if (!busy && this.connections.isIdleDrain()) {
			busy = this.state.compareAndSet(ConnectionState.IDLE, ConnectionState.READING);
		}
		return busy ? ConnectionState.READING : ConnectionState.IDLE;
	}

	/**
	 * Refuses what came in clear and would be taken for encrypted.
	 */
	void checkNothingIsBuffered() throws TlsException {
		RequestInputStream stream = this.input;
		if ((stream != null && stream.available() > 0) || this.request.wire().hasInput()) {
			this.request.endsFor(CloseReason.TLS_VIOLATION);
			throw TlsException.inClear();
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
		this.request.throwIfClosed(null);
		boolean begins = !this.exchange.isOpen();
		// What was decrypted already is part of a request that has been read.
		boolean idle = begins && !this.request.wire().hasInput();
		// Not even for an instant may a drain see those idle that were taken from the
		// kernel's queue after it had begun: their first byte has its grace.
		ConnectionState waiting = (idle && !this.connections.isIdleDrain()) ? ConnectionState.IDLE
				: ConnectionState.READING;
		long now = System.nanoTime();
		this.request.touched(now);
		if (idle && this.exchange.count() > 0 && this.request.server().isDraining()) {
			this.finishedInDrain = true;
		}
		this.state.set(waiting);
		this.connections.watch().waitBegins(now);
		// Looked at after the state was set, and set before a drain looks at the state:
		// one of the two sees the other.
		boolean draining = idle && this.connections.isIdleDrain();
		if (draining) {
			// Until the end of its grace, only this thread ends it.
			boolean ended = waiting == ConnectionState.IDLE
					&& !this.state.compareAndSet(waiting, ConnectionState.READING);
			waiting = ConnectionState.READING;
			if (ended || this.exchange.count() > 0) {
				return drainMyself();
			}
		}
		int count;
		try {
			count = read(into, offset, draining ? FIRST_BYTE_GRACE : this.request.options().readTimeout());
		}
		catch (SocketTimeoutException ex) {
			if (draining) {
				return drainMyself();
			}
			if (!goOn(waiting)) {
				return discard(into, 0);
			}
			throw ex;
		}
		catch (IOException ex) {
			return goOn(waiting) ? this.request.lost(ex) : discard(into, 0);
		}
		return goOn(waiting) ? received(count, begins) : discard(into, count);
	}

	/**
	 * Takes the connection back from waiting, unless it was ended meanwhile.
	 */
	private boolean goOn(ConnectionState waiting) {
		if (this.state.compareAndSet(waiting, ConnectionState.RUNNING)) {
			return true;
		}
		// Somebody is asking the handler whether to end it, or saying good-bye.
		awaitGoodbye();
		return this.state.compareAndSet(waiting, ConnectionState.RUNNING);
	}

	private int received(int count, boolean begins) throws IOException {
		this.request.throwIfClosed(null);
		if (count < 0) {
			this.request.receivedEnd();
			return END;
		}
		this.request.received(count, System.nanoTime());
		if (begins) {
			startExchange();
		}
		return count;
	}

	private int read(byte[] into, int offset, Duration timeout) throws IOException {
		ByteBuffer buffer = ByteBuffer.wrap(into, offset, into.length - offset);
		return timeout.isZero() ? this.request.wire().read(buffer) : this.request.wire().read(buffer, timeout);
	}

	/**
	 * The handler's thread itself finds the connection idle in a drain.
	 */
	private int drainMyself() {
		if (this.state.compareAndSet(ConnectionState.READING, ConnectionState.CLOSING)) {
			// A drain finds waiting connections by itself: this one was busy till now.
			this.request.drained(this.exchange.count() > 0);
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
		this.request.throwIfClosed(null);
		try {
			int count = first;
			while (count > 0) {
				count = this.request.wire().read(ByteBuffer.wrap(scratch));
			}
			if (count < 0) {
				this.request.receivedEnd();
			}
		}
		catch (IOException ignored) {
			// The peer reset instead of closing, or was reset for not reacting.
		}
		return END;
	}

	private void awaitGoodbye() {
		this.goodbyeLock.lock();
		try {
			assert this.state.get() != ConnectionState.RUNNING : "whoever held the lock is done";
		}
		finally {
			this.goodbyeLock.unlock();
		}
	}

	/**
	 * Sends bytes, waiting for the peer to take them.
	 */
	void send(byte[] from, int offset, int length) throws IOException {
		this.request.throwIfUnwritable();
		long now = System.nanoTime();
		this.request.touched(now);
		this.sending = true;
		this.connections.watch().waitBegins(now);
		boolean whole = false;
		try {
			int end = offset + length;
			for (int position = offset; position < end;) {
				int slice = Math.min(MAX_SLICE, end - position);
				int sent = this.request.wire().write(ByteBuffer.wrap(from, position, slice));
				position += sent;
				this.request.sent(sent, System.nanoTime());
			}
			whole = true;
		}
		catch (IOException ex) {
			this.request.lost(ex);
		}
		finally {
			this.sending = false;
			if (this.request.isForced()) {
				endAfterSend(whole);
			}
		}
	}

	/**
	 * The connection was closed while bytes were sent, which only their sender knows the
	 * end of.
	 */
	private void endAfterSend(boolean whole) {
		if (whole) {
			this.request.shutdownQuietly();
		}
		else {
			// After half an answer, an orderly end would say that this was all.
			this.request.reset();
		}
	}

	/**
	 * Something is put into the output buffer: the request is being answered.
	 */
	void answering() {
		this.exchange.answered();
	}

	void input(RequestInputStream input) {
		this.input = input;
	}

	void output(RequestOutputStream output) {
		this.output = output;
	}

	private void startExchange() {
		this.exchange.begin();
		countRequest();
	}

	private void countRequest() {
		// The watch has to see what it is woken for.
		this.connections.watch().requestBegins();
		this.request.server().statistics().countRequest();
	}

	private void finishExchange(RequestOutcome outcome) {
		this.connections.requestFinished(this.request, this.exchange.end(), outcome);
	}

	@Override
	public void handledBy(RequestHandler handler) {
		this.handler = handler;
	}

	@Override
	public void handled(@Nullable Throwable error) {
		synchronized (this) {
			this.interruptible = false;
		}
		this.handler = null;
		if (this.exchange.isOpen()) {
			boolean aborted = this.request.isForced()
					|| this.request.closeReason().filter(CloseReason.PEER_RESET::equals).isPresent();
			finishExchange(
					aborted ? RequestOutcome.ABORTED : (error != null) ? RequestOutcome.ERROR : RequestOutcome.SUCCESS);
		}
	}

	@Override
	public synchronized boolean isHandledBy(Thread thread) {
		return this.handlerThread == thread;
	}

	@Override
	public synchronized void left() {
		this.handlerThread = null;
	}

	@Override
	public void drain() {
		this.goodbyeLock.lock();
		try {
			if (this.state.compareAndSet(ConnectionState.IDLE, ConnectionState.CLOSING)) {
				this.request.drained(this.finishedInDrain);
				sayGoodbye();
				this.request.shutdownOutputQuietly();
			}
		}
		finally {
			this.goodbyeLock.unlock();
		}
	}

	private void sayGoodbye() {
		if (!this.request.wire().isOpen()) {
			// Nothing can be said in the midst of a handshake.
			return;
		}
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
			this.connections.goodbyeFailed(this.request, ex);
		}
	}

	@Override
	public void closing() {
		if (!this.sending) {
			this.request.shutdownQuietly();
		}
		else if (this.request.closeReason().filter(CloseReason.WRITE_TIMEOUT::equals).isPresent()) {
			// The peer has not read for all of that time.
			this.request.reset();
		}
		// Otherwise the sender looks at this once it is done: the peer may have the whole
		// answer already. Whoever still waits for the peer in a while is reset.
	}

	@Override
	public void cutOff() {
		synchronized (this) {
			Thread thread = this.handlerThread;
			if (thread != null && this.interruptible) {
				thread.interrupt();
			}
		}
	}

	@Override
	public long checkDeadlines(long idleNanos, long requestNanos) {
		return Math.min(checkOpen(), Math.min(checkIdle(idleNanos), checkRequest(requestNanos)));
	}

	private long checkOpen() {
		long until = this.openUntil;
		if (until == 0) {
			return Long.MAX_VALUE;
		}
		long left = until - System.nanoTime();
		if (left > 0) {
			return left;
		}
		this.request.close(CloseReason.HANDSHAKE_TIMEOUT);
		return Long.MAX_VALUE;
	}

	private long checkIdle(long timeoutNanos) {
		ConnectionState now = Objects.requireNonNull(this.state.get());
		boolean waiting = this.sending || now == ConnectionState.IDLE || now == ConnectionState.READING;
		if (!waiting || timeoutNanos == 0) {
			return Long.MAX_VALUE;
		}
		long left = timeoutNanos - (System.nanoTime() - this.request.lastActivityNanos());
		if (left > 0) {
			return left;
		}
		if (this.sending) {
			this.request.close(CloseReason.WRITE_TIMEOUT);
		}
		else if (now == ConnectionState.IDLE && this.openUntil == 0 && this.handler instanceof IdleHandler patient) {
			// Not in the watch thread, which a handler must not hold up.
			this.request.touched(System.nanoTime());
			Thread asking = new Thread(() -> endUnlessWanted(patient), "socketserver-" + this.request.id() + "-idle");
			asking.setDaemon(true);
			asking.start();
			return timeoutNanos;
		}
		else if (now == ConnectionState.READING || this.state.compareAndSet(now, ConnectionState.CLOSING)) {
			this.request.close(CloseReason.IDLE_TIMEOUT);
		}
		return Long.MAX_VALUE;
	}

	private void endUnlessWanted(IdleHandler idle) {
		this.goodbyeLock.lock();
		try {
			if (this.state.compareAndSet(ConnectionState.IDLE, ConnectionState.CLOSING)) {
				if (isWanted(idle)) {
					this.state.set(ConnectionState.IDLE);
					this.connections.watch().waitBegins(System.nanoTime());
				}
				else {
					this.request.close(CloseReason.IDLE_TIMEOUT);
				}
			}
		}
		finally {
			this.goodbyeLock.unlock();
		}
	}

	private boolean isWanted(IdleHandler idle) {
		try {
			boolean wanted = idle.idle();
			RequestOutputStream stream = this.output;
			if (stream != null) {
				stream.flush();
			}
			return wanted;
		}
		catch (Throwable ex) {
			this.connections.goodbyeFailed(this.request, ex);
			return false;
		}
	}

	private long checkRequest(long timeoutNanos) {
		if (timeoutNanos == 0 || !this.exchange.isOpen()) {
			return Long.MAX_VALUE;
		}
		long left = timeoutNanos - this.exchange.duration().toNanos();
		if (left > 0) {
			return left;
		}
		this.request.close(CloseReason.REQUEST_TIMEOUT);
		return Long.MAX_VALUE;
	}

	/**
	 * To make a wire ready.
	 *
	 * @param waiting the state meanwhile
	 * @param draining whether a drain had begun
	 * @param failure why the wire is not ready, if it is not
	 */
	private record Attempt(ConnectionState waiting, boolean draining, @Nullable IOException failure) {
	}

}
