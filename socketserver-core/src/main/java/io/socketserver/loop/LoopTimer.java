package io.socketserver.loop;

/**
 * A deadline in a loop. Created and cancelled in the loop thread only.
 */
public final class LoopTimer implements Comparable<LoopTimer> {

	final long deadlineNanos;

	private final LoopCommand command;

	private boolean cancelled;

	LoopTimer(long deadlineNanos, LoopCommand command) {
		this.deadlineNanos = deadlineNanos;
		this.command = command;
	}

	/**
	 * The command will not run. No effect if it has. Runs in the loop thread.
	 */
	public void cancel() {
		this.cancelled = true;
	}

	boolean isCancelled() {
		return this.cancelled;
	}

	LoopCommand command() {
		return this.command;
	}

	@Override
	public int compareTo(LoopTimer other) {
		return Long.signum(this.deadlineNanos - other.deadlineNanos);
	}

}
