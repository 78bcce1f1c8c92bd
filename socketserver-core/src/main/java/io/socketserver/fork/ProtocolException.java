package io.socketserver.fork;

import java.io.IOException;

/**
 * The other end does not speak this protocol.
 */
final class ProtocolException extends IOException {

	private static final long serialVersionUID = 1L;

	ProtocolException(String message) {
		super(message);
	}

}
