package io.socketserver.fork;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

import org.jspecify.annotations.Nullable;

import io.socketserver.loop.LoopTimer;
import io.socketserver.request.BaseRequest;
import io.socketserver.request.CloseReason;
import io.socketserver.request.StopServing;

/**
 * What relays have in common, whatever they carry: how a request gets to its worker, and
 * how both come to their end. Runs in the pool's loop thread.
 */
abstract class BaseRelay implements Assignment, Link.Listener {

	// The deadline of the drain has passed: the handler was interrupted, and that is all.
	static final Duration CUT_OFF_GRACE = Duration.ofMillis(300);

	final Workers workers;

	private final BaseRequest request;

	// Written in the loop thread, read by any.
	volatile @Nullable WorkerProcess worker;

	@Nullable Link link;

	@Nullable LoopTimer timer;

	boolean ended;

	BaseRelay(BaseRequest request, Workers workers) {
		this.request = request;
		this.workers = workers;
	}

	@Override
	public final long number() {
		return this.request.number();
	}

	@Override
	public final boolean isEnded() {
		return this.ended;
	}

	/**
	 * The loop's thread runs hooks of requests that end: it must not wait for others.
	 */
	@Override
	public final boolean isHandledBy(Thread thread) {
		return thread.equals(this.workers.loop().thread());
	}

	/**
	 * A worker has taken the request.
	 */
	final void attach(WorkerProcess taker, Link data, StartFrame start) {
		this.worker = taker;
		this.link = data;
		data.listener(this);
		data.send(FrameType.START, start.encode());
	}

	/**
	 * Has the handler end, or else its process.
	 */
	final void abort(CloseReason reason, Duration grace) {
		WorkerProcess current = this.worker;
		if (current == null) {
			this.workers.forget(this);
			end(null);
			return;
		}
		abort(reason);
		this.workers.schedule(grace, () -> {
			if (!this.ended) {
				this.workers.kill(current, WorkerEnd.CONNECTION_CLOSED);
			}
		});
	}

	/**
	 * Tells the handler that its connection is gone.
	 */
	void abort(CloseReason reason) {
		WorkerProcess current = this.worker;
		if (current != null) {
			byte[] name = reason.name().getBytes(StandardCharsets.US_ASCII);
			current.tell(FrameType.ABORT,
					ByteBuffer.allocate(Long.BYTES + name.length).putLong(number()).put(name).array());
		}
	}

	/**
	 * Ends the request with what its handler has said last.
	 */
	final void endAs(ResultFrame result) {
		Throwable error = result.error(this.request.id());
		if (error instanceof StopServing) {
			// Only asks, in this thread.
			this.request.server().shutdown();
			error = null;
		}
		end(error);
	}

	@Override
	public final void ended() {
		WorkerProcess current = this.worker;
		if (!this.ended && current != null) {
			this.workers.orphaned(current, this);
		}
	}

	@Override
	public final void failed(Throwable error) {
		WorkerProcess current = this.worker;
		if (!this.ended && current != null) {
			this.workers.misunderstood(current, this, error);
		}
	}

	@Override
	public final void workerEnded(WorkerExit exit) {
		if (!this.ended) {
			this.request.endsFor(exit.reason());
			cutAnswer();
			end(exit.during(this.request.id()));
		}
	}

	/**
	 * The worker has died, maybe amid an answer.
	 */
	void cutAnswer() {
	}

	@Override
	public final void refused(String why) {
		if (!this.ended) {
			this.request.endsFor(CloseReason.OVERLOADED);
			end(new IOException(why));
		}
	}

	final void end(@Nullable Throwable error) {
		if (this.ended) {
			return;
		}
		this.ended = true;
		if (this.timer != null) {
			this.timer.cancel();
		}
		leaveClient();
		if (this.link != null) {
			this.link.close();
		}
		this.request.server().requestEnded(this.request, error);
	}

	/**
	 * Neither reads from the client nor writes to it any more.
	 */
	void leaveClient() {
	}

}
