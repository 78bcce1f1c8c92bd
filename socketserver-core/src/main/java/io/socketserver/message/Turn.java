package io.socketserver.message;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;

import org.jspecify.annotations.Nullable;

import io.socketserver.framing.Framing;
import io.socketserver.request.RequestOutcome;

/**
 * The calls of one connection's handler that run off the loop, one after another: those
 * for the messages of one read, mostly. The loop fills it, then another thread runs it,
 * and meanwhile the loop leaves the connection alone. The replies go out with one write,
 * in the turn's own thread.
 *
 * <p>
 * When it is over it wakes the loop only if there is something to do: if the loop has
 * asked meanwhile, or if not all messages could be handled.
 *
 * @param <I> what comes in
 * @param <O> what goes out
 */
final class Turn<I, O> implements Runnable {

	private final OffLoopDriver<I, O> driver;

	private final @Nullable Call<O> call;

	private final List<I> messages = new ArrayList<>();

	private final AtomicReference<State> state = new AtomicReference<>(State.FILLING);

	private final boolean timed;

	private int next;

	// Thrown before the turn, and to be told after its messages.
	private @Nullable Throwable badInput;

	private @Nullable Throwable failure;

	private @Nullable ByteBuffer out;

	private volatile @Nullable Thread runner;

	private volatile long since;

	private Turn(OffLoopDriver<I, O> driver, @Nullable Call<O> call) {
		this.driver = driver;
		this.call = call;
		this.timed = driver.server().connections().hasListeners();
	}

	static <I, O> Turn<I, O> ofMessages(OffLoopDriver<I, O> driver) {
		return new Turn<>(driver, null);
	}

	static <I, O> Turn<I, O> calling(OffLoopDriver<I, O> driver, Call<O> call) {
		return new Turn<>(driver, call);
	}

	// --- What the loop calls.

	void add(I message) {
		this.messages.add(message);
	}

	void failWith(Throwable error) {
		this.badInput = error;
	}

	/**
	 * Whether it waits to be begun.
	 */
	boolean isReady() {
		return this.state.get() == State.FILLING;
	}

	void begin(Executor executor) {
		this.since = System.nanoTime();
		this.state.set(State.UNDER_WAY);
		executor.execute(this);
	}

	/**
	 * Whether it is under way. If so, it tells the loop when it is over.
	 */
	boolean isUnderWay() {
		this.state.compareAndSet(State.UNDER_WAY, State.WATCHED);
		return this.state.get() == State.WATCHED;
	}

	boolean isOver() {
		return this.state.get() == State.OVER;
	}

	/**
	 * The loop has been told.
	 */
	void end() {
		this.state.set(State.OVER);
	}

	/**
	 * When it began, in nanoTime.
	 */
	long since() {
		return (this.since != 0) ? this.since : System.nanoTime();
	}

	@Nullable Throwable failure() {
		return this.failure;
	}

	/**
	 * What could not be handled, because the handler has paused or the peer is slow.
	 */
	@Nullable Turn<I, O> rest() {
		if (this.failure != null || (this.next == this.messages.size() && this.badInput == null)) {
			return null;
		}
		Turn<I, O> rest = ofMessages(this.driver);
		rest.messages.addAll(this.messages.subList(this.next, this.messages.size()));
		rest.badInput = this.badInput;
		return rest;
	}

	/**
	 * Whether a thread runs it just now. May be called from any thread.
	 */
	boolean isRunBy(Thread thread) {
		return this.runner == thread;
	}

	/**
	 * Interrupts the handler. May be called from any thread.
	 */
	synchronized void interrupt() {
		Thread current = this.runner;
		if (current != null) {
			current.interrupt();
		}
	}

	// --- What runs in its thread.

	@Override
	public void run() {
		runner(Thread.currentThread());
		// One that was meant for another turn of this thread.
		Thread.interrupted();
		try {
			call();
		}
		catch (Throwable ex) {
			failed(ex);
		}
		flush();
		runner(null);
		boolean unfinished = this.failure != null || this.next < this.messages.size() || this.badInput != null;
		if (unfinished || !this.state.compareAndSet(State.UNDER_WAY, State.OVER)) {
			// Over once the loop has seen what is left.
			this.driver.tellTurnEnded(this);
		}
	}

	private synchronized void runner(@Nullable Thread thread) {
		this.runner = thread;
	}

	private void call() throws Exception {
		if (this.call != null) {
			this.call.on(this.driver);
		}
		while (this.next < this.messages.size()) {
			if (this.driver.mustWait()) {
				return;
			}
			if (this.driver.isClosing()) {
				this.next = this.messages.size();
				this.badInput = null;
				return;
			}
			handle(this.messages.get(this.next++));
		}
		Throwable bad = this.badInput;
		if (bad != null) {
			this.badInput = null;
			failed(bad);
		}
	}

	private void handle(I message) throws Exception {
		long start = this.timed ? System.nanoTime() : 0;
		RequestOutcome outcome = RequestOutcome.ERROR;
		try {
			Object reply = this.driver.handler().onMessage(this.driver, message);
			if (reply != null) {
				reply(reply);
			}
			outcome = RequestOutcome.SUCCESS;
		}
		finally {
			if (this.timed) {
				this.driver.finished(start, outcome);
			}
		}
	}

	private void reply(Object reply) throws Exception {
		if (reply instanceof CompletionStage<?>) {
			// What was replied before goes first.
			flush();
		}
		if (!this.driver.replyLater(reply)) {
			gather(this.driver.service().message(reply));
		}
	}

	private void gather(O message) throws Exception {
		ByteBuffer payload = this.driver.service().payload(message);
		Framing framing = this.driver.service().framing();
		int size = payload.remaining() + framing.overhead();
		ByteBuffer room = this.out;
		if (room == null) {
			room = ByteBuffer.allocate(size);
		}
		else if (room.remaining() < size) {
			room = ByteBuffer.allocate(Math.max(2 * room.capacity(), room.position() + size)).put(room.flip());
		}
		this.out = room;
		int position = payload.position();
		framing.encode(payload, room);
		// The user's own buffer stays as it was.
		payload.position(position);
		if (room.position() >= this.driver.service().writeLimits().highMark()) {
			// Many small messages with large replies are no reason to go over the cap.
			flush();
		}
	}

	/**
	 * Sends what was gathered.
	 */
	void flush() {
		ByteBuffer gathered = this.out;
		this.out = null;
		if (gathered != null) {
			this.driver.transmitFromTurn(gathered.flip());
		}
	}

	private void failed(Throwable error) {
		this.failure = error;
		try {
			O last = this.driver.handler().onError(this.driver, error);
			if (last != null) {
				gather(last);
			}
		}
		catch (Throwable ex) {
			error.addSuppressed(ex);
		}
	}

	private enum State {

		/**
		 * The loop adds to it.
		 */
		FILLING,

		/**
		 * Another thread runs it, or will.
		 */
		UNDER_WAY,

		/**
		 * The same, and the loop waits to be told when it is over.
		 */
		WATCHED,

		/**
		 * It has ended.
		 */
		OVER

	}

	/**
	 * A call of the handler that is not for a message.
	 *
	 * @param <O> what goes out
	 */
	@FunctionalInterface
	interface Call<O> {

		void on(MessageConnection<O> connection) throws Exception;

	}

}
