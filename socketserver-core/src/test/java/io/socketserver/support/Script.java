package io.socketserver.support;

import java.io.IOException;
import java.io.Serializable;
import java.util.Locale;

import io.socketserver.request.RequestHandlerFactory;
import io.socketserver.request.RequestInputStream;
import io.socketserver.request.RequestOutputStream;
import io.socketserver.request.StreamRequest;
import io.socketserver.request.StreamRequestHandler;

/**
 * What a test's handler does, in one lambda. Worker processes get a copy of it, with what
 * it refers to.
 */
@FunctionalInterface
public interface Script extends Serializable {

	/**
	 * Sends back whatever arrives.
	 */
	Script ECHO = (handler) -> {
		byte[] buffer = new byte[16 * 1024];
		for (int count; (count = handler.in().read(buffer)) >= 0;) {
			handler.out().write(buffer, 0, count);
		}
	};

	/**
	 * Answers each line with the same in capitals.
	 */
	Script UPPER = (handler) -> {
		for (String line; (line = handler.in().readLine()) != null;) {
			handler.out().println(line.toUpperCase(Locale.ROOT));
		}
	};

	void run(Handler handler) throws Exception;

	/**
	 * Makes handlers that follow a script.
	 * @param script the script
	 * @return the factory
	 */
	static RequestHandlerFactory handlers(Script script) {
		return () -> new Handler(script);
	}

	/**
	 * The handler, seen from its script.
	 */
	final class Handler extends StreamRequestHandler {

		private final Script script;

		Handler(Script script) {
			this.script = script;
		}

		@Override
		public void handle() throws Exception {
			this.script.run(this);
		}

		/**
		 * Reads a line.
		 * @return the line, empty at the end of the stream
		 * @throws IOException if the connection is lost
		 */
		public String line() throws IOException {
			String line = rfile().readLine();
			return (line != null) ? line : "";
		}

		public RequestInputStream in() {
			return rfile();
		}

		public RequestOutputStream out() {
			return wfile();
		}

		public StreamRequest stream() {
			return connection();
		}

	}

}
