package io.socketserver.message;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.util.Objects;
import java.util.concurrent.CompletionStage;

import org.jspecify.annotations.Nullable;

import io.socketserver.loop.Selectable;
import io.socketserver.request.CloseReason;
import io.socketserver.request.StreamRequest;
import io.socketserver.tls.TlsException;
import io.socketserver.tls.TlsOptions;

/**
 * What the loop's thread does for a message connection: reads what is there, has the
 * handler called for each frame in it, and sends all replies with one write; waits for
 * what it has to wait for, and ends the connection when it has come to that.
 *
 * <p>
 * What comes in is the connection's {@link Inflow}, replies are put together in the
 * loop's {@link Gathering}, and {@link Deadlines} says when a time is up. How the handler
 * is called is the subclasses': on the loop ({@link OnLoopDriver}), or off it
 * ({@link OffLoopDriver}).
 *
 * <p>
 * The loop's thread owns everything here.
 *
 * @param <I> what comes in
 * @param <O> what goes out
 */
abstract sealed class LoopDriver<I, O> extends LoopConnection<I, O> implements Selectable
		permits OnLoopDriver, OffLoopDriver {

	private @Nullable MessageHandler<I, O> handler;

	private @Nullable SelectionKey key;

	private @Nullable Throwable failure;

	private boolean draining;

	private boolean finishedInDrain;

	LoopDriver(StreamRequest request, MessageLoop<I, O> shared) {
		super(request, shared);
	}

	// --- The begin, and what the selector tells.

	final void begin() throws Exception {
		boolean begun = false;
		try {
			this.handler = service().handlerFactory().newHandler();
			this.request.channel().configureBlocking(false);
			begun = true;
		}
		finally {
			this.ended = !begun;
		}
		if (this.request.isForced()) {
			end();
			return;
		}
		this.shared.sweepAfter(this.request.server().connections().idleTimeout());
		callOnOpen();
		// Clients that have sent something already, and may be gone soon, are served
		// without having been registered.
		read();
		// The first message may have started TLS, and this connection be another's now.
		if (!this.ended && this.request.driver() == this) {
			this.shared.loop().register(this.request.channel(), interest(), this);
			if (this.request.server().isDraining()) {
				this.shared.loop().schedule(FIRST_BYTE_GRACE, this::drainNow);
			}
		}
	}

	/**
	 * The handler. A turn asks for it too, in its thread.
	 */
	final MessageHandler<I, O> handler() {
		return Objects.requireNonNull(this.handler, "the connection has not begun");
	}

	/**
	 * Has the handler called on the loop. Whatever it does, what it was gathered to send
	 * is written before another connection gathers in the same buffer.
	 */
	final void callHandler(Step step) {
		this.shared.handling(this);
		try {
			step.run();
		}
		catch (Throwable ex) {
			fail(ex);
		}
		finally {
			sendGathered();
			this.shared.handling(null);
		}
	}

	@Override
	public void registered(SelectionKey value) {
		this.key = value;
	}

	@Override
	public void ready(SelectionKey key) throws IOException {
		int ready = key.readyOps();
		if ((ready & SelectionKey.OP_WRITE) != 0) {
			flush();
		}
		if ((ready & SelectionKey.OP_READ) != 0) {
			read();
		}
	}

	@Override
	public void failed(SelectionKey key, Throwable error) {
		lost(error);
	}

	@Override
	public void loopClosed() {
		this.request.endsFor(CloseReason.CUT_OFF);
		this.request.closeQuietly();
		end();
	}

	private void read() {
		if (this.ended) {
			return;
		}
		if (isBusy()) {
			// Off until the turn is over, which now tells so.
			SelectionKey current = this.key;
			if (current != null) {
				current.interestOpsAnd(~SelectionKey.OP_READ);
			}
			return;
		}
		if (!this.inflow.isStartingTls()) {
			callHandler(() -> this.inflow.readAll(this));
		}
		// Else what comes is the handshake's, whose time it is: the turn is over.
		settle();
	}

	/**
	 * Handles what was kept while it must not be handled. Nothing new is read before.
	 */
	final void handleKept() {
		if (this.inflow.hasKept() && mayHandle() && !isBusy()) {
			callHandler(() -> this.inflow.handleKept(this));
		}
	}

	@Override
	final void resumed() {
		if (!this.ended) {
			handleKept();
			settle();
		}
	}

	private void flush() throws IOException {
		this.outbound.flush(this.shared.loop().now());
		// Does nothing while still too much waits.
		handleKept();
		settle();
	}

	// --- What differs where handlers run off the loop.

	abstract void callOnOpen();

	/**
	 * A frame is complete: has its message handled, now or in a turn.
	 * @param payload only until this returns
	 * @param timed whether listeners are told how long it took
	 */
	abstract void deliver(ByteBuffer payload, boolean timed) throws Exception;

	/**
	 * The last frame of a peer that sends no more, or what is wrong with it, was
	 * delivered: finishes, now or when that has been handled.
	 */
	abstract void lastDelivered();

	abstract void callOnIdle();

	/**
	 * Something was thrown. The handler may send a last message.
	 */
	abstract void callOnError(Throwable error);

	abstract void callOnGoodbye();

	abstract void callOnClose();

	/**
	 * The turn that is not over.
	 * @return null if there is none, as always where handlers run on the loop
	 */
	abstract @Nullable Turn<I, O> currentTurn();

	/**
	 * Begins the turn that was filled, if there is one and messages may be handled.
	 */
	abstract void beginTurn();

	/**
	 * Whether a turn is under way, which then tells when it is over.
	 */
	final boolean isBusy() {
		Turn<I, O> current = currentTurn();
		return current != null && current.isUnderWay();
	}

	// --- Replies.

	/**
	 * A handler on the loop has replied.
	 */
	final void reply(Object reply) throws Exception {
		if (reply instanceof CompletionStage<?>) {
			// What was replied before goes first.
			sendGathered();
		}
		if (!replyLater(reply)) {
			gather(reply);
		}
	}

	@Override
	final void sendReplies() {
		PendingReplies replies = this.pending;
		if (this.ended || replies == null || isBusy()) {
			return;
		}
		callHandler(() -> gatherAll(replies));
		handleKept();
		settle();
	}

	private void gatherAll(PendingReplies replies) throws Exception {
		for (PendingReplies.Slot slot; (slot = replies.poll()) != null;) {
			if (slot.error != null) {
				replies.clear();
				fail(slot.error);
				return;
			}
			if (slot.reply != null) {
				gather(slot.reply);
			}
		}
	}

	private void gather(Object reply) throws Exception {
		this.shared.gathering().add(this, service().message(reply));
	}

	private void sendGathered() {
		this.shared.gathering().send(this);
	}

	@Override
	final void sendingBegan() {
		this.shared.sweepAfter(service().writeLimits().stalledTimeout());
		updateInterest();
	}

	// --- Whether messages may be handled.

	final boolean mayHandle() {
		PendingReplies replies = this.pending;
		return !this.closing && !mustWait() && (replies == null || replies.size() < service().maxPendingReplies());
	}

	final boolean mayRead() {
		return mayHandle() && !this.inflow.hasPeerEnded() && !this.ended && !isBusy();
	}

	// --- The end of each step, and what comes next.

	/**
	 * The end of each step: ends the connection if it has come to that, else waits for
	 * what it has to wait for.
	 */
	@Override
	final void settle() {
		if (this.ended) {
			return;
		}
		beginTurn();
		boolean peerEnded = this.inflow.hasPeerEnded();
		boolean ends = peerEnded || this.draining || this.closing;
		// Asked only where it matters: a turn that is asked wakes the loop when it ends.
		if (ends && !isBusy()) {
			if (peerEnded && !this.closing && mayHandle() && currentTurn() == null) {
				finishInput();
			}
			if (this.draining && isIdle()) {
				sayGoodbye();
			}
			boolean answered = hasAnswered() || this.failure != null;
			if (this.closing && this.outbound.isEmpty() && answered && !isBusy()) {
				end();
				return;
			}
		}
		if (this.inflow.isStartingTls()) {
			if (this.request.driver() != this) {
				// The handshake has begun, and the connection is its own: a command that
				// comes late has nothing to say.
				return;
			}
			if (!this.closing && !isBusy() && hasAnswered() && this.outbound.isEmpty()) {
				openTls();
				return;
			}
		}
		updateInterest();
		if (hasInput() && mayRead()) {
			// No selector tells of what the wire has read ahead.
			this.shared.loop().execute(this::read);
		}
	}

	private int interest() {
		int read = (mayHandle() && !this.inflow.hasPeerEnded()) ? SelectionKey.OP_READ : 0;
		return this.outbound.isEmpty() ? read : read | SelectionKey.OP_WRITE;
	}

	private void updateInterest() {
		SelectionKey current = this.key;
		if (current != null && current.isValid()) {
			int wanted = interest();
			if (current.interestOps() != wanted) {
				current.interestOps(wanted);
			}
		}
	}

	private boolean hasInput() {
		return this.request.wire().hasInput();
	}

	/**
	 * The peer sends no more: what is left may be a last frame.
	 */
	private void finishInput() {
		if (!this.inflow.hasKept()) {
			finish();
			return;
		}
		callHandler(() -> this.inflow.handleLast(this));
		lastDelivered();
	}

	private boolean isIdle() {
		return !this.inflow.hasKept() && currentTurn() == null && this.outbound.isEmpty() && !this.closing
				&& hasAnswered() && !hasInput();
	}

	@Override
	final void drainNow() {
		if (!this.ended && this.handler != null && !this.closing) {
			this.finishedInDrain = this.finishedInDrain || !isIdle();
			this.draining = true;
			settle();
		}
	}

	private void sayGoodbye() {
		this.request.drained(this.finishedInDrain);
		this.draining = false;
		this.closing = true;
		callOnGoodbye();
	}

	// --- TLS that starts between two messages.

	/**
	 * All that goes out in clear is out: a handshake comes, in which this connection is
	 * another's.
	 */
	private void openTls() {
		if (this.inflow.hasKept() || currentTurn() != null || hasInput()) {
			lost(TlsException.inClear());
			return;
		}
		TlsOptions options = this.request.tlsToStart();
		this.request.layTls(options);
		LoopOpening opening = new LoopOpening(this.request, this.shared, options.handshakeTimeout(), this);
		this.request.driver(opening);
		opening.begin();
	}

	/**
	 * The handshake is complete, and this connection is this one's again.
	 */
	final void tlsStarted() throws IOException {
		this.inflow.startingTls(false);
		this.outbound.hold(false);
		flush();
	}

	final void endedInHandshake(@Nullable Throwable error) {
		if (error != null) {
			lost(error);
		}
		else {
			end();
		}
	}

	// --- The end.

	private void fail(Throwable error) {
		if (!this.ended && this.failure == null) {
			callOnError(error);
		}
	}

	final boolean hasFailed() {
		return this.failure != null;
	}

	/**
	 * No more messages are handled: ends when what waits has been sent.
	 */
	final void finish() {
		this.closing = true;
	}

	/**
	 * The same, because of an error.
	 */
	final void finishWith(Throwable error) {
		this.failure = error;
		this.closing = true;
	}

	/**
	 * The connection is gone.
	 */
	@Override
	final void lost(Throwable error) {
		if (error instanceof IOException cause) {
			this.request.lostTo(cause);
		}
		this.request.endsFor(CloseReason.PEER_RESET);
		if (!(error instanceof IOException) || error instanceof TlsException) {
			this.failure = error;
		}
		end();
	}

	@Override
	final void reset() {
		this.request.reset();
		end();
	}

	@Override
	final void end() {
		if (this.ended || this.handler == null) {
			// Not begun yet: that sees why it is to end.
			return;
		}
		this.ended = true;
		this.outbound.close();
		this.inflow.forget();
		SelectionKey current = this.key;
		if (current != null) {
			current.cancel();
		}
		Throwable error = this.failure;
		if (error != null) {
			this.request.endsWith(error);
		}
		this.request.settleReason(null);
		callOnClose();
		this.request.server().requestEnded(this.request, error);
	}

	/**
	 * The last call of the handler.
	 */
	final void close(MessageHandler<I, O> last) {
		try {
			last.onClose(this, closeReason().orElse(CloseReason.COMPLETED));
		}
		catch (Throwable ex) {
			this.request.server().connections().goodbyeFailed(this.request, ex);
		}
		finally {
			service().handlerFactory().release(last);
		}
	}

	/**
	 * Something that may call the handler.
	 */
	@FunctionalInterface
	interface Step {

		void run() throws Exception;

	}

}
