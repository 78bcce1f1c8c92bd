package io.socketserver.spring;

import org.springframework.context.ApplicationEvent;

import io.socketserver.BaseServer;

/**
 * A socket server has been closed: its connections have ended, and its port is free.
 * Published in the thread that closed it, before whoever waits for the stop goes on.
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
