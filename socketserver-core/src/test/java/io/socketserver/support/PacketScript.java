package io.socketserver.support;

import java.io.Serializable;
import java.util.Locale;

import io.socketserver.request.DatagramRequest;
import io.socketserver.request.DatagramRequestHandler;
import io.socketserver.request.ReplyBuffer;
import io.socketserver.request.RequestHandlerFactory;

/**
 * What a test's datagram handler does, in one lambda. Worker processes get a copy of it,
 * with what it refers to.
 */
@FunctionalInterface
public interface PacketScript extends Serializable {

	/**
	 * Sends each datagram back, the empty one too.
	 */
	PacketScript ECHO = (handler) -> handler.request().reply(handler.bytes());

	/**
	 * Answers with the same in capitals.
	 */
	PacketScript UPPER = (handler) -> handler.out().print(handler.line().toUpperCase(Locale.ROOT));

	void run(Handler handler) throws Exception;

	/**
	 * Makes handlers that follow a script.
	 * @param script the script
	 * @return the factory
	 */
	static RequestHandlerFactory handlers(PacketScript script) {
		return () -> new Handler(script);
	}

	/**
	 * The handler, seen from its script.
	 */
	final class Handler extends DatagramRequestHandler {

		private final PacketScript script;

		Handler(PacketScript script) {
			this.script = script;
		}

		@Override
		public void handle() throws Exception {
			this.script.run(this);
		}

		public String line() {
			return text();
		}

		public byte[] bytes() {
			return packet();
		}

		public ReplyBuffer out() {
			return wfile();
		}

		@Override
		public DatagramRequest request() {
			return datagramRequest();
		}

		private DatagramRequest datagramRequest() {
			return (DatagramRequest) super.request();
		}

	}

}
