package io.socketserver.spring.autoconfigure;

import java.io.IOException;
import java.util.Locale;

import io.socketserver.request.StreamRequestHandler;
import io.socketserver.spring.RequestHandler;

@RequestHandler
class UpperCaseHandler extends StreamRequestHandler {

	@Override
	public void handle() throws IOException {
		for (String line; (line = rfile().readLine()) != null;) {
			wfile().println(line.toUpperCase(Locale.ROOT));
		}
	}

}
