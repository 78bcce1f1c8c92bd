package io.socketserver.spring.diagnostics;

/**
 * A handler that blocks would have no thread to block in.
 */
public class BlockingHandlerException extends SocketServerConfigurationException {

	/**
	 * The exception.
	 * @param server the server's name
	 * @param handler the handler's bean name
	 * @param property the property that says where requests run
	 */
	public BlockingHandlerException(String server, String handler, String property) {
		super("The socket server '" + server + "' is multiplexed, and its handler '" + handler
				+ "' needs a thread to block in, because it is no MessageHandler",
				"Set " + property + " to thread, virtual or pool"
						+ ". Or have the handler implement io.socketserver.message.MessageHandler");
	}

}
