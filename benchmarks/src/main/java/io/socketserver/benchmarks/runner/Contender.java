package io.socketserver.benchmarks.runner;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * A server and its load.
 *
 * @param peer what the server is
 * @param server the server
 * @param load the load
 */
record Contender(Peer peer, ServerProcess server, LoadProcess load) implements Closeable {

	/**
	 * Starts both, waits until the server is warm, and gives each its core.
	 * @param suite the load
	 * @param peer the server
	 * @param toolchain what they are made of
	 * @param options how to measure
	 * @return both
	 * @throws IOException if one of them fails
	 */
	static Contender start(Suite suite, Peer peer, Toolchain toolchain, RunnerOptions options) throws IOException {
		List<String> arguments = new ArrayList<>(suite.loadArguments());
		arguments.add("--warmup=" + options.warmup());
		arguments.add("--seconds=" + options.seconds());
		ServerProcess server = ServerProcess.start(peer, toolchain);
		try {
			LoadProcess load = LoadProcess.start(toolchain, server, arguments);
			Contender contender = new Contender(peer, server, load);
			contender.settle(options, suite.sharesCore());
			return contender;
		}
		catch (IOException ex) {
			server.close();
			throw ex;
		}
	}

	private void settle(RunnerOptions options, boolean together) throws IOException {
		try {
			this.load.receive();
			for (long pid : this.server.pids()) {
				Command.pin(pid, options.serverCore());
			}
			Command.pin(this.load.pid(), together ? options.serverCore() : options.loadCore());
			if (options.priority()) {
				Command.prefer(this.server.pid());
				Command.prefer(this.load.pid());
			}
		}
		catch (IOException ex) {
			this.load.close();
			throw ex;
		}
	}

	Measurement measure() throws IOException {
		this.load.send("go");
		return Measurement.of(this.load.receive())
			.with("rss", this.server.residentBytes() / 1e6)
			.with("pss", this.server.memoryBytes() / 1e6);
	}

	@Override
	public void close() {
		this.load.close();
		this.server.close();
	}

}
