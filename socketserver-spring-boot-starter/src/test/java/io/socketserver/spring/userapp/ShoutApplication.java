package io.socketserver.spring.userapp;

import java.io.IOException;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

import io.socketserver.request.StreamRequestHandler;
import io.socketserver.spring.RequestHandler;

/**
 * All that a user writes.
 */
@SpringBootApplication
public class ShoutApplication {

	public static void main(String[] args) {
		SpringApplication.run(ShoutApplication.class, args);
	}

	@RequestHandler
	static class ShoutHandler extends StreamRequestHandler {

		@Override
		public void handle() throws IOException {
			for (String line; (line = rfile().readLine()) != null;) {
				wfile().println(line + "!");
			}
		}

	}

}
