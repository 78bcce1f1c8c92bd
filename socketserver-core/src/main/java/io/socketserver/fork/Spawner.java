package io.socketserver.fork;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Starts worker processes. Runs in the pool's thread for that, since a start takes a
 * millisecond or more.
 */
final class Spawner {

	// They would have every worker load agents, open debug ports, or print a notice.
	private static final List<String> SCRUBBED = List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS",
			"JAVA_OPTS", "CLASSPATH");

	private final String serverName;

	private final ForkOptions options;

	private final Path socket;

	Spawner(String serverName, ForkOptions options, Path socket) {
		this.serverName = serverName;
		this.options = options;
		this.socket = socket;
	}

	/**
	 * Starts a process. What it has to know and nobody else may, it reads from its
	 * standard input, which then ends.
	 */
	Process start(String token) throws IOException {
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
