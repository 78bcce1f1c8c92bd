package io.socketserver.spring;

import org.springframework.context.ApplicationEvent;

import io.socketserver.BaseServer;

/**
 * A socket server is bound and serving. Published in the thread that started it.
 */
public class SocketServerStartedEvent extends ApplicationEvent {

	/**
	 * The event.
	 * @param server the server
	 */
	public SocketServerStartedEvent(BaseServer server) {
		super(server);
	}

	/**
	 * The server.
	 * @return its name and address are settled
	 */
	public BaseServer server() {
		return (BaseServer) getSource();
	}

}
