package io.socketserver.spring.diagnostics;

import java.util.Collection;

/**
 * A handler names a server that does not exist.
 */
public class UnknownServerException extends SocketServerConfigurationException {

	/**
	 * The exception.
	 * @param handler the handler's bean name
	 * @param server the name it gives
	 * @param known the servers there are
	 */
	public UnknownServerException(String handler, String server, Collection<String> known) {
		super("The handler '" + handler + "' is for the socket server '" + server
				+ "', which does not exist. There are: " + known,
				"Correct the name in @RequestHandler(\"" + server + "\") of '" + handler
						+ "', or configure the server: socketserver.servers." + server + ".port");
	}

}
