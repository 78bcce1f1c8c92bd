package io.socketserver.fork;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.function.Consumer;

import io.socketserver.internal.NamedPool;

/**
 * Starts worker processes, in a thread for that, since a start takes a millisecond or
 * more.
 */
final class Spawner {

	// They would have every worker load agents, open debug ports, or print a notice.
	private static final List<String> SCRUBBED = List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS",
			"JAVA_OPTS", "CLASSPATH");

	private final String serverName;

	private final ForkOptions options;

	private final Path socket;

	private final ExecutorService thread;

	Spawner(String serverName, ForkOptions options, Path socket) {
		this.serverName = serverName;
		this.options = options;
		this.socket = socket;
		this.thread = NamedPool.ofDaemons("socketserver-" + serverName + "-spawn", 1);
	}

	/**
	 * Has a process started. Returns at once.
	 * @param token by which the worker is known
	 * @param started is told of the process, in the thread that started it
	 * @param failed is told why there is none, or what else failed in that thread
	 */
	void start(String token, Consumer<Process> started, Consumer<Throwable> failed) {
		this.thread.execute(() -> {
			try {
				started.accept(start(token));
			}
			catch (Throwable ex) {
				failed.accept(ex);
			}
		});
	}

	void close() {
		this.thread.shutdown();
	}

	/**
	 * Starts a process. What it has to know and nobody else may, it reads from its
	 * standard input, which then ends.
	 */
	private Process start(String token) throws IOException {
		ProcessBuilder builder = new ProcessBuilder(this.options.command().line(this.options.jvmOptions()));
		builder.redirectErrorStream(true);
		Map<String, String> environment = builder.environment();
		environment.keySet().removeAll(SCRUBBED);
		Process process = builder.start();
		try (OutputStream input = process.getOutputStream()) {
			input.write(String.join("\n", this.serverName, this.socket.toString(), token, "")
				.getBytes(StandardCharsets.UTF_8));
		}
		catch (IOException ignored) {
			// It has ended already, which its exit tells.
		}
		return process;
	}

}
