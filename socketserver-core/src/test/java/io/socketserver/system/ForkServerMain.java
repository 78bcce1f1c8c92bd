package io.socketserver.system;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;

import io.socketserver.ServerOptions;
import io.socketserver.TcpServer;
import io.socketserver.fork.ForkOptions;
import io.socketserver.mixin.ForkingMixIn;
import io.socketserver.support.ForkedHandler;

/**
 * A child with worker processes.
 */
public final class ForkServerMain {

	private ForkServerMain() {
	}

	/**
	 * Serves until the JVM ends.
	 * @param args none
	 */
	public static void main(String[] args) {
		ForkOptions workers = ForkOptions.of(ForkedHandler.class).withMinIdle(2).withJvmOptions(List.of("-Xmx64m"));
		TcpServer server = new TcpServer(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), ForkedHandler::new,
				ServerOptions.DEFAULT.withName("child").withDrainTimeout(Duration.ofSeconds(10)),
				new ForkingMixIn(workers));
		Runtime.getRuntime().addShutdownHook(new Thread(server::close, "shutdown"));
		server.start();
		System.out.println("port " + server.port());
	}

}
