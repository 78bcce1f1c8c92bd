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
				+ " does not implement io.socketserver.request.RequestHandler",
				"Have " + type + " extend io.socketserver.request.StreamRequestHandler, or remove the annotation");
	}

}
