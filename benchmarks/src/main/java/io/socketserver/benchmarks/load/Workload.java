package io.socketserver.benchmarks.load;

import java.io.Closeable;
import java.io.IOException;

/**
 * Something that keeps a server busy.
 */
interface Workload extends Closeable {

	/**
	 * Sends and receives.
	 * @param deadline until when, as of {@link System#nanoTime()}
	 * @throws IOException if it cannot go on
	 */
	void runUntil(long deadline) throws IOException;

}
