package io.socketserver.benchmarks.runner;

import java.io.Closeable;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import io.socketserver.benchmarks.proc.CpuSample;

/**
 * A server in a process of its own.
 */
final class ServerProcess implements Closeable {

	private static final long START_SECONDS = 30;

	private final Process process;

	private final int port;

	private final boolean datagrams;

	private ServerProcess(Process process, int port, boolean datagrams) {
		this.process = process;
		this.port = port;
		this.datagrams = datagrams;
	}

	/**
	 * Starts a server and waits until it listens.
	 * @param peer which
	 * @param toolchain what it is made of
	 * @return the server
	 * @throws IOException if it does not come up
	 */
	static ServerProcess start(Peer peer, Toolchain toolchain) throws IOException {
		int port = freePort();
		// 15,000 connections need as many descriptors: the JDK raises the soft limit,
		// others do not.
		List<String> command = new ArrayList<>(
				List.of("setsid", "sh", "-c", "ulimit -n $(ulimit -H -n); exec \"$@\"", peer.name()));
		command.addAll(peer.command(toolchain, port));
		File log = toolchain.directory().resolve(peer.name() + ".log").toFile();
		Process process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log).start();
		ServerProcess server = new ServerProcess(process, port, "udp".equals(peer.protocol()));
		try {
			server.awaitPort(log.toPath());
			return server;
		}
		catch (IOException ex) {
			server.close();
			throw ex;
		}
	}

	private static int freePort() throws IOException {
		try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			return socket.getLocalPort();
		}
	}

	private void awaitPort(Path log) throws IOException {
		long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
		while (!listens()) {
			if (pause() || System.nanoTime() - deadline > 0) {
				throw new IOException("The server does not listen: " + Files.readString(log));
			}
		}
	}

	private boolean listens() throws IOException {
		if (this.datagrams) {
			return listensToDatagrams();
		}
		try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), this.port)) {
			return socket.isConnected();
		}
		catch (IOException ex) {
			return false;
		}
	}

	private boolean listensToDatagrams() throws IOException {
		String port = "%04X".formatted(this.port);
		for (String table : List.of("udp", "udp6")) {
			if (Files.readAllLines(Path.of("/proc/net", table))
				.stream()
				.anyMatch((line) -> line.contains(":" + port + " "))) {
				return true;
			}
		}
		return false;
	}

	private boolean pause() throws IOException {
		try {
			return this.process.waitFor(100, TimeUnit.MILLISECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IOException("Interrupted", ex);
		}
	}

	int port() {
		return this.port;
	}

	long pid() {
		return this.process.pid();
	}

	/**
	 * The process and its children.
	 * @return their ids
	 */
	List<Long> pids() {
		List<Long> pids = new ArrayList<>(List.of(pid()));
		pids.addAll(CpuSample.children(pid()));
		return pids;
	}

	/**
	 * Memory that the process and its children have in use, each page shared out evenly
	 * among those that have it.
	 * @return bytes
	 * @throws IOException if it has ended
	 */
	long memoryBytes() throws IOException {
		long sum = 0;
		for (long pid : pids()) {
			sum += bytes(pid, "smaps_rollup", "Pss:");
		}
		return sum;
	}

	/**
	 * Memory that the process has in use.
	 * @return resident bytes
	 * @throws IOException if it has ended
	 */
	long residentBytes() throws IOException {
		return bytes(pid(), "status", "VmRSS:");
	}

	private static long bytes(long pid, String file, String key) throws IOException {
		for (String line : Files.readAllLines(Path.of("/proc", Long.toString(pid), file))) {
			if (line.startsWith(key)) {
				return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
			}
		}
		throw new IOException("The server has ended");
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
