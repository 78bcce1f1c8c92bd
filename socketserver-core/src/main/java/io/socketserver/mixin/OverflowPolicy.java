package io.socketserver.mixin;

/**
 * What a full pool does with one more request.
 */
public enum OverflowPolicy {

	/**
	 * Stops accepting: who comes waits in the kernel's queue.
	 */
	WAIT,

	/**
	 * Closes the request unserved, with the reason OVERLOADED.
	 */
	REFUSE,

	/**
	 * Serves the request in the loop thread, which accepts nothing meanwhile.
	 */
	CALLER_RUNS

}
