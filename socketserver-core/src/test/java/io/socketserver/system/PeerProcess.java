package io.socketserver.system;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import java.util.function.IntFunction;
import java.util.stream.Stream;

import org.junit.jupiter.api.Assumptions;

import io.socketserver.support.Await;

/**
 * A program that is not ours, started by a test, and ended with it.
 */
final class PeerProcess implements AutoCloseable {

	private static final int TRIES = 5;

	private final Process process;

	private final Path log;

	private PeerProcess(Process process, Path log) {
		this.process = process;
		this.log = log;
	}

	/**
	 * Skips the test where a program is not installed.
	 * @param command its name
	 * @param debianPackage where it comes from
	 * @return its path
	 */
	static String require(String command, String debianPackage) {
		// Where a user's path may not lead.
		Stream<String> directories = Stream.concat(Stream.of(System.getenv("PATH").split(":")),
				Stream.of("/usr/sbin", "/sbin"));
		List<Path> found = directories.map((directory) -> Path.of(directory, command))
			.filter(Files::isExecutable)
			.toList();
		Assumptions.assumeFalse(found.isEmpty(), () -> command + " is not installed (Debian: " + debianPackage + ")");
		return found.get(0).toString();
	}

	/**
	 * Starts a program.
	 * @param log where its output goes
	 * @param command what to run
	 * @return the program
	 * @throws IOException if it cannot be run
	 */
	static PeerProcess start(Path log, List<String> command) throws IOException {
		Process process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
		return new PeerProcess(process, log);
	}

	/**
	 * Starts a program that listens on a port of the loopback interface. Somebody may
	 * take the port that was found free: then it is tried again with another one.
	 * @param log where its output goes
	 * @param command what to run, for a port
	 * @param ready is told the port
	 * @return the program, which listens
	 * @throws IOException if it cannot be run
	 */
	static PeerProcess listening(Path log, IntFunction<List<String>> command, IntConsumer ready) throws IOException {
		for (int i = 0; i < TRIES; i++) {
			int port = freePort();
			PeerProcess peer = start(log, command.apply(port));
			Await.until(() -> !peer.process.isAlive() || accepts(port), command.apply(port) + " listens");
			if (peer.process.isAlive()) {
				ready.accept(port);
				return peer;
			}
		}
		throw new AssertionError("It does not start: " + Files.readString(log));
	}

	private static int freePort() throws IOException {
		try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			return probe.getLocalPort();
		}
	}

	private static boolean accepts(int port) {
		try (Socket probe = new Socket()) {
			probe.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
			return true;
		}
		catch (IOException ex) {
			return false;
		}
	}

	/**
	 * What is written to it.
	 * @param text what to write
	 * @throws IOException if it has ended
	 */
	void send(String text) throws IOException {
		this.process.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
		this.process.getOutputStream().flush();
	}

	/**
	 * What it has printed so far.
	 * @return its output
	 */
	String output() {
		try {
			return Files.readString(this.log);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Ends its input, and waits for it to end.
	 * @return what it has printed
	 * @throws IOException if that cannot be read
	 */
	String finish() throws IOException {
		this.process.getOutputStream().close();
		Await.until(() -> !this.process.isAlive(), "the end of " + this.process.info().command().orElse("?"));
		return output();
	}

	@Override
	public void close() {
		List<ProcessHandle> all = new ArrayList<>(this.process.descendants().toList());
		this.process.destroy();
		try {
			if (!this.process.waitFor(Duration.ofSeconds(5).toMillis(), TimeUnit.MILLISECONDS)) {
				this.process.destroyForcibly();
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		all.forEach(ProcessHandle::destroyForcibly);
	}

}
