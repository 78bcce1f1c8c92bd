package io.socketserver.spring.diagnostics;

/**
 * A handler of streams is for a server of datagrams, or the other way round.
 */
public class WrongHandlerKindException extends SocketServerConfigurationException {

	private WrongHandlerKindException(String message, String action) {
		super(message, action);
	}

	/**
	 * A handler that reads streams, for a UDP server.
	 * @param bean the handler's bean name
	 * @param type its class
	 * @param server the server's name
	 * @param property the property with its transport
	 * @return the exception
	 */
	public static WrongHandlerKindException streamForUdp(String bean, String type, String server, String property) {
		return new WrongHandlerKindException(
				"The handler '" + bean + "' (" + type + ") reads streams, but the socket server '" + server
						+ "' receives datagrams: " + property + " is udp",
				"Have " + type + " extend io.socketserver.request.DatagramRequestHandler, or set " + property
						+ " to tcp");
	}

	/**
	 * A handler of datagrams, for a server of connections.
	 * @param bean the handler's bean name
	 * @param type its class
	 * @param server the server's name
	 * @param property the property with its transport
	 * @return the exception
	 */
	public static WrongHandlerKindException datagramForStream(String bean, String type, String server,
			String property) {
		return new WrongHandlerKindException(
				"The handler '" + bean + "' (" + type + ") handles datagrams, but the socket server '" + server
						+ "' accepts connections",
				"Set " + property + " to udp, or have " + type
						+ " extend io.socketserver.request.StreamRequestHandler");
	}

}
