package io.socketserver.demo;

import io.socketserver.request.DatagramRequestHandler;
import io.socketserver.spring.RequestHandler;

/**
 * Answers each datagram with itself, also an empty one.
 */
@RequestHandler("datagrams")
class DatagramEchoHandler extends DatagramRequestHandler {

	@Override
	public void handle() {
		wfile().writeBytes(packet());
	}

	@Override
	protected boolean repliesWhenEmpty() {
		return true;
	}

}
