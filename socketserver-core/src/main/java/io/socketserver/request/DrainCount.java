package io.socketserver.request;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Counts how connections end while a server is drained.
 */
final class DrainCount {

	private final AtomicInteger finished = new AtomicInteger();

	private final AtomicInteger closedIdle = new AtomicInteger();

	private final AtomicInteger cutOff = new AtomicInteger();

	void claimed(boolean afterItsRequest) {
		(afterItsRequest ? this.finished : this.closedIdle).incrementAndGet();
	}

	void ended(CloseReason reason) {
		((reason == CloseReason.CUT_OFF) ? this.cutOff : this.finished).incrementAndGet();
	}

	DrainReport report(int remaining, Duration took) {
		return new DrainReport(this.finished.get(), this.closedIdle.get(), this.cutOff.get(), remaining, took);
	}

}
