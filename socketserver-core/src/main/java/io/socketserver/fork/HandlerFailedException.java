package io.socketserver.fork;

import org.jspecify.annotations.Nullable;

/**
 * A handler threw in its worker process. Carries the class name, the message and the
 * stack of what it threw, and so do its causes; the class itself may not exist here.
 */
public final class HandlerFailedException extends Exception {

	private static final long serialVersionUID = 1L;

	private final String failure;

	HandlerFailedException(String failure, @Nullable String message, @Nullable Throwable cause) {
		super((message != null) ? failure + ": " + message : failure, cause);
		this.failure = failure;
	}

	/**
	 * The name of the class that was thrown.
	 * @return a class name
	 */
	public String failure() {
		return this.failure;
	}

}
