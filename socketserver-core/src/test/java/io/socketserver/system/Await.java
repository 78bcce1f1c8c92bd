package io.socketserver.system;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Waits for conditions that nothing announces, always with a deadline.
 */
final class Await {

	private static final Duration STEP = Duration.ofMillis(5);

	private Await() {
	}

	/**
	 * Waits until a condition holds.
	 * @param what is said if it does not
	 * @param limit how long to wait
	 * @param condition asked every few milliseconds
	 */
	static void until(String what, Duration limit, BooleanSupplier condition) {
		long deadline = System.nanoTime() + limit.toNanos();
		while (!condition.getAsBoolean()) {
			if (System.nanoTime() - deadline > 0) {
				throw new AssertionError("Not within " + limit.toMillis() + " ms: " + what);
			}
			pass(STEP);
		}
	}

	/**
	 * Lets time pass, where the passing of time is what is tested.
	 * @param duration how much
	 */
	static void pass(Duration duration) {
		long deadline = System.nanoTime() + duration.toNanos();
		for (long left = duration.toNanos(); left > 0; left = deadline - System.nanoTime()) {
			LockSupport.parkNanos(left);
		}
	}

}
