package io.socketserver.message;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;

import org.jspecify.annotations.Nullable;

import io.socketserver.request.BaseConnection;
import io.socketserver.request.CloseReason;
import io.socketserver.request.ConnectionState;
import io.socketserver.request.DatagramDrop;
import io.socketserver.request.DatagramOptions;
import io.socketserver.request.DatagramOutput;
import io.socketserver.request.DatagramRequest;
import io.socketserver.request.DatagramTooLongException;
import io.socketserver.request.RequestRefusedException;

/**
 * What one peer sends to a UDP server, as a connection.
 *
 * <p>
 * Its handler is called in turns, one at a time: {@link #runTurns} runs them in whichever
 * thread comes first, and another that comes meanwhile has its work done by that one.
 * Everything else may be called from any thread.
 *
 * @param <I> what comes in
 * @param <O> what goes out
 */
final class DatagramSession<I, O> extends BaseConnection implements MessageConnection<O> {

	private static final Logger logger = System.getLogger(DatagramSession.class.getName());

	private final DatagramSessions<I, O> sessions;

	private final MessageService<I, O> service;

	private final DatagramOutput output;

	private final DatagramOptions options;

	private final long beginNanos = System.nanoTime();

	private final Queue<byte[]> inbox = new ConcurrentLinkedQueue<>();

	private final AtomicInteger waiting = new AtomicInteger();

	private final AtomicBoolean busy = new AtomicBoolean();

	private final AtomicReference<@Nullable CloseReason> closeReason = new AtomicReference<>();

	private final PendingReplies pending = new PendingReplies();

	// Held while replies are put in order: never while the handler runs.
	private final ReentrantLock replyLock = new ReentrantLock();

	private final AtomicReference<@Nullable Throwable> lateFailure = new AtomicReference<>();

	private final AtomicLong bytesIn = new AtomicLong();

	private final AtomicLong bytesOut = new AtomicLong();

	private volatile long lastActivityNanos = this.beginNanos;

	// The last one's: a proxy may pass the next datagram on from another port.
	private volatile SocketAddress replyAddress;

	private volatile @Nullable Thread runner;

	private volatile boolean paused;

	// The handler wants no more messages: ends when its replies have been sent.
	private volatile boolean ending;

	private volatile boolean idleDue;

	private volatile boolean drainDue;

	private volatile boolean drained;

	private volatile boolean over;

	// The three below: in turns only, but for reading the count.
	private @Nullable MessageHandler<I, O> handler;

	private volatile long messages;

	private boolean busyInDrain;

	DatagramSession(DatagramSessions<I, O> sessions, MessageService<I, O> service, DatagramRequest first) {
		super(first.server(), first.clientAddress(), first.localAddress());
		this.sessions = sessions;
		this.service = service;
		this.output = first.output();
		this.options = first.options();
		this.replyAddress = first.replyAddress();
		beginLike(first);
	}

	// --- What the loop calls.

	/**
	 * A datagram has come.
	 */
	void received(DatagramRequest datagram) {
		byte[] packet = datagram.packet();
		if (this.waiting.get() + this.pending.size() >= this.service.maxPendingReplies()) {
			throw new RequestRefusedException(CloseReason.OVERLOADED,
					"Too many messages of " + id() + " wait to be handled or answered");
		}
		long now = System.nanoTime();
		this.bytesIn.addAndGet(packet.length);
		this.replyAddress = datagram.replyAddress();
		this.lastActivityNanos = now;
		this.waiting.incrementAndGet();
		this.inbox.add(packet);
		if (this.over && this.inbox.remove(packet)) {
			// It ended between the look-up and here.
			server().statistics().countDropped(DatagramDrop.SESSION_ENDED);
		}
		waitBegins(now);
	}

	/**
	 * The strategy has not taken a datagram: nobody would handle it.
	 */
	void withdraw(byte[] packet) {
		// By identity, which an array's equals is.
		if (this.inbox.remove(packet)) {
			this.waiting.decrementAndGet();
		}
	}

	// --- Turns.

	/**
	 * Does what there is to do, unless another thread does it already.
	 * @throws Exception what the handler threw; the session has ended then
	 */
	void runTurns() throws Exception {
		do {
			if (!this.busy.compareAndSet(false, true)) {
				return;
			}
			try {
				this.runner = Thread.currentThread();
				runTurn();
			}
			finally {
				this.runner = null;
				this.busy.set(false);
			}
		}
		while (hasWork());
	}

	private boolean hasWork() {
		if (this.over) {
			return false;
		}
		boolean input = !this.paused && !this.ending && !this.inbox.isEmpty();
		return input || hasEnded() || this.closeReason.get() != null || this.lateFailure.get() != null || this.idleDue
				|| (this.drainDue && isIdle());
	}

	private boolean hasEnded() {
		return this.ending && this.pending.size() == 0;
	}

	private boolean isIdle() {
		return this.inbox.isEmpty() && this.pending.size() == 0;
	}

	private void runTurn() throws Exception {
		if (this.over) {
			return;
		}
		Throwable failure = null;
		try {
			if (this.closeReason.get() == null) {
				handle(begin());
			}
		}
		catch (Throwable ex) {
			failure = ex;
			sayError(ex);
			endsFor(CloseReason.HANDLER_ERROR);
		}
		CloseReason reason = this.closeReason.get();
		if (reason != null) {
			finish(reason);
		}
		if (failure instanceof Exception exception) {
			throw exception;
		}
		if (failure instanceof Error error) {
			throw error;
		}
	}

	private MessageHandler<I, O> begin() throws Exception {
		MessageHandler<I, O> current = this.handler;
		if (current == null) {
			current = this.service.handlerFactory().newHandler();
			this.handler = current;
			current.onOpen(this);
		}
		return current;
	}

	private void handle(MessageHandler<I, O> current) throws Exception {
		while (isOpen() && !this.paused) {
			byte[] packet = this.inbox.poll();
			if (packet == null) {
				break;
			}
			this.waiting.decrementAndGet();
			handle(current, packet);
		}
		Throwable late = this.lateFailure.getAndSet(null);
		if (late != null && this.closeReason.get() == null) {
			throw new IllegalStateException("A reply to " + id() + " failed", late);
		}
		if (this.idleDue) {
			this.idleDue = false;
			sayIdle(current);
		}
		if (hasEnded()) {
			endsFor(CloseReason.CLOSED_BY_SERVER);
		}
		if ((this.drainDue || isIdleDrain()) && this.closeReason.get() == null && isIdle()) {
			endDrained(current);
		}
	}

	private void handle(MessageHandler<I, O> current, byte[] packet) throws Exception {
		this.messages = this.messages + 1;
		this.busyInDrain |= server().isDraining();
		I message = this.service.codec().decode(ByteBuffer.wrap(packet).asReadOnlyBuffer());
		Object reply = current.onMessage(this, message);
		if (reply != null) {
			reply(reply);
		}
	}

	private void sayIdle(MessageHandler<I, O> current) throws Exception {
		long silent = System.nanoTime() - this.lastActivityNanos;
		if (isOpen() && silent >= server().connections().idleTimeout().toNanos()) {
			current.onIdle(this);
			this.lastActivityNanos = System.nanoTime();
			waitBegins(this.lastActivityNanos);
		}
	}

	private void endDrained(MessageHandler<I, O> current) {
		try {
			current.onGoodbye(this);
		}
		catch (Throwable ex) {
			logger.log(Level.DEBUG, () -> "The good-bye to " + this + " failed", ex);
		}
		if (endsFor(CloseReason.DRAINED)) {
			this.drained = true;
			claimDrained(this.busyInDrain);
		}
	}

	private void sayError(Throwable error) {
		MessageHandler<I, O> current = this.handler;
		try {
			O last = (current != null) ? current.onError(this, error) : null;
			if (last != null) {
				send(last);
			}
		}
		catch (Throwable ex) {
			error.addSuppressed(ex);
		}
	}

	private void finish(CloseReason reason) {
		this.over = true;
		this.pending.clear();
		while (this.inbox.poll() != null) {
			server().statistics().countDropped(DatagramDrop.SESSION_ENDED);
		}
		MessageHandler<I, O> current = this.handler;
		try {
			if (current != null) {
				current.onClose(this, reason);
			}
		}
		catch (Throwable ex) {
			this.sessions.failed("onClose of " + this, ex);
		}
		finally {
			if (current != null) {
				this.service.handlerFactory().release(current);
			}
			this.sessions.ended(this);
			closed();
		}
	}

	/**
	 * Has a turn run elsewhere, or as the rest of the one that runs.
	 */
	private void schedule() {
		this.sessions.execute(this, () -> {
			try {
				runTurns();
			}
			catch (Throwable ex) {
				this.sessions.failed("The connection " + this, ex);
			}
		});
	}

	// --- Replies.

	private void reply(Object reply) {
		this.replyLock.lock();
		try {
			if (reply instanceof CompletionStage<?> stage) {
				this.pending.add(stage, this::repliesCame);
			}
			else if (this.pending.size() > 0) {
				this.pending.add(reply);
			}
			else {
				send(this.service.message(reply));
				return;
			}
		}
		finally {
			this.replyLock.unlock();
		}
		// The stage may have been complete already.
		repliesCame();
	}

	private void repliesCame() {
		this.replyLock.lock();
		try {
			for (PendingReplies.Slot slot; (slot = this.pending.poll()) != null;) {
				send(slot);
			}
		}
		finally {
			this.replyLock.unlock();
		}
		if (this.lateFailure.get() != null || hasEnded() || (this.drainDue && isIdle())) {
			schedule();
		}
	}

	private void send(PendingReplies.Slot slot) {
		Object reply = slot.reply;
		try {
			if (slot.error != null) {
				this.lateFailure.compareAndSet(null, slot.error);
			}
			else if (reply != null && this.lateFailure.get() == null) {
				transmit(payload(this.service.message(reply)));
			}
		}
		catch (RuntimeException ex) {
			this.lateFailure.compareAndSet(null, ex);
		}
	}

	@Override
	public SendResult send(O message) {
		return mayBeSent() ? transmit(payload(message)) : SendResult.REFUSED;
	}

	@Override
	public SendResult send(EncodedMessage message) {
		return mayBeSent() ? transmit(message.frame()) : SendResult.REFUSED;
	}

	/**
	 * Once the session is ending only its handler may send, as in any connection.
	 */
	private boolean mayBeSent() {
		return !this.ending || this.runner == Thread.currentThread();
	}

	@Override
	public EncodedMessage encode(O message) {
		ByteBuffer payload = payload(message);
		ByteBuffer copy = ByteBuffer.allocate(payload.remaining());
		return new EncodedMessage(copy.put(payload).flip());
	}

	/**
	 * The bytes of a message, in a view of their own.
	 */
	private ByteBuffer payload(O message) {
		try {
			return this.service.payload(message).duplicate();
		}
		catch (RuntimeException ex) {
			throw ex;
		}
		catch (Exception ex) {
			throw new IllegalArgumentException("Cannot encode a message to " + id() + ": " + ex.getMessage(), ex);
		}
	}

	private SendResult transmit(ByteBuffer packet) {
		if (this.closeReason.get() != null) {
			return SendResult.REFUSED;
		}
		int length = packet.remaining();
		// Whoever has an identity was asked for it, so that its address is no forgery.
		if (!this.options.allows(this.bytesIn.get(), this.bytesOut.addAndGet(length)) && identity().isEmpty()) {
			this.bytesOut.addAndGet(-length);
			this.output.withheld(length, this.bytesIn.get(), clientAddress());
			return SendResult.REFUSED;
		}
		try {
			if (this.output.offer(packet, this.replyAddress)) {
				this.lastActivityNanos = System.nanoTime();
				return SendResult.QUEUED;
			}
		}
		catch (DatagramTooLongException ex) {
			this.bytesOut.addAndGet(-length);
			throw new IllegalArgumentException(ex.getMessage(), ex);
		}
		catch (IOException ex) {
			logger.log(Level.DEBUG, () -> "Cannot send to " + this, ex);
		}
		this.bytesOut.addAndGet(-length);
		return SendResult.REFUSED;
	}

	@Override
	public boolean isWritable() {
		return isOpen();
	}

	/**
	 * Whether it takes more messages.
	 */
	boolean isOpen() {
		return this.closeReason.get() == null && !this.ending;
	}

	@Override
	public void startTls() {
		throw new IllegalStateException(id() + " is a session of datagrams, and cannot start TLS");
	}

	@Override
	public void pauseReads() {
		this.paused = true;
	}

	@Override
	public void resumeReads() {
		this.paused = false;
		schedule();
	}

	@Override
	public void close() {
		this.ending = true;
		if (this.runner != Thread.currentThread()) {
			schedule();
		}
	}

	@Override
	public boolean close(CloseReason reason) {
		if (!endsFor(reason)) {
			return false;
		}
		if (this.runner != Thread.currentThread()) {
			schedule();
		}
		return true;
	}

	// --- What others see.

	@Override
	public ConnectionState state() {
		if (this.over) {
			return ConnectionState.CLOSED;
		}
		if (!isOpen()) {
			return ConnectionState.CLOSING;
		}
		return this.busy.get() ? ConnectionState.RUNNING : ConnectionState.IDLE;
	}

	@Override
	public long bytesIn() {
		return this.bytesIn.get();
	}

	@Override
	public long bytesOut() {
		return this.bytesOut.get();
	}

	@Override
	public long requests() {
		return this.messages;
	}

	@Override
	public Duration idleTime() {
		return Duration.ofNanos(System.nanoTime() - this.lastActivityNanos);
	}

	@Override
	public Duration age() {
		return Duration.ofNanos(System.nanoTime() - this.beginNanos);
	}

	@Override
	public boolean endsFor(CloseReason reason) {
		return this.closeReason.compareAndSet(null, reason);
	}

	@Override
	public Optional<CloseReason> closeReason() {
		return Optional.ofNullable(this.closeReason.get());
	}

	@Override
	public boolean isForced() {
		return this.closeReason.get() != null;
	}

	// --- What the registry, the drain and the watch call.

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
		return this.runner == thread;
	}

	@Override
	protected void drain() {
		this.drainDue = true;
		try {
			runTurns();
		}
		catch (Throwable ex) {
			this.sessions.failed("The connection " + this, ex);
		}
	}

	@Override
	protected boolean isDrained() {
		return this.drained;
	}

	/**
	 * Its handler is interrupted as that of a datagram.
	 */
	@Override
	protected void cutOff() {
		close(CloseReason.CUT_OFF);
	}

	@Override
	public long checkDeadlines(long idleNanos, long requestNanos) {
		if (idleNanos == 0 || this.over) {
			return Long.MAX_VALUE;
		}
		long left = idleNanos - (System.nanoTime() - this.lastActivityNanos);
		if (left > 0) {
			return left;
		}
		if (!this.busy.get() && this.pending.size() == 0 && !this.idleDue) {
			this.idleDue = true;
			schedule();
		}
		return idleNanos;
	}

	@Override
	public void started() {
	}

	@Override
	public void handled(@Nullable Throwable error) {
	}

	@Override
	public void settleReason(@Nullable CloseReason reason) {
	}

	@Override
	public void closeQuietly() {
	}

	@Override
	protected void ended() {
	}

	@Override
	protected void left() {
	}

	@Override
	protected void giveUp() {
	}

}
