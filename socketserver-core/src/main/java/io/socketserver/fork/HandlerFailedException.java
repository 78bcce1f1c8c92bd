package io.socketserver.fork;

import org.jspecify.annotations.Nullable;

/**
 * A handler threw in its worker process. Carries the message and the stack of what it
 * threw, and so do its causes; the class is known by its name only, since it may not
 * exist here.
 */
public final class HandlerFailedException extends Exception {

	private static final long serialVersionUID = 1L;

	private final String failure;

	HandlerFailedException(String failure, @Nullable String message, @Nullable Throwable cause) {
		super(message, cause);
		this.failure = failure;
	}

	/**
	 * The name of the class that was thrown.
	 * @return a class name
	 */
	public String failure() {
		return this.failure;
	}

	@Override
	public String toString() {
		String message = getMessage();
		return (message != null) ? this.failure + ": " + message : this.failure;
	}

}
