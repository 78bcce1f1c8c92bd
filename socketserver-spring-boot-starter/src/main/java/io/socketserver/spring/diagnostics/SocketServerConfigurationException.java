package io.socketserver.spring.diagnostics;

import io.socketserver.SocketServerException;

/**
 * The application's servers and handlers do not fit together. Each kind of mistake is a
 * subclass; a failure analysis shows the message, which says what is wrong, and the
 * action, which says what to change.
 */
public abstract class SocketServerConfigurationException extends SocketServerException {

	private final String action;

	/**
	 * The exception.
	 * @param message what is wrong, with names and values
	 * @param action what to change
	 */
	protected SocketServerConfigurationException(String message, String action) {
		super(message, null);
		this.action = action;
	}

	/**
	 * What to change.
	 * @return sentences
	 */
	public String action() {
		return this.action;
	}

}
