package io.socketserver.benchmarks.peer;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;

import io.socketserver.ServerOptions;
import io.socketserver.TcpServer;
import io.socketserver.mixin.ThreadingMixIn;
import io.socketserver.request.StreamRequestHandler;

/**
 * This project's servers.
 */
public final class Ours {

	private static final int MAX_CONNECTIONS = 20_000;

	private Ours() {
	}

	/**
	 * Serves for ever.
	 * @param args the port, and the variant
	 */
	public static void main(String... args) {
		InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(args[0]));
		ServerOptions options = ServerOptions.DEFAULT.withMaxConnections(MAX_CONNECTIONS);
		try (TcpServer server = server(address, options, args[1])) {
			server.serveForever();
		}
	}

	private static TcpServer server(InetSocketAddress address, ServerOptions options, String variant) {
		return switch (variant) {
			case "stream-thread" -> new TcpServer(address, LineEcho::new, options, new ThreadingMixIn());
			case "stream-virtual" -> new TcpServer(address, LineEcho::new, options, ThreadingMixIn.virtual());
			default -> throw new IllegalArgumentException("There is no variant " + variant);
		};
	}

	private static final class LineEcho extends StreamRequestHandler {

		@Override
		public void handle() throws IOException {
			for (String line; (line = rfile().readLine()) != null;) {
				wfile().println(line);
			}
		}

	}

}
