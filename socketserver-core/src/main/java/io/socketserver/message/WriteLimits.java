package io.socketserver.message;

import java.time.Duration;

/**
 * How much may wait for a peer that does not keep up, per connection.
 *
 * @param lowMark bytes below which a connection is writable again, and is read again
 * @param highMark bytes above which it is not writable, and is not read any more
 * @param cap bytes that are never exceeded: the connection is reset instead
 * @param stalledTimeout how long the peer may take no byte at all before the connection
 * is reset; zero for ever
 */
public record WriteLimits(int lowMark, int highMark, int cap, Duration stalledTimeout) {

	/**
	 * 32 KiB, 64 KiB, 1 MiB and 30 seconds.
	 */
	public static final WriteLimits DEFAULT = new WriteLimits(32 * 1024, 64 * 1024, 1024 * 1024,
			Duration.ofSeconds(30));

	/**
	 * Checks the values.
	 */
	public WriteLimits {
		if (lowMark < 0 || highMark < lowMark || cap < highMark) {
			throw new IllegalArgumentException("The write limits must be 0 <= low mark <= high mark <= cap, and are "
					+ lowMark + ", " + highMark + " and " + cap);
		}
		if (stalledTimeout.isNegative()) {
			throw new IllegalArgumentException("The stalled timeout must not be negative, and is " + stalledTimeout);
		}
	}

}
