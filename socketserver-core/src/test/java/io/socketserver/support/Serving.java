package io.socketserver.support;

import io.socketserver.request.MixIn;

/**
 * Where requests are served.
 */
public interface Serving {

	/**
	 * Mix-ins that serve there. Skips the test where this JDK lacks them.
	 * @return none or one
	 */
	MixIn[] mixIns();

	/**
	 * Whether several requests are served at once.
	 * @return false for the synchronous server
	 */
	boolean isConcurrent();

}
