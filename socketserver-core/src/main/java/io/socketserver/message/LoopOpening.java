package io.socketserver.message;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

import io.socketserver.request.BaseOpening;
import io.socketserver.request.StreamRequest;

/**
 * A connection of a {@link MessageLoop} before its wire is open: at its begin, or, where
 * TLS starts in its midst, between two messages.
 */
final class LoopOpening extends BaseOpening<LoopDriver<?, ?>> {

	private final StreamRequest request;

	private final MessageLoop<?, ?> shared;

	// Whose messages came before.
	private final @Nullable LoopDriver<?, ?> resumed;

	LoopOpening(StreamRequest request, MessageLoop<?, ?> shared) {
		this(request, shared, request.handshakeTimeout(), null);
	}

	LoopOpening(StreamRequest request, MessageLoop<?, ?> shared, Duration timeout, @Nullable LoopDriver<?, ?> resumed) {
		super(request, shared.loop(), shared.handshakes(), timeout);
		this.request = request;
		this.shared = shared;
		this.resumed = resumed;
	}

	@Override
	protected void lookAtTheClockBy(long deadline) {
		this.shared.sweepBy(deadline);
	}

	@Override
	protected LoopDriver<?, ?> newSuccessor() {
		return (this.resumed != null) ? this.resumed : this.shared.newDriver(this.request);
	}

	@Override
	protected void begin(LoopDriver<?, ?> next) throws Exception {
		if (this.resumed != null) {
			next.tlsStarted();
		}
		else {
			next.begin();
		}
	}

	@Override
	protected void ended(@Nullable Throwable error) {
		if (this.resumed != null) {
			this.resumed.endedInHandshake(error);
		}
		else {
			super.ended(error);
		}
	}

	@Override
	public long requests() {
		return (this.resumed != null) ? this.resumed.requests() : 0;
	}

}
