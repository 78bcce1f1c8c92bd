package io.socketserver.benchmarks.peer;

import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;
import io.vertx.core.parsetools.RecordParser;

/**
 * Vert.x, as documented.
 */
public final class Vertx {

	private Vertx() {
	}

	/**
	 * Serves for ever.
	 * @param args the port
	 */
	public static void main(String... args) {
		io.vertx.core.Vertx.vertx()
			.createNetServer(new NetServerOptions().setHost("127.0.0.1").setAcceptBacklog(1024))
			.connectHandler(Vertx::connected)
			.listen(Integer.parseInt(args[0]))
			.await();
	}

	@SuppressWarnings("FutureReturnValueIgnored")
	private static void connected(NetSocket socket) {
		socket.handler(RecordParser.newDelimited("\n", (line) -> socket.write(line.toString() + "\n")));
	}

}
