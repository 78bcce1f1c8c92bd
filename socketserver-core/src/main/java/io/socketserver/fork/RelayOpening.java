package io.socketserver.fork;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

import io.socketserver.loop.LoopTimer;
import io.socketserver.request.BaseOpening;
import io.socketserver.request.StreamRequest;

/**
 * A connection before its TLS handshake is complete: only then does it need a worker,
 * which so sees none that stalls, and no keys.
 */
final class RelayOpening extends BaseOpening<Relay> {

	private final StreamRequest request;

	private final Workers workers;

	private @Nullable LoopTimer timer;

	RelayOpening(StreamRequest request, Workers workers) {
		super(request, workers.loop(), workers.handshakes(), request.handshakeTimeout());
		this.request = request;
		this.workers = workers;
	}

	@Override
	protected void lookAtTheClockBy(long deadline) {
		Duration left = Duration.ofNanos(Math.max(0, deadline - System.nanoTime()));
		this.timer = this.workers.schedule(left, () -> checkDeadline(System.nanoTime()));
	}

	@Override
	protected Relay newSuccessor() {
		return new Relay(this.request, this.workers);
	}

	@Override
	protected void begin(Relay next) {
		if (this.timer != null) {
			this.timer.cancel();
		}
		next.updateInterest();
		this.workers.take(next);
	}

}
