package io.socketserver.demo;

import java.io.IOException;

import io.socketserver.BaseServer;
import io.socketserver.request.StreamRequestHandler;
import io.socketserver.spring.RequestHandler;
import io.socketserver.spring.SocketServers;

/**
 * Tells an operator on this machine of the servers. Beans are injected as everywhere.
 */
@RequestHandler("console")
class ConsoleHandler extends StreamRequestHandler {

	private final SocketServers servers;

	ConsoleHandler(SocketServers servers) {
		this.servers = servers;
	}

	@Override
	public void handle() throws IOException {
		for (String command; (command = rfile().readLine()) != null;) {
			switch (command.strip()) {
				case "servers" -> servers();
				case "whoami" -> wfile().println(connection().clientAddress().toString());
				case "quit" -> {
					return;
				}
				default -> wfile().println("commands: servers, whoami, quit");
			}
		}
	}

	private void servers() throws IOException {
		for (BaseServer server : this.servers) {
			wfile().println(server.name() + ": " + server.transport() + ", " + server.connections().count() + " open");
		}
	}

}
