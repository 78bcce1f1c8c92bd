package io.socketserver.message;

import io.socketserver.request.BaseOpening;
import io.socketserver.request.StreamRequest;

/**
 * A connection of a {@link MessageLoop} before its wire is open.
 */
final class LoopOpening extends BaseOpening<LoopDriver<?, ?>> {

	private final StreamRequest request;

	private final MessageLoop<?, ?> shared;

	LoopOpening(StreamRequest request, MessageLoop<?, ?> shared) {
		super(request, shared.loop(), shared.handshakes());
		this.request = request;
		this.shared = shared;
	}

	@Override
	protected void lookAtTheClockBy(long deadline) {
		this.shared.sweepBy(deadline);
	}

	@Override
	protected LoopDriver<?, ?> newSuccessor() {
		return this.shared.newDriver(this.request);
	}

	@Override
	protected void begin(LoopDriver<?, ?> next) throws Exception {
		next.begin();
	}

}
