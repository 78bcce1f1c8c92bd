package io.socketserver.benchmarks.peer;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/**
 * A virtual thread per connection on a {@link ServerSocket}; answers go out when nothing
 * more has come in.
 */
public final class VirtualThreads {

	private VirtualThreads() {
	}

	/**
	 * Serves for ever.
	 * @param args the port
	 * @throws Exception if there are no virtual threads (JDK 21 and later), or the server
	 * cannot go on
	 */
	public static void main(String... args) throws Exception {
		// The project compiles for 17.
		var start = Thread.class.getMethod("startVirtualThread", Runnable.class);
		try (ServerSocket server = new ServerSocket(Integer.parseInt(args[0]), 1024,
				InetAddress.getLoopbackAddress())) {
			while (true) {
				Socket socket = server.accept();
				socket.setTcpNoDelay(true);
				Runnable serve = () -> serve(socket);
				start.invoke(null, serve);
			}
		}
	}

	private static void serve(Socket socket) {
		try (socket;
				BufferedReader in = new BufferedReader(
						new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
				BufferedWriter out = new BufferedWriter(
						new OutputStreamWriter(socket.getOutputStream(), StandardCharsets.UTF_8))) {
			for (String line; (line = in.readLine()) != null;) {
				out.write(line);
				out.write('\n');
				if (!in.ready()) {
					out.flush();
				}
			}
		}
		catch (IOException ex) {
			// The client is gone.
		}
	}

}
