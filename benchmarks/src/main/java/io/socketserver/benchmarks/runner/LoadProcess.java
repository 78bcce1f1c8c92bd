package io.socketserver.benchmarks.runner;

import java.io.BufferedReader;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.Writer;
import java.lang.ProcessBuilder.Redirect;
import java.util.ArrayList;
import java.util.List;

/**
 * The load in a process of its own, which is told by lines when to go on.
 */
final class LoadProcess implements Closeable {

	private final Process process;

	private final BufferedReader output;

	private final Writer commands;

	private LoadProcess(Process process) {
		this.process = process;
		this.output = process.inputReader();
		this.commands = process.outputWriter();
	}

	static LoadProcess start(Toolchain toolchain, ServerProcess server, List<String> arguments) throws IOException {
		List<String> command = new ArrayList<>(toolchain.load("io.socketserver.benchmarks.load.Load"));
		command.addAll(List.of("--hold", "--port=" + server.port(), "--pid=" + server.pid()));
		command.addAll(arguments);
		return new LoadProcess(new ProcessBuilder(command).redirectError(Redirect.INHERIT).start());
	}

	long pid() {
		return this.process.pid();
	}

	void send(String command) throws IOException {
		this.commands.write(command + "\n");
		this.commands.flush();
	}

	String receive() throws IOException {
		String line = this.output.readLine();
		if (line == null) {
			throw new EOFException("The load has failed");
		}
		return line;
	}

	@Override
	public void close() {
		this.process.destroyForcibly();
		try {
			this.process.waitFor();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

}
