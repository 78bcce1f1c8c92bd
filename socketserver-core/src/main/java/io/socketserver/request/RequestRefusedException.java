package io.socketserver.request;

/**
 * Thrown by {@code processRequest} of a mix-in to close a request unserved, for want of
 * capacity. Not an error: {@code handleError} is not called.
 */
public class RequestRefusedException extends RuntimeException {

	private final CloseReason reason;

	/**
	 * Refuses a request.
	 * @param reason what the request's close reason will be
	 * @param message why
	 */
	public RequestRefusedException(CloseReason reason, String message) {
		super(message, null, false, false);
		this.reason = reason;
	}

	/**
	 * What the request's close reason will be.
	 * @return the reason
	 */
	public CloseReason reason() {
		return this.reason;
	}

}
