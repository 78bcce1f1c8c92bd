package io.socketserver.request;

import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;

import org.jspecify.annotations.Nullable;

import io.socketserver.loop.Selectable;
import io.socketserver.loop.SelectorLoop;

/**
 * A connection on a selector loop before its wire is open: a TLS handshake, as a rule.
 * Then its successor takes over, and only that knows of handlers.
 *
 * <p>
 * All runs in the loop's thread but what the wire has computed elsewhere, and what other
 * threads ask for, which comes as a command; one that comes late is passed on.
 *
 * @param <S> the successor
 */
public abstract class BaseOpening<S extends ConnectionDriver & Selectable> implements ConnectionDriver, Selectable {

	@SuppressWarnings("rawtypes")
	private static final AtomicReferenceFieldUpdater<BaseOpening, Computing> COMPUTING = AtomicReferenceFieldUpdater
		.newUpdater(BaseOpening.class, Computing.class, "computing");

	private final StreamRequest request;

	private final SelectorLoop loop;

	private final Executor handshakes;

	private final long until;

	private @Nullable SelectionKey key;

	private @Nullable S successor;

	// While it counts as a handshake.
	private boolean counted;

	private long begin;

	private volatile Computing computing = Computing.NOTHING;

	private volatile boolean ended;

	/**
	 * A connection whose time begins now.
	 * @param request the connection
	 * @param loop where it is driven
	 * @param handshakes where what is costly is computed, unless that is to be the loop
	 * @param timeout how long it may take
	 */
	protected BaseOpening(StreamRequest request, SelectorLoop loop, Executor handshakes, Duration timeout) {
		this.request = request;
		this.loop = loop;
		this.handshakes = handshakes;
		this.until = System.nanoTime() + timeout.toNanos();
	}

	/**
	 * Has {@link #checkDeadline} called once the time is up.
	 * @param deadline in nanoTime
	 */
	protected abstract void lookAtTheClockBy(long deadline);

	/**
	 * The wire is open.
	 * @return who drives the connection from now on
	 */
	protected abstract S newSuccessor();

	/**
	 * The successor, which has the connection's key now, begins.
	 * @param next the successor
	 * @throws Exception if it cannot
	 */
	protected abstract void begin(S next) throws Exception;

	/**
	 * Begins, or ends the connection at once. Runs in the loop's thread.
	 */
	public final void begin() {
		if (this.ended) {
			// Closed while it was on its way here.
			return;
		}
		this.counted = true;
		this.begin = this.request.server().connections().handshakeBegins();
		try {
			this.request.channel().configureBlocking(false);
			this.request.beginTls();
			if (!this.request.isHandshakeOnLoop()) {
				this.request.wire().offload(this::compute, () -> this.computing = Computing.AWAITED);
			}
			this.loop.register(this.request.channel(), SelectionKey.OP_READ, this);
		}
		catch (IOException ex) {
			lost(ex);
			return;
		}
		lookAtTheClockBy(this.until);
		if (this.request.server().isDraining()) {
			this.loop.schedule(FIRST_BYTE_GRACE, this::drainNow);
		}
		advance();
	}

	private void compute(Runnable task) {
		this.computing = Computing.UNDER_WAY;
		try {
			this.handshakes.execute(() -> computeElsewhere(task));
		}
		catch (RejectedExecutionException ex) {
			this.computing = Computing.NOTHING;
			throw ex;
		}
	}

	/**
	 * Mostly the loop has nothing to do after that, and is not woken: what the client
	 * sends next will.
	 */
	private void computeElsewhere(Runnable task) {
		try {
			task.run();
		}
		finally {
			if (COMPUTING.getAndSet(this, Computing.NOTHING) == Computing.AWAITED) {
				this.loop.execute(this::advance);
			}
		}
	}

	/**
	 * Whether the wire computes still. Then it tells when it is done.
	 */
	private boolean awaitsComputing() {
		return COMPUTING.compareAndSet(this, Computing.UNDER_WAY, Computing.AWAITED)
				|| this.computing == Computing.AWAITED;
	}

	@Override
	public final void registered(SelectionKey value) {
		this.key = value;
	}

	@Override
	public final void ready(SelectionKey ready) {
		advance();
	}

	@Override
	public final void failed(SelectionKey failed, Throwable error) {
		end(error);
	}

	private void advance() {
		if (this.ended || this.successor != null) {
			return;
		}
		SelectionKey current = Objects.requireNonNull(this.key);
		try {
			Wire wire = this.request.wire();
			if (awaitsComputing()) {
				current.interestOps(0);
			}
			else if (wire.advance(this.until)) {
				handOver(current);
			}
			else {
				boolean sent = this.computing != Computing.NOTHING || wire.flush();
				current.interestOps(sent ? SelectionKey.OP_READ : SelectionKey.OP_WRITE);
			}
		}
		catch (IOException ex) {
			lost(ex);
		}
		catch (Throwable ex) {
			end(ex);
		}
	}

	private void lost(IOException cause) {
		this.request.lostTo(cause);
		end(cause);
	}

	private void handOver(SelectionKey current) {
		S next = newSuccessor();
		this.successor = next;
		count(HandshakeOutcome.SUCCESS);
		current.attach(next);
		next.registered(current);
		this.request.touched(this.loop.now());
		this.request.driver(next);
		try {
			begin(next);
		}
		catch (Throwable ex) {
			end(ex);
		}
	}

	private void end(@Nullable Throwable error) {
		if (this.ended) {
			return;
		}
		this.ended = true;
		count(HandshakeOutcome.of(this.request.closeReason()));
		SelectionKey current = this.key;
		if (current != null) {
			current.cancel();
		}
		ended(error);
	}

	private void count(HandshakeOutcome outcome) {
		if (this.counted) {
			this.counted = false;
			this.request.server().connections().handshakeEnds(this.request, this.begin, outcome);
		}
	}

	/**
	 * The connection is over before its wire was open.
	 * @param error why, if it is an error
	 */
	protected void ended(@Nullable Throwable error) {
		this.request.server().requestEnded(this.request, error);
	}

	@Override
	public final void loopClosed() {
		this.request.endsFor(CloseReason.CUT_OFF);
		this.request.closeQuietly();
		end(null);
	}

	/**
	 * Ends the connection if its time is up. Runs in the loop's thread.
	 * @param now the time, in nanoTime
	 * @return nanoseconds until it may be, or {@link Long#MAX_VALUE}
	 */
	public final long checkDeadline(long now) {
		if (this.until - now > 0) {
			return this.until - now;
		}
		// The wire knows best what to say of it.
		advance();
		return Long.MAX_VALUE;
	}

	// --- What may be called from any thread.

	@Override
	public final ConnectionState state() {
		return this.ended ? ConnectionState.CLOSED : ConnectionState.IDLE;
	}

	@Override
	public final boolean opensWires() {
		return true;
	}

	@Override
	public long requests() {
		return 0;
	}

	@Override
	public final boolean isHandledBy(Thread thread) {
		return false;
	}

	@Override
	public final void drain() {
		this.loop.execute(this::drainNow);
	}

	private void drainNow() {
		S next = this.successor;
		if (next != null) {
			next.drain();
		}
		else if (!this.ended) {
			this.request.drained(false);
			end(null);
		}
	}

	@Override
	public final void closing() {
		this.request.shutdownQuietly();
		this.loop.execute(this::closingNow);
	}

	private void closingNow() {
		S next = this.successor;
		if (next != null) {
			next.closing();
		}
		else {
			end(null);
		}
	}

	@Override
	public final void cutOff() {
		wasReset();
	}

	@Override
	public final void wasReset() {
		this.loop.execute(this::closingNow);
	}

	/**
	 * Whether the wire computes something elsewhere.
	 */
	private enum Computing {

		NOTHING,

		UNDER_WAY,

		/**
		 * Under way or just done, and the loop has to be told when it is.
		 */
		AWAITED

	}

}
