package io.socketserver.loop;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * Notices a loop that does not come back to its selector, because something it called
 * blocks or computes for long, and logs where that is, once per episode. A thread of its
 * own, which sleeps while all loops do.
 */
public final class LoopWatchdog {

	private static final Logger logger = System.getLogger(LoopWatchdog.class.getName());

	private static final Duration INTERVAL = Duration.ofMillis(500);

	// So many looks at the same pass, and it is held.
	private static final int LOOKS = 2;

	private final List<SelectorLoop> loops;

	private final Thread thread;

	// By loop: the pass it was in when it was looked at last, and how often since.
	private final long[] passes;

	private final int[] looks;

	private volatile boolean over;

	private volatile long blocked;

	/**
	 * Begins to watch.
	 * @param serverName what the thread is named after
	 * @param loops the loops
	 */
	public LoopWatchdog(String serverName, List<SelectorLoop> loops) {
		this.loops = List.copyOf(loops);
		this.passes = new long[loops.size()];
		this.looks = new int[loops.size()];
		Arrays.fill(this.passes, -1);
		this.thread = new Thread(this::run, "socketserver-" + serverName + "-watchdog");
		this.thread.setDaemon(true);
		loops.forEach((loop) -> loop.watchedBy(this.thread));
		this.thread.start();
	}

	/**
	 * How many loops are blocked just now. May be called from any thread.
	 * @return a number
	 */
	public long blockedLoops() {
		return this.blocked;
	}

	/**
	 * Ends. May be called from any thread.
	 */
	public void stop() {
		this.over = true;
		LockSupport.unpark(this.thread);
	}

	private void run() {
		while (!this.over) {
			LockSupport.parkNanos(this, INTERVAL.toNanos());
			Thread.interrupted();
			long stuck = 0;
			boolean active = false;
			for (int i = 0; i < this.passes.length; i++) {
				active |= this.loops.get(i).isBusy() || this.passes[i] != this.loops.get(i).passes();
				stuck += look(i) ? 1 : 0;
			}
			this.blocked = stuck;
			if (!active) {
				sleep();
			}
		}
	}

	/**
	 * Sleeps until a loop wakes up.
	 */
	private void sleep() {
		this.loops.forEach(SelectorLoop::wakeWatchdog);
		if (this.loops.stream().noneMatch(SelectorLoop::isBusy) && !this.over) {
			LockSupport.park(this);
		}
	}

	private boolean look(int index) {
		SelectorLoop loop = this.loops.get(index);
		long pass = loop.passes();
		if (pass != this.passes[index] || !loop.isBusy()) {
			this.passes[index] = pass;
			this.looks[index] = 0;
			return false;
		}
		this.looks[index]++;
		if (this.looks[index] == LOOKS) {
			report(loop, pass);
		}
		return this.looks[index] >= LOOKS;
	}

	private static void report(SelectorLoop loop, long pass) {
		Thread held = loop.thread();
		StackTraceElement[] stack = (held != null) ? held.getStackTrace() : new StackTraceElement[0];
		// It may have come back just now.
		if (loop.passes() == pass && loop.isBusy()) {
			StringBuilder text = new StringBuilder();
			for (StackTraceElement element : stack) {
				text.append(System.lineSeparator()).append("\tat ").append(element);
			}
			logger.log(Level.WARNING,
					"The loop {0} has been held for at least {1} ms: all of its connections wait. What runs on a loop"
							+ " must not block; run it off the loop (handler-execution: virtual or pool). It is"
							+ " here:{2}",
					loop.name(), String.valueOf(LOOKS * INTERVAL.toMillis()), text);
		}
	}

}
