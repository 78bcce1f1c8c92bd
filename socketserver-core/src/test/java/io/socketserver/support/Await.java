package io.socketserver.support;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Waits for what another thread brings about: looks again and again until a deadline.
 */
public final class Await {

	private static final Duration TIMEOUT = Duration.ofSeconds(20);

	private Await() {
	}

	/**
	 * Waits until a condition holds.
	 * @param condition asked every few milliseconds
	 * @param description what is waited for, for the failure's message
	 */
	public static void until(Callable<Boolean> condition, String description) {
		if (!within(TIMEOUT, condition)) {
			throw new AssertionError("Not within " + TIMEOUT.toSeconds() + " s: " + description);
		}
	}

	/**
	 * Waits for a condition.
	 * @param timeout the longest wait
	 * @param condition asked every few milliseconds
	 * @return whether it came to hold
	 */
	public static boolean within(Duration timeout, Callable<Boolean> condition) {
		long deadline = System.nanoTime() + timeout.toNanos();
		try {
			while (!condition.call()) {
				if (System.nanoTime() - deadline > 0) {
					return false;
				}
				LockSupport.parkNanos(1_000_000);
			}
			return true;
		}
		catch (Exception ex) {
			throw new AssertionError("The condition cannot be asked", ex);
		}
	}

	/**
	 * Waits for a latch.
	 * @param latch the latch
	 * @param description what it stands for
	 */
	public static void latch(CountDownLatch latch, String description) {
		try {
			if (!latch.await(TIMEOUT.toSeconds(), TimeUnit.SECONDS)) {
				throw new AssertionError("Not within " + TIMEOUT.toSeconds() + " s: " + description);
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new AssertionError("Interrupted while waiting for: " + description, ex);
		}
	}

	/**
	 * Waits for a thread to end.
	 * @param thread the thread
	 */
	public static void end(Thread thread) {
		until(() -> !thread.isAlive(), "the end of the thread " + thread.getName());
	}

}
