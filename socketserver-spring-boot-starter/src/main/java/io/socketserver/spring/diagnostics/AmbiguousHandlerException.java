package io.socketserver.spring.diagnostics;

import java.util.Collection;

/**
 * Two handlers are for one server.
 */
public class AmbiguousHandlerException extends SocketServerConfigurationException {

	/**
	 * The exception.
	 * @param server the server's name
	 * @param handlers the handlers' bean names
	 */
	public AmbiguousHandlerException(String server, Collection<String> handlers) {
		super("The socket server '" + server + "' has several handlers: " + handlers + ". A server has one",
				"Say which server each handler is for, with @RequestHandler(\"name\"), or remove all but one of "
						+ handlers);
	}

}
