package io.socketserver.request;

import java.time.Duration;
import java.util.Set;

/**
 * Stops and resumes the accepting of requests. While anybody holds the gate, the kernel's
 * queue (the backlog) keeps who comes, and nobody is turned away. All methods may be
 * called from any thread.
 */
public interface AcceptGate {

	/**
	 * Stops accepting, from the next request on. No effect if this holder has the gate.
	 * @param holder who stops it; its {@code toString()} is shown to operators
	 */
	void hold(Object holder);

	/**
	 * Takes a holder's hold back. Accepting goes on once nobody holds the gate. No effect
	 * if this holder does not.
	 * @param holder who held it
	 */
	void release(Object holder);

	/**
	 * Takes a holder's hold back after a while, unless it is released or taken anew
	 * before.
	 * @param holder who held it
	 * @param delay the while
	 */
	void releaseAfter(Object holder, Duration delay);

	/**
	 * Whether requests are accepted.
	 * @return true if nobody holds the gate
	 */
	boolean isOpen();

	/**
	 * Who holds the gate.
	 * @return a copy
	 */
	Set<Object> holders();

}
