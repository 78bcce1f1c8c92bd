package io.socketserver.spring;

import org.springframework.context.ApplicationEvent;

import io.socketserver.BaseServer;

/**
 * A socket server has been closed. Published in the thread that stopped it.
 */
public class SocketServerStoppedEvent extends ApplicationEvent {

	/**
	 * The event.
	 * @param server the server
	 */
	public SocketServerStoppedEvent(BaseServer server) {
		super(server);
	}

	/**
	 * The server.
	 * @return closed
	 */
	public BaseServer server() {
		return (BaseServer) getSource();
	}

}
