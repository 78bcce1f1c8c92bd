package io.socketserver.internal;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Lets a few log lines of a kind pass per period, and counts the rest, so that no peer
 * can fill a disk by misbehaving. May be used from any thread.
 */
public final class LogLimit {

	private final int linesPerPeriod;

	private final long periodNanos;

	private final AtomicLong periodStart = new AtomicLong(System.nanoTime());

	private final AtomicInteger lines = new AtomicInteger();

	private final AtomicLong suppressed = new AtomicLong();

	/**
	 * A limit.
	 * @param linesPerPeriod how many lines pass in a period
	 * @param period how long a period is
	 */
	public LogLimit(int linesPerPeriod, Duration period) {
		this.linesPerPeriod = linesPerPeriod;
		this.periodNanos = period.toNanos();
	}

	/**
	 * Asks for one line.
	 * @return true if the line may be logged
	 */
	public boolean tryLine() {
		long now = System.nanoTime();
		long start = this.periodStart.get();
		if (now - start >= this.periodNanos && this.periodStart.compareAndSet(start, now)) {
			this.lines.set(0);
		}
		if (this.lines.incrementAndGet() <= this.linesPerPeriod) {
			return true;
		}
		this.suppressed.incrementAndGet();
		return false;
	}

	/**
	 * What to append to a line that passed.
	 * @return how many lines were left out since the last one that passed, or an empty
	 * text
	 */
	public String suffix() {
		long count = this.suppressed.getAndSet(0);
		return (count == 0) ? "" : " (" + count + " lines of this kind left out)";
	}

}
