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

	// Failures nearer to each other are one episode, however many clients get in between.
	private static final long QUIET_NANOS = Duration.ofSeconds(2).toNanos();

	private final AcceptGate gate;

	private long millis = FIRST_MILLIS;

	private long failures;

	private long since;

	private long lastFailure;

	AcceptBackoff(AcceptGate gate) {
		this.gate = gate;
	}

	void failed(String server, IOException error) {
		long now = System.nanoTime();
		boolean begins = this.failures == 0 || now - this.lastFailure >= QUIET_NANOS;
		if (begins) {
			this.failures = 0;
			this.since = now;
		}
		this.failures++;
		this.lastFailure = now;
		this.gate.hold(this);
		this.gate.releaseAfter(this, Duration.ofMillis(this.millis));
		this.millis = Math.min(LONGEST_MILLIS, 2 * this.millis);
		if (begins) {
			// The last thing done, since it may itself want a descriptor.
			logger.log(Level.WARNING,
					"{0} cannot accept connections: {1}. It tries again every {2} to {3} ms until it can; clients wait"
							+ " in the kernel''s queue, and open connections are not affected",
					server, error.getMessage(), FIRST_MILLIS, LONGEST_MILLIS);
		}
	}

	void succeeded(String server) {
		this.millis = FIRST_MILLIS;
		if (this.failures > 0 && System.nanoTime() - this.lastFailure >= QUIET_NANOS) {
			logger.log(Level.INFO, "{0} accepts connections again, after {1} ms and {2} failed tries", server,
					Duration.ofNanos(this.lastFailure - this.since).toMillis(), this.failures);
			this.failures = 0;
		}
	}

	@Override
	public String toString() {
		return "accept failures";
	}

}
