package io.socketserver.system;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A server in a JVM of its own, which may be limited, traced and killed. It prints
 * {@code port <number>} when it serves, and ends with its standard input, so none
 * outlives the tests.
 */
final class ChildJvm implements AutoCloseable {

	private static final Duration START_LIMIT = Duration.ofSeconds(60);

	private final Process process;

	private final List<String> out = new CopyOnWriteArrayList<>();

	private final List<String> err = new CopyOnWriteArrayList<>();

	private ChildJvm(List<String> command) throws IOException {
		this.process = new ProcessBuilder(command).start();
		collect(this.process.getInputStream(), this.out);
		collect(this.process.getErrorStream(), this.err);
	}

	/**
	 * Starts a JVM like this one.
	 * @param mainClass its main class
	 * @param arguments its arguments
	 * @return the JVM, which may not have got to its main method yet
	 */
	static ChildJvm start(String mainClass, String... arguments) throws IOException {
		return startUnder(List.of(), mainClass, arguments);
	}

	/**
	 * Starts a JVM by way of another program.
	 * @param launcher a command that runs the command that follows it
	 * @param mainClass the main class
	 * @param arguments its arguments
	 * @return the JVM
	 */
	static ChildJvm startUnder(List<String> launcher, String mainClass, String... arguments) throws IOException {
		List<String> command = new ArrayList<>(launcher);
		command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
		command.addAll(List.of("-Xmx128m", "-XX:+UseSerialGC", "-cp", System.getProperty("java.class.path")));
		command.add(mainClass);
		command.addAll(List.of(arguments));
		return new ChildJvm(command);
	}

	private static void collect(InputStream stream, List<String> lines) {
		Thread reader = new Thread(() -> {
			try (BufferedReader text = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
				text.lines().forEach(lines::add);
			}
			catch (IOException | UncheckedIOException ignored) {
				// The child was killed.
			}
		}, "child-output");
		reader.setDaemon(true);
		reader.start();
	}

	/**
	 * The port its server listens on.
	 */
	int port() {
		return Integer.parseInt(outLine("port "));
	}

	/**
	 * Asks it for something.
	 * @param question a line
	 * @return the rest of the line that answers with the question
	 */
	String ask(String question) throws IOException {
		this.out.removeIf((line) -> line.startsWith(question));
		OutputStream input = this.process.getOutputStream();
		input.write((question + "\n").getBytes(StandardCharsets.UTF_8));
		input.flush();
		return outLine(question + " ");
	}

	private String outLine(String prefix) {
		Await.until("the child prints '" + prefix + "'; it printed " + this.out + this.err, START_LIMIT,
				() -> !this.process.isAlive() || find(prefix).findAny().isPresent());
		return find(prefix).findFirst()
			.orElseThrow(() -> new AssertionError("The child has ended: " + this.out + this.err))
			.substring(prefix.length());
	}

	private Stream<String> find(String prefix) {
		return this.out.stream().filter((line) -> line.startsWith(prefix));
	}

	/**
	 * What it has logged.
	 */
	List<String> log() {
		return List.copyOf(this.err);
	}

	long pid() {
		return this.process.pid();
	}

	/**
	 * The CPU time it has used, by the kernel's count.
	 */
	Duration cpuTime() throws IOException {
		String stat = Files.readString(Path.of("/proc/" + pid() + "/stat"));
		// The second field is the name in parentheses, and may contain blanks.
		String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
		long ticks = Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
		return Duration.ofMillis(10 * ticks);
	}

	/**
	 * Sends SIGTERM.
	 */
	void terminate() {
		// Not Process.destroy(), which also closes the standard input.
		this.process.toHandle().destroy();
	}

	/**
	 * Waits for its end.
	 * @return the exit code
	 */
	int awaitExit(Duration limit) throws InterruptedException {
		if (!this.process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
			throw new AssertionError("The child still runs after " + limit + "; it printed " + this.out + this.err);
		}
		return this.process.exitValue();
	}

	@Override
	public void close() throws Exception {
		try {
			// Ends a child that only its tracer is known of.
			this.process.getOutputStream().close();
		}
		catch (IOException ignored) {
			// It has ended.
		}
		if (!this.process.waitFor(2, TimeUnit.SECONDS)) {
			this.process.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
		}
	}

}
