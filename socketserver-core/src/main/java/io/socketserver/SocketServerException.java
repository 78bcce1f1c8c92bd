package io.socketserver;

import org.jspecify.annotations.Nullable;

/**
 * A server cannot do what it was asked to.
 */
public class SocketServerException extends RuntimeException {

	/**
	 * The exception.
	 * @param message what, with which value, and what to do
	 * @param cause what was caught, or null
	 */
	public SocketServerException(String message, @Nullable Throwable cause) {
		super(message, cause);
	}

}
