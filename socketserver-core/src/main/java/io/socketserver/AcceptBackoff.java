package io.socketserver;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;

import io.socketserver.request.AcceptGate;

/**
 * What to do while the system refuses to accept, mostly for want of descriptors: wait,
 * longer each time, and say so once per episode. The listener stays readable all the
 * time, and a loop that just tried again would burn a core. Runs in the loop thread.
 */
final class AcceptBackoff {

	private static final Logger logger = System.getLogger(BaseServer.class.getName());

	private static final long FIRST_MILLIS = 50;

	private static final long LONGEST_MILLIS = 500;

	private final AcceptGate gate;

	private long millis = FIRST_MILLIS;

	private long failures;

	private long since;

	AcceptBackoff(AcceptGate gate) {
		this.gate = gate;
	}

	void failed(String server, IOException error) {
		if (this.failures == 0) {
			this.since = System.nanoTime();
			logger.log(Level.WARNING,
					"{0} cannot accept connections: {1}. It tries again every {2} to {3} ms until it can; clients wait"
							+ " in the kernel''s queue, and open connections are not affected",
					server, error.getMessage(), FIRST_MILLIS, LONGEST_MILLIS);
		}
		this.failures++;
		this.gate.hold(this);
		this.gate.releaseAfter(this, Duration.ofMillis(this.millis));
		this.millis = Math.min(LONGEST_MILLIS, 2 * this.millis);
	}

	void succeeded(String server) {
		if (this.failures > 0) {
			logger.log(Level.INFO, "{0} accepts connections again, after {1} ms and {2} failed tries", server,
					Duration.ofNanos(System.nanoTime() - this.since).toMillis(), this.failures);
			this.failures = 0;
			this.millis = FIRST_MILLIS;
		}
	}

	@Override
	public String toString() {
		return "accept failures";
	}

}
