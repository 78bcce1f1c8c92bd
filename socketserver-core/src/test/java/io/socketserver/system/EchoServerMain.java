package io.socketserver.system;

import java.io.IOException;

import io.socketserver.request.StreamRequestHandler;

/**
 * A child that answers each line with that line.
 */
public final class EchoServerMain {

	private EchoServerMain() {
	}

	/**
	 * Serves until the JVM ends.
	 * @param args the strategy
	 */
	public static void main(String[] args) {
		ChildServer.serve(args[0], EchoHandler::new);
	}

	/**
	 * Answers each line with that line.
	 */
	static final class EchoHandler extends StreamRequestHandler {

		@Override
		public void handle() throws IOException {
			for (String line; (line = rfile().readLine()) != null;) {
				wfile().println(line);
			}
		}

	}

}
