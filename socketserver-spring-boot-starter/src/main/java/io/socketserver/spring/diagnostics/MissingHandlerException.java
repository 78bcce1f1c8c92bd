package io.socketserver.spring.diagnostics;

/**
 * A server that is configured has no handler.
 */
public class MissingHandlerException extends SocketServerConfigurationException {

	/**
	 * The exception.
	 * @param server the server's name
	 * @param property the property that configures it
	 */
	public MissingHandlerException(String server, String property) {
		super("The socket server '" + server + "' is configured (" + property + "), but no handler is for it",
				"Declare a bean for it: a class with @RequestHandler(\"" + server
						+ "\") that extends StreamRequestHandler or implements MessageHandler. Or remove " + property
						+ "; to keep the configuration without the server, set its 'enabled' to false");
	}

}
