package io.socketserver.message;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletionStage;

import org.jspecify.annotations.Nullable;

import io.socketserver.request.CloseReason;
import io.socketserver.request.ConnectionDriver;
import io.socketserver.request.ConnectionState;
import io.socketserver.request.RequestOutcome;
import io.socketserver.request.StreamRequest;

/**
 * A message connection on a selector loop, as all threads see it: what they may send and
 * ask. What only the loop's thread may do, others have it do by a command; that part is
 * {@link LoopDriver}.
 *
 * <p>
 * May be called from any thread, but for what says otherwise. All that changes here is
 * volatile, or has a monitor: what waits for the peer ({@link Outbound}) and replies
 * still to come ({@link PendingReplies}).
 *
 * @param <I> what comes in
 * @param <O> what goes out
 */
abstract class LoopConnection<I, O> extends BaseMessageConnection<I, O> implements ConnectionDriver {

	// Encoded messages up to this size are copied rather than viewed.
	private static final int SMALL = 2048;

	final MessageLoop<I, O> shared;

	final Inflow inflow;

	final Outbound outbound;

	// Made for the first reply that is still to come.
	volatile @Nullable PendingReplies pending;

	// No more messages: ends when what waits has been sent.
	volatile boolean closing;

	// Written in the loop thread.
	volatile boolean ended;

	LoopConnection(StreamRequest request, MessageLoop<I, O> shared) {
		super(request);
		this.shared = shared;
		this.inflow = new Inflow(shared.service().framing().newDecoder());
		this.outbound = new Outbound(this);
	}

	@Override
	final MessageService<I, O> service() {
		return this.shared.service();
	}

	// --- The commands, which run in the loop thread.

	/**
	 * Ends the connection if it has come to that, else waits for what it has to wait for.
	 */
	abstract void settle();

	abstract void resumed();

	abstract void sendReplies();

	abstract void sendingBegan();

	abstract void drainNow();

	abstract void lost(Throwable error);

	abstract void reset();

	abstract void end();

	/**
	 * Runs a command now, or as soon as no handler is being called.
	 */
	private void onLoop(Runnable task) {
		if (this.shared.loop().inLoop() && !this.shared.isHandling()) {
			task.run();
		}
		else {
			// Also in the midst of a handler's call, another connection's too: first that
			// comes to its end.
			this.shared.loop().execute(task::run);
		}
	}

	// --- Sends.

	@Override
	public SendResult send(O message) {
		return sendFrame(frame(message));
	}

	@Override
	public SendResult send(EncodedMessage message) {
		boolean here = message.size() <= SMALL && this.shared.isHandling(this, Thread.currentThread());
		return here ? sendHere(message) : sendFrame(message.frame());
	}

	/**
	 * Sends from the loop, with one write for the message and what was gathered before.
	 */
	private SendResult sendHere(EncodedMessage message) {
		return this.ended ? SendResult.REFUSED : this.shared.gathering().send(this, message);
	}

	private SendResult sendFrame(ByteBuffer frame) {
		Thread current = Thread.currentThread();
		if (this.ended || (this.closing && !isHandledBy(current))) {
			return SendResult.REFUSED;
		}
		// What the handler has replied before goes first.
		boolean own = flushReplies(current);
		return transmit(frame, true, own, System.nanoTime());
	}

	/**
	 * Writes what the handler has replied so far, if it is the handler that sends.
	 * @return whether it is
	 */
	boolean flushReplies(Thread current) {
		boolean own = this.shared.isHandling(this, current);
		if (own) {
			this.shared.gathering().send(this);
		}
		return own;
	}

	/**
	 * Writes, or has it wait.
	 * @param frame the bytes
	 * @param kept whether the buffer is nobody else's from now on
	 * @param own whether it is the handler that sends
	 */
	final SendResult transmit(ByteBuffer frame, boolean kept, boolean own, long now) {
		Outbound.Outcome outcome;
		try {
			outcome = this.outbound.write(frame, kept, own, now);
		}
		catch (IOException ex) {
			onLoop(() -> lost(ex));
			return SendResult.REFUSED;
		}
		return switch (outcome) {
			case WRITTEN -> SendResult.QUEUED;
			case BEGUN -> {
				if (this.shared.loop().inLoop()) {
					sendingBegan();
				}
				else {
					this.shared.loop().execute(this::sendingBegan);
				}
				yield this.outbound.isCongested() ? SendResult.CONGESTED : SendResult.QUEUED;
			}
			case QUEUED -> this.outbound.isCongested() ? SendResult.CONGESTED : SendResult.QUEUED;
			case OVERFLOW -> {
				this.request.endsFor(CloseReason.WRITE_OVERFLOW);
				onLoop(this::reset);
				yield SendResult.REFUSED;
			}
			case CLOSED -> SendResult.REFUSED;
		};
	}

	@Override
	public boolean isWritable() {
		return !this.ended && !this.closing && !this.inflow.isStartingTls() && !this.outbound.isCongested();
	}

	// --- Messages and replies, in the thread that calls the handler.

	/**
	 * A message has been handled: listeners want to know.
	 */
	final void finished(long start, RequestOutcome outcome) {
		this.request.server()
			.connections()
			.requestFinished(this.request, Duration.ofNanos(System.nanoTime() - start), outcome);
	}

	/**
	 * A handler has replied.
	 * @return false if the reply is there, and nothing waits before it
	 */
	final boolean replyLater(Object reply) {
		PendingReplies replies = this.pending;
		if (reply instanceof CompletionStage<?> stage) {
			if (replies == null) {
				replies = new PendingReplies();
				this.pending = replies;
			}
			replies.add(stage, this::replyCame);
			return true;
		}
		if (replies == null || replies.size() == 0) {
			return false;
		}
		replies.add(reply);
		return true;
	}

	private void replyCame() {
		this.shared.loop().execute(this::sendReplies);
	}

	/**
	 * Whether no reply is still to come.
	 */
	final boolean hasAnswered() {
		PendingReplies replies = this.pending;
		return replies == null || replies.size() == 0;
	}

	// --- What comes in.

	/**
	 * Whether no message may be handled now, because the handler has paused or starts
	 * TLS, or too much waits for the peer.
	 */
	final boolean mustWait() {
		return this.inflow.isHeld() || this.outbound.isCongested();
	}

	@Override
	public void pauseReads() {
		this.inflow.paused(true);
	}

	@Override
	public void resumeReads() {
		this.inflow.paused(false);
		this.shared.loop().execute(this::resumed);
	}

	@Override
	public void startTls() {
		Thread current = Thread.currentThread();
		this.request.tlsToStart();
		if (!isHandledBy(current)) {
			throw new IllegalStateException("TLS of " + id() + " can be started by its handler only, in onMessage");
		}
		this.outbound.hold(true);
		this.inflow.startingTls(true);
		if (!this.shared.isHandling(this, current)) {
			// Which so waits for the end of the turn.
			this.shared.loop().execute(this::settle);
		}
	}

	@Override
	public long requests() {
		return this.inflow.requests();
	}

	// --- What it is doing.

	@Override
	public ConnectionState state() {
		if (this.ended) {
			return ConnectionState.CLOSED;
		}
		if (this.closing) {
			return ConnectionState.CLOSING;
		}
		if (isHandling()) {
			return ConnectionState.RUNNING;
		}
		if (!this.outbound.isEmpty()) {
			return ConnectionState.WRITING;
		}
		if (!hasAnswered()) {
			return ConnectionState.RUNNING;
		}
		return this.inflow.hasKept() ? ConnectionState.READING : ConnectionState.IDLE;
	}

	/**
	 * Whether the handler is being called, or is about to be.
	 */
	boolean isHandling() {
		return this.shared.isHandling(this);
	}

	@Override
	public boolean isHandledBy(Thread thread) {
		return this.shared.isHandling(this, thread);
	}

	final boolean isClosing() {
		return this.closing || this.ended;
	}

	// --- The end.

	@Override
	public void close() {
		this.request.endsFor(CloseReason.CLOSED_BY_SERVER);
		this.closing = true;
		onLoop(this::settle);
	}

	@Override
	public void drain() {
		this.shared.loop().execute(this::drainNow);
	}

	@Override
	public void closing() {
		if (this.outbound.isEmpty()) {
			this.request.shutdownQuietly();
		}
		else {
			// After half an answer, an orderly end would say that this was all.
			this.request.reset();
		}
		this.shared.loop().execute(this::end);
	}

	@Override
	public void cutOff() {
		wasReset();
	}

	@Override
	public void wasReset() {
		this.shared.loop().execute(this::end);
	}

}
