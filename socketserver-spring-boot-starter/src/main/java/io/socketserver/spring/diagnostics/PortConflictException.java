package io.socketserver.spring.diagnostics;

import java.nio.file.Path;

/**
 * Two servers are to listen on one port, or on one Unix socket.
 */
public class PortConflictException extends SocketServerConfigurationException {

	/**
	 * The exception.
	 * @param first the name of one
	 * @param second the name of the other
	 * @param port the port
	 */
	public PortConflictException(String first, String second, int port) {
		super("The socket servers '" + first + "' and '" + second + "' are both to listen on port " + port,
				"Give each its own port: socketserver.servers." + second
						+ ".port (without one, a server has that of socketserver.port, which is 9999 by default)");
	}

	/**
	 * The exception.
	 * @param first the name of one
	 * @param second the name of the other
	 * @param path the path of the Unix socket
	 */
	public PortConflictException(String first, String second, Path path) {
		super("The socket servers '" + first + "' and '" + second + "' are both to listen on the Unix socket " + path,
				"Give each its own path: socketserver.servers." + second + ".unix-path");
	}

}
