package io.socketserver.request;

import java.time.Duration;

/**
 * How the connections of a server ended when it was drained.
 *
 * @param finished those in the middle of a request, which was finished
 * @param closedIdle those that were idle, and were closed
 * @param cutOff those still busy at the deadline, which were reset
 * @param remaining those not ended: the caller is itself one of their handlers, or they
 * were left running because {@code blockOnClose} is off
 * @param took the time from the call to the last answer
 */
public record DrainReport(int finished, int closedIdle, int cutOff, int remaining, Duration took) {

	/**
	 * The report of a server that had nothing to drain.
	 */
	public static final DrainReport NOTHING = new DrainReport(0, 0, 0, 0, Duration.ZERO);

	@Override
	public String toString() {
		return this.finished + " finished, " + this.closedIdle + " closed idle, " + this.cutOff + " cut off"
				+ ((this.remaining > 0) ? (", " + this.remaining + " still running") : "") + ", in "
				+ this.took.toMillis() + " ms";
	}

}
