package io.socketserver.support;

import io.socketserver.request.DatagramRequestHandler;

/**
 * A handler of datagrams for worker processes that does what it is told.
 */
public class ForkedDatagramHandler extends DatagramRequestHandler {

	@Override
	@SuppressWarnings("InfiniteLoop")
	public void handle() {
		switch (text()) {
			case "pid" -> wfile().print(String.valueOf(ProcessHandle.current().pid()));
			case "halt" -> Runtime.getRuntime().halt(7);
			case "loop" -> {
				while (true) {
					Thread.onSpinWait();
				}
			}
			default -> wfile().print(text());
		}
	}

}
