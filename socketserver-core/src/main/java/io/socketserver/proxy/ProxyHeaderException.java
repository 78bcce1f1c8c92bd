package io.socketserver.proxy;

import java.io.IOException;

/**
 * What a peer sent is no PROXY header, or not a valid one. The message is safe to log.
 */
public class ProxyHeaderException extends IOException {

	/**
	 * The exception.
	 * @param message what is wrong
	 */
	public ProxyHeaderException(String message) {
		super(message);
	}

}
