package io.socketserver.spring.diagnostics;

/**
 * A server cannot call its handler, because they are for different kinds of transport.
 */
public final class WrongHandlerKindException extends SocketServerConfigurationException {

	private WrongHandlerKindException(String message, String action) {
		super(message, action);
	}

	/**
	 * A handler that reads streams, for a UDP server.
	 * @param place where
	 * @return the exception
	 */
	public static WrongHandlerKindException streamForUdp(Place place) {
		return new WrongHandlerKindException(
				place.handler() + " reads streams, but the socket server '" + place.server() + "' receives datagrams: "
						+ place.transport() + " is udp",
				"Have " + place.type() + " extend io.socketserver.request.DatagramRequestHandler, or set "
						+ place.transport() + " to tcp");
	}

	/**
	 * A handler that reads streams, for a UDP server with sessions.
	 * @param place where
	 * @return the exception
	 */
	public static WrongHandlerKindException streamForSessions(Place place) {
		return new WrongHandlerKindException(
				place.handler() + " reads streams, but the socket server '" + place.server()
						+ "' receives datagrams, which form sessions: " + place.transport() + " is udp",
				"Have " + place.type() + " implement io.socketserver.message.MessageHandler, or set "
						+ place.transport() + " to tcp and remove " + place.sessions());
	}

	/**
	 * A handler of datagrams, for a server of connections.
	 * @param place where
	 * @return the exception
	 */
	public static WrongHandlerKindException datagramForStream(Place place) {
		return new WrongHandlerKindException(
				place.handler() + " handles datagrams, but the socket server '" + place.server()
						+ "' accepts connections",
				"Set " + place.transport() + " to udp, or have " + place.type()
						+ " extend io.socketserver.request.StreamRequestHandler");
	}

	/**
	 * A handler of messages, for a UDP server whose datagrams form no connections.
	 * @param place where
	 * @return the exception
	 */
	public static WrongHandlerKindException messagesWithoutSessions(Place place) {
		return new WrongHandlerKindException(
				place.handler() + " handles messages of connections, but the datagrams of the socket server '"
						+ place.server() + "' form none",
				"Set " + place.sessions() + " to true, or have " + place.type()
						+ " extend io.socketserver.request.DatagramRequestHandler");
	}

	/**
	 * A handler of single datagrams, for a UDP server with sessions.
	 * @param place where
	 * @return the exception
	 */
	public static WrongHandlerKindException sessionsWithoutMessages(Place place) {
		return new WrongHandlerKindException(
				place.handler() + " handles single datagrams, but those of the socket server '" + place.server()
						+ "' form sessions",
				"Remove " + place.sessions() + ", or have " + place.type()
						+ " implement io.socketserver.message.MessageHandler");
	}

	/**
	 * What does not fit.
	 *
	 * @param bean the handler's bean name
	 * @param type its class
	 * @param server the server's name
	 * @param transport the property with its transport
	 * @param sessions the property that turns sessions on
	 */
	public record Place(String bean, String type, String server, String transport, String sessions) {

		String handler() {
			return "The handler '" + this.bean + "' (" + this.type + ")";
		}

	}

}
