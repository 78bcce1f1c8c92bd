package io.socketserver.support;

import java.io.File;

/**
 * Counts what this process has open.
 */
public final class Descriptors {

	private Descriptors() {
	}

	/**
	 * How many descriptors are open, the one that looks included.
	 * @return the number, 0 where it cannot be told
	 */
	public static int open() {
		String[] names = new File("/proc/self/fd").list();
		return (names != null) ? names.length : 0;
	}

	/**
	 * Waits until no more descriptors are open than before.
	 * @param before the number before
	 */
	public static void awaitAtMost(int before) {
		Await.until(() -> open() <= before,
				"no more than the " + before + " descriptors of before, and there are " + open());
	}

}
