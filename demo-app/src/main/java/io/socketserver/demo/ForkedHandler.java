package io.socketserver.demo;

import java.io.IOException;

import io.socketserver.request.StreamRequestHandler;
import io.socketserver.spring.RequestHandler;

/**
 * Answers each line with the id of the process that it is handled in, a blank and the
 * line.
 */
@RequestHandler("forked")
class ForkedHandler extends StreamRequestHandler {

	@Override
	public void handle() throws IOException {
		long pid = ProcessHandle.current().pid();
		for (String line; (line = rfile().readLine()) != null;) {
			wfile().println(pid + " " + line);
		}
	}

}
