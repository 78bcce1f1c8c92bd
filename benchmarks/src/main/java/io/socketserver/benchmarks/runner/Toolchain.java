package io.socketserver.benchmarks.runner;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The programs that peers and load are made of.
 *
 * @param jdk the JDK that runs them
 * @param serverFlags flags of the servers' JVMs
 * @param directory where compiled peers go
 */
record Toolchain(Path jdk, List<String> serverFlags, Path directory) {

	/**
	 * Runs a program in a server's JVM.
	 * @param type the class
	 * @return the command
	 */
	List<String> java(String type) {
		List<String> command = new ArrayList<>(List.of(tool("java")));
		command.addAll(this.serverFlags);
		command.addAll(List.of("-cp", System.getProperty("java.class.path"), type));
		return command;
	}

	/**
	 * Runs a program in the load's JVM.
	 * @param type the class
	 * @return the command
	 */
	List<String> load(String type) {
		return new ArrayList<>(List.of("setsid", tool("java"), "-Xmx512m", "-XX:+UseSerialGC", "-cp",
				System.getProperty("java.class.path"), type));
	}

	String tool(String name) {
		return this.jdk.resolve("bin").resolve(name).toString();
	}

	/**
	 * Takes a peer's source out of the jar.
	 * @param resource its name
	 * @return the file
	 * @throws IOException if it cannot be written
	 */
	Path extracted(String resource) throws IOException {
		Path file = this.directory.resolve(resource);
		try (InputStream source = Toolchain.class.getResourceAsStream("/peers/" + resource)) {
			if (source == null) {
				throw new IOException("There is no resource " + resource);
			}
			Files.write(file, source.readAllBytes());
		}
		return file;
	}

	/**
	 * Compiles a peer.
	 * @param resource its C source
	 * @return the program
	 * @throws IOException if gcc is missing or does not like it
	 */
	Path compiled(String resource) throws IOException {
		Path program = this.directory.resolve(resource + ".out");
		if (!Files.exists(program)) {
			Command.run(List.of("gcc", "-O2", "-o", program.toString(), extracted(resource).toString()));
		}
		return program;
	}

}
