package io.socketserver.internal;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.function.Supplier;

/**
 * Logs that a peer went away, as peers do all the time: one line at DEBUG, and where it
 * was noticed only for those who want to know, at TRACE.
 */
public final class LostPeers {

	private LostPeers() {
	}

	/**
	 * Logs one.
	 * @param logger where to
	 * @param what whom it was lost, and how that showed
	 * @param error what was thrown
	 */
	public static void log(Logger logger, Supplier<String> what, Throwable error) {
		if (logger.isLoggable(Level.TRACE)) {
			logger.log(Level.TRACE, what, error);
		}
		else {
			logger.log(Level.DEBUG, what);
		}
	}

}
