package io.socketserver.message;

import java.nio.ByteBuffer;

import org.jspecify.annotations.Nullable;

import io.socketserver.request.RequestOutcome;
import io.socketserver.request.StreamRequest;

/**
 * A connection whose handler is called on the loop: for each frame as it is found, with
 * no object and no thread in between. The loop's thread owns everything here.
 *
 * @param <I> what comes in
 * @param <O> what goes out
 */
final class OnLoopDriver<I, O> extends LoopDriver<I, O> {

	OnLoopDriver(StreamRequest request, MessageLoop<I, O> shared) {
		super(request, shared);
	}

	@Override
	void callOnOpen() {
		callHandler(() -> handler().onOpen(this));
	}

	@Override
	void deliver(ByteBuffer payload, boolean timed) throws Exception {
		if (timed) {
			handleTimed(payload);
		}
		else {
			handle(payload);
		}
	}

	private void handle(ByteBuffer payload) throws Exception {
		I message = this.shared.codec().decode(payload);
		Object reply = handler().onMessage(this, message);
		if (reply != null) {
			reply(reply);
		}
	}

	private void handleTimed(ByteBuffer payload) throws Exception {
		long start = System.nanoTime();
		RequestOutcome outcome = RequestOutcome.ERROR;
		try {
			handle(payload);
			outcome = RequestOutcome.SUCCESS;
		}
		finally {
			finished(start, outcome);
		}
	}

	@Override
	void lastDelivered() {
		finish();
	}

	@Override
	void callOnIdle() {
		callHandler(() -> handler().onIdle(this));
		settle();
	}

	@Override
	void callOnError(Throwable error) {
		finishWith(error);
		try {
			O last = handler().onError(this, error);
			if (last != null) {
				this.shared.gathering().add(this, last);
			}
		}
		catch (Throwable ex) {
			error.addSuppressed(ex);
		}
	}

	@Override
	void callOnGoodbye() {
		callHandler(this::sayGoodbye);
	}

	private void sayGoodbye() {
		try {
			handler().onGoodbye(this);
		}
		catch (Throwable ex) {
			this.request.server().connections().goodbyeFailed(this.request, ex);
		}
	}

	@Override
	void callOnClose() {
		close(handler());
	}

	@Override
	@Nullable Turn<I, O> currentTurn() {
		return null;
	}

	@Override
	void beginTurn() {
		// What was read has been handled.
	}

}
