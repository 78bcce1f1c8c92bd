package io.socketserver.loop;

/**
 * Something another thread asks a loop to do. Commands are named types or method
 * references, so that a stack trace reads well.
 */
@FunctionalInterface
public interface LoopCommand {

	/**
	 * Runs in the loop thread. Must not block. A throwable is logged and ends only this
	 * command.
	 */
	void run();

}
