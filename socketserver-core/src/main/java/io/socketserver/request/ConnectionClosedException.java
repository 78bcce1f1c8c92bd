package io.socketserver.request;

import java.io.IOException;

import org.jspecify.annotations.Nullable;

/**
 * A handler used a connection that the server had closed meanwhile: by a timeout, an
 * operator, or the deadline of a drain. Not a fault of the handler, which need not catch
 * it.
 */
public class ConnectionClosedException extends IOException {

	private final CloseReason reason;

	/**
	 * The exception.
	 * @param id the connection's id
	 * @param reason why it was closed
	 * @param cause what the read or write failed with, if it was under way
	 */
	public ConnectionClosedException(String id, CloseReason reason, @Nullable Throwable cause) {
		super("The connection " + id + " was closed by the server: " + reason, cause);
		this.reason = reason;
	}

	/**
	 * Why the connection was closed.
	 * @return the reason
	 */
	public CloseReason reason() {
		return this.reason;
	}

}
