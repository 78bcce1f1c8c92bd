package io.socketserver.message;

import java.time.Duration;

import io.socketserver.request.CloseReason;

/**
 * Which time of a connection on a loop is up: the peer's to take what waits for it, to
 * complete a frame and to send something at all, and the handler's. Has no state, because
 * each time is noted where it begins. Runs in the loop thread.
 */
final class Deadlines {

	private Deadlines() {
	}

	/**
	 * Ends the connection if its time is up.
	 * @return nanoseconds until it may be, or {@link Long#MAX_VALUE}
	 */
	static long check(LoopDriver<?, ?> driver, long now) {
		long left = Long.MAX_VALUE;
		long stalled = driver.outbound.stalledSince();
		if (stalled != 0) {
			left = left(stalled, driver.service().writeLimits().stalledTimeout(), now);
			if (left <= 0) {
				driver.request.endsFor(CloseReason.WRITE_TIMEOUT);
				driver.reset();
				return Long.MAX_VALUE;
			}
		}
		Turn<?, ?> turn = driver.currentTurn();
		if (turn != null) {
			return Math.min(left, checkTurn(driver, turn, now));
		}
		long frameSince = driver.inflow.frameSince();
		if (frameSince != 0 && driver.mayHandle()) {
			long frame = left(frameSince, driver.service().frameTimeout(), now);
			if (frame <= 0) {
				driver.request.close(CloseReason.FRAME_TIMEOUT);
				return Long.MAX_VALUE;
			}
			left = Math.min(left, frame);
		}
		return Math.min(left, checkIdle(driver, now));
	}

	private static long checkTurn(LoopDriver<?, ?> driver, Turn<?, ?> turn, long now) {
		long left = left(turn.since(), driver.request.server().connections().requestTimeout(), now);
		if (left <= 0) {
			driver.request.close(CloseReason.REQUEST_TIMEOUT);
			return Long.MAX_VALUE;
		}
		return left;
	}

	private static long checkIdle(LoopDriver<?, ?> driver, long now) {
		Duration timeout = driver.request.server().connections().idleTimeout();
		if (driver.closing) {
			// It ends when what waits has been sent, which has its own deadline.
			return Long.MAX_VALUE;
		}
		long left = left(driver.request.lastActivityNanos(), timeout, now);
		if (left > 0) {
			return left;
		}
		driver.request.touched(now);
		if (driver.hasAnswered()) {
			driver.callOnIdle();
		}
		// Else it is the peer that waits.
		return timeout.toNanos();
	}

	private static long left(long since, Duration timeout, long now) {
		return timeout.isZero() ? Long.MAX_VALUE : timeout.toNanos() - (now - since);
	}

}
