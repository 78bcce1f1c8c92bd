package io.socketserver.spring.diagnostics;

/**
 * A class with @RequestHandler is none.
 */
public class NotARequestHandlerException extends SocketServerConfigurationException {

	/**
	 * The exception.
	 * @param bean the bean's name
	 * @param type its class
	 */
	public NotARequestHandlerException(String bean, String type) {
		super("The bean '" + bean + "' has @RequestHandler, but its class " + type
				+ " implements neither io.socketserver.request.RequestHandler nor io.socketserver.message.MessageHandler",
				"Have " + type
						+ " extend io.socketserver.request.StreamRequestHandler or implement io.socketserver.message.MessageHandler, or remove the annotation");
	}

}
