package io.socketserver.internal;

import java.time.Duration;
import java.util.Locale;

import org.jspecify.annotations.Nullable;

/**
 * Something that happens again and again while it lasts, and deserves a log line each
 * time it begins, and one a minute with their number while it goes on. It is over after a
 * while without it. May be used from any thread.
 */
final class Episode {

	private static final long QUIET_NANOS = Duration.ofSeconds(10).toNanos();

	private static final long PERIOD_NANOS = Duration.ofMinutes(1).toNanos();

	// All guarded by this.
	private boolean begun;

	private long last;

	private long lastLine;

	private long hidden;

	/**
	 * It happens.
	 * @param now the time, in nanoTime
	 * @return what to add to its line, or null if it gets none
	 */
	synchronized @Nullable String happens(long now) {
		boolean begins = !this.begun || now - this.last >= QUIET_NANOS;
		this.last = now;
		if (!begins && now - this.lastLine < PERIOD_NANOS) {
			this.hidden++;
			return null;
		}
		String addition = addition(begins, now);
		this.begun = true;
		this.lastLine = now;
		this.hidden = 0;
		return addition;
	}

	private String addition(boolean begins, long now) {
		String again = (this.hidden > 0) ? String.format(Locale.ROOT, " (again %,d times in the last %,d s)",
				this.hidden + 1, Duration.ofNanos(now - this.lastLine).toSeconds()) : "";
		return begins ? again + "; more like this are counted, and summed up once a minute while they come" : again;
	}

}
