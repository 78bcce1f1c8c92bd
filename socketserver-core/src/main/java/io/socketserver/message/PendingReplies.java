package io.socketserver.message;

import java.util.ArrayDeque;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

import org.jspecify.annotations.Nullable;

/**
 * Replies that are still to come, and those that have to wait for them, in the order of
 * the messages. Guarded by its monitor.
 */
final class PendingReplies {

	private final ArrayDeque<Slot> slots = new ArrayDeque<>();

	/**
	 * A reply that is still to come.
	 * @param stage completes with it
	 * @param ready called in any thread when it has come
	 */
	synchronized void add(CompletionStage<?> stage, Runnable ready) {
		Slot slot = new Slot();
		this.slots.add(slot);
		stage.whenComplete((reply, error) -> {
			synchronized (this) {
				slot.done = true;
				slot.reply = reply;
				// Who waits for a stage sees what its function threw, and so does who is
				// told.
				slot.error = (error instanceof CompletionException && error.getCause() != null) ? error.getCause()
						: error;
			}
			ready.run();
		}).exceptionally((error) -> null);
	}

	/**
	 * A reply that is there, behind those that are not.
	 */
	synchronized void add(Object reply) {
		Slot slot = new Slot();
		slot.done = true;
		slot.reply = reply;
		this.slots.add(slot);
	}

	synchronized int size() {
		return this.slots.size();
	}

	/**
	 * The next reply, if it has come.
	 */
	synchronized @Nullable Slot poll() {
		Slot first = this.slots.peek();
		return (first != null && first.done) ? this.slots.poll() : null;
	}

	synchronized void clear() {
		this.slots.clear();
	}

	/**
	 * One reply.
	 */
	static final class Slot {

		private boolean done;

		@Nullable Object reply;

		@Nullable Throwable error;

	}

}
