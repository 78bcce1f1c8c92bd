package io.socketserver.benchmarks.runner;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A program that runs to its end.
 */
final class Command {

	private Command() {
	}

	/**
	 * Runs a program.
	 * @param command the program and its arguments
	 * @return what it printed
	 * @throws IOException if it is missing or fails
	 */
	static String run(List<String> command) throws IOException {
		Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
		process.getOutputStream().close();
		String output = new String(process.getInputStream().readAllBytes(), Charset.defaultCharset());
		try {
			if (process.waitFor() != 0) {
				throw new IOException(String.join(" ", command) + " failed: " + output);
			}
		}
		catch (InterruptedException ex) {
			process.destroyForcibly();
			Thread.currentThread().interrupt();
			throw new IOException("Interrupted", ex);
		}
		return output;
	}

	/**
	 * Moves all threads of a process to one core.
	 * @param pid the process
	 * @param core the core
	 * @throws IOException if it is not allowed
	 */
	static void pin(long pid, int core) throws IOException {
		run(List.of("taskset", "-a", "-c", "-p", Integer.toString(core), Long.toString(pid)));
	}

	/**
	 * Lets a process that leads a session go before everybody else's. Niceness would not
	 * do: where the kernel groups processes by session, it counts only within one.
	 * @param pid the process
	 * @throws IOException if it is not allowed
	 */
	static void prefer(long pid) throws IOException {
		Files.writeString(Path.of("/proc", Long.toString(pid), "autogroup"), "-20");
	}

}
