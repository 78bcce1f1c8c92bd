package io.socketserver.message;

import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.concurrent.Executor;

import org.jspecify.annotations.Nullable;

import io.socketserver.request.StreamRequest;

/**
 * A connection whose handler is called off the loop, in turns: the loop fills a
 * {@link Turn} with the messages of a read and begins it, and while it is under way
 * neither reads nor handles this connection.
 *
 * <p>
 * The loop's thread owns what the base class has, and launches turns. What a turn calls
 * says so.
 *
 * @param <I> what comes in
 * @param <O> what goes out
 */
final class OffLoopDriver<I, O> extends LoopDriver<I, O> {

	// Written in the loop thread, read in any.
	private volatile @Nullable Turn<I, O> turn;

	OffLoopDriver(StreamRequest request, MessageLoop<I, O> shared) {
		super(request, shared);
	}

	// --- What there is for the handler, in the loop thread.

	@Override
	void callOnOpen() {
		if (Overrides.onOpen(handler().getClass())) {
			launch(Turn.calling(this, handler()::onOpen));
		}
	}

	@Override
	void deliver(ByteBuffer payload, boolean timed) throws Exception {
		Codec<I, O> codec = this.shared.codec();
		fillingTurn().add(codec.decode(codec.sharesPayload() ? copy(payload) : payload));
	}

	private static ByteBuffer copy(ByteBuffer payload) {
		return ByteBuffer.allocate(payload.remaining()).put(payload).flip().asReadOnlyBuffer();
	}

	@Override
	void lastDelivered() {
		Turn<I, O> last = currentTurn();
		if (last != null && last.isReady()) {
			launch(last);
		}
		// A turn under way tells when it is over. Else it is, or nothing came of the
		// rest.
		if (!isBusy()) {
			finish();
		}
	}

	@Override
	void callOnIdle() {
		launch(Turn.calling(this, handler()::onIdle));
	}

	@Override
	void callOnError(Throwable error) {
		// First the messages that came before.
		fillingTurn().failWith(error);
	}

	@Override
	void callOnGoodbye() {
		launch(Turn.calling(this, handler()::onGoodbye));
	}

	/**
	 * Has the handler told of the end, once it is not called any more.
	 */
	@Override
	void callOnClose() {
		if (isBusy()) {
			return;
		}
		if (!Overrides.onClose(handler().getClass())) {
			close(handler());
			return;
		}
		Turn<I, O> last = Turn.calling(this, (connection) -> close(handler()));
		try {
			last.begin(executor());
		}
		catch (Throwable ex) {
			close(handler());
		}
	}

	// --- Turns, in the loop thread.

	@Override
	@Nullable Turn<I, O> currentTurn() {
		Turn<I, O> current = this.turn;
		if (current != null && current.isOver()) {
			current = null;
			this.turn = null;
		}
		return current;
	}

	private Turn<I, O> fillingTurn() {
		Turn<I, O> current = currentTurn();
		if (current == null) {
			current = Turn.ofMessages(this);
			this.turn = current;
		}
		return current;
	}

	@Override
	void beginTurn() {
		Turn<I, O> next = currentTurn();
		if (next != null && next.isReady() && !mustWait()) {
			launch(next);
		}
	}

	private void launch(Turn<I, O> next) {
		this.turn = next;
		this.shared.sweepAfter(this.request.server().connections().requestTimeout());
		try {
			next.begin(executor());
		}
		catch (Throwable ex) {
			this.turn = null;
			finishWith(ex);
		}
	}

	private Executor executor() {
		return Objects.requireNonNull(this.shared.executor());
	}

	private void turnEnded(Turn<I, O> over) {
		over.end();
		if (this.turn == over) {
			this.turn = over.rest();
		}
		if (this.ended) {
			callOnClose();
			return;
		}
		Throwable thrown = over.failure();
		if (thrown != null && !hasFailed()) {
			finishWith(thrown);
		}
		sendReplies();
		handleKept();
		settle();
	}

	// --- What a turn calls, in its thread.

	/**
	 * A turn is over, and there is something to do.
	 */
	void tellTurnEnded(Turn<I, O> over) {
		this.shared.loop().execute(() -> turnEnded(over));
	}

	/**
	 * Sends what a turn has gathered.
	 */
	void transmitFromTurn(ByteBuffer frames) {
		transmit(frames, true, true, System.nanoTime());
	}

	// --- What may be called from any thread.

	@Override
	boolean flushReplies(Thread current) {
		Turn<I, O> running = this.turn;
		if (running != null && running.isRunBy(current)) {
			running.flush();
			return true;
		}
		// Replies that came late are sent on the loop here too.
		return super.flushReplies(current);
	}

	@Override
	boolean isHandling() {
		Turn<I, O> current = this.turn;
		return (current != null && !current.isOver()) || super.isHandling();
	}

	@Override
	public boolean isHandledBy(Thread thread) {
		Turn<I, O> current = this.turn;
		return super.isHandledBy(thread) || (current != null && current.isRunBy(thread));
	}

	@Override
	public void cutOff() {
		Turn<I, O> current = this.turn;
		if (current != null) {
			current.interrupt();
		}
		super.cutOff();
	}

}
