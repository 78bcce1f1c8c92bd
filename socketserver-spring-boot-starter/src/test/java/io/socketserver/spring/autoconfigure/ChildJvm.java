package io.socketserver.spring.autoconfigure;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A JVM beside this one, which runs an application with nothing but a socket server.
 */
final class ChildJvm implements AutoCloseable {

	static final String CLASS_PATH = System.getProperty("java.class.path");

	private static final String PORT = ChildApplication.PORT;

	private final Process process;

	private final StringBuilder output = new StringBuilder();

	private ChildJvm(Process process) {
		this.process = process;
	}

	static ChildJvm run(String classPath, List<String> options, Class<?> main, String... args) throws IOException {
		List<String> command = new ArrayList<>();
		command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
		command.addAll(List.of("-XX:TieredStopAtLevel=1", "-cp", classPath));
		command.addAll(options);
		command.add(main.getName());
		command.addAll(List.of(args));
		return new ChildJvm(new ProcessBuilder(command).redirectErrorStream(true).start());
	}

	static String classPath(Path... first) {
		StringBuilder path = new StringBuilder();
		for (Path entry : first) {
			path.append(entry).append(File.pathSeparator);
		}
		return path + CLASS_PATH;
	}

	Process process() {
		return this.process;
	}

	/**
	 * What was read of the output so far.
	 */
	String output() {
		return this.output.toString();
	}

	int readPort() throws IOException {
		BufferedReader reader = new BufferedReader(
				new InputStreamReader(this.process.getInputStream(), StandardCharsets.UTF_8));
		for (String line; (line = reader.readLine()) != null;) {
			this.output.append(line).append('\n');
			if (line.startsWith(PORT)) {
				return Integer.parseInt(line.substring(PORT.length()));
			}
		}
		throw new AssertionError("The application has ended:\n" + this.output);
	}

	/**
	 * Whether it ended by itself within so many seconds, all its output read.
	 */
	boolean awaitEnd(int seconds) throws IOException, InterruptedException {
		boolean ended = this.process.waitFor(seconds, TimeUnit.SECONDS);
		if (ended) {
			this.output.append(new String(this.process.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
		}
		return ended;
	}

	@Override
	public void close() {
		this.process.destroyForcibly();
	}

}
