package io.socketserver.system;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

import io.socketserver.ServerOptions;
import io.socketserver.TcpServer;
import io.socketserver.mixin.PoolingMixIn;
import io.socketserver.mixin.ThreadingMixIn;
import io.socketserver.request.MixIn;
import io.socketserver.request.RequestHandlerFactory;

/**
 * What the servers in child JVMs have in common: they print their port, end on SIGTERM in
 * an orderly way, and at once when their standard input ends.
 */
final class ChildServer {

	private ChildServer() {
	}

	/**
	 * Serves until the JVM ends.
	 * @param strategy {@code sync}, {@code thread}, {@code virtual} or {@code pool:<n>}
	 * @param handlers makes a handler per connection
	 */
	static void serve(String strategy, RequestHandlerFactory handlers) {
		ServerOptions options = ServerOptions.DEFAULT.withName("child").withDrainTimeout(Duration.ofSeconds(10));
		TcpServer server = new TcpServer(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), handlers, options,
				mixIns(strategy));
		Runtime.getRuntime().addShutdownHook(new Thread(server::close, "shutdown"));
		server.start();
		Thread commands = new Thread(() -> answerCommands(server), "commands");
		commands.setDaemon(true);
		commands.start();
		System.out.println("port " + server.port());
	}

	static MixIn[] mixIns(String strategy) {
		String[] parts = strategy.split(":");
		return switch (parts[0]) {
			case "sync" -> new MixIn[0];
			case "thread" -> new MixIn[] { new ThreadingMixIn() };
			case "virtual" -> new MixIn[] { ThreadingMixIn.virtual() };
			case "pool" -> new MixIn[] { new PoolingMixIn(Integer.parseInt(parts[1])) };
			default -> throw new IllegalArgumentException(strategy);
		};
	}

	private static void answerCommands(TcpServer server) {
		try (BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
			for (String line; (line = input.readLine()) != null;) {
				System.out.println(line + " " + answer(server, line));
			}
		}
		catch (IOException ex) {
			System.err.println("No more commands: " + ex);
		}
		Runtime.getRuntime().halt(0);
	}

	private static long answer(TcpServer server, String command) {
		return switch (command) {
			case "passes" -> server.loopPasses();
			case "failures" -> server.statistics().acceptFailures();
			case "connections" -> server.connections().count();
			default -> throw new IllegalArgumentException(command);
		};
	}

}
