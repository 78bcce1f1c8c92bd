package io.socketserver.demo;

import java.io.IOException;
import java.util.Locale;

import io.socketserver.request.LineTooLongException;
import io.socketserver.request.StreamRequestHandler;
import io.socketserver.spring.RequestHandler;

/**
 * Answers each line in capitals, for as long as the client likes. Names no server, so it
 * serves all that have no handler of their own.
 */
@RequestHandler
class UpperCaseHandler extends StreamRequestHandler {

	@Override
	public void handle() throws IOException {
		try {
			for (String line; (line = rfile().readLine()) != null;) {
				wfile().println(line.toUpperCase(Locale.ROOT));
			}
		}
		catch (LineTooLongException ex) {
			wfile().println("error: a line may have at most " + ex.limit() + " bytes");
			throw ex;
		}
	}

}
