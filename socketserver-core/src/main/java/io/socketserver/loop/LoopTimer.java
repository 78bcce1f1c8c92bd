package io.socketserver.loop;

import org.jspecify.annotations.Nullable;

/**
 * A deadline in a loop. Created and cancelled in the loop thread only.
 */
public final class LoopTimer implements Comparable<LoopTimer> {

	final long deadlineNanos;

	private final Timers timers;

	// Null once it is cancelled or was taken to be run: what it was for is free then.
	private @Nullable LoopCommand command;

	LoopTimer(Timers timers, long deadlineNanos, LoopCommand command) {
		this.timers = timers;
		this.deadlineNanos = deadlineNanos;
		this.command = command;
	}

	/**
	 * The command will not run. No effect if it has. Runs in the loop thread.
	 */
	public void cancel() {
		if (this.command != null) {
			this.command = null;
			this.timers.cancelled();
		}
	}

	boolean isCancelled() {
		return this.command == null;
	}

	@Nullable LoopCommand take() {
		LoopCommand taken = this.command;
		this.command = null;
		return taken;
	}

	@Override
	public int compareTo(LoopTimer other) {
		return Long.signum(this.deadlineNanos - other.deadlineNanos);
	}

}
