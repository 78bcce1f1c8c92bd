package io.socketserver.benchmarks.runner;

import java.io.IOException;
import java.util.List;

import io.socketserver.benchmarks.proc.CpuSample;

/**
 * Connections that say nothing: what each costs, and whether all are answered when they
 * speak at last.
 */
final class IdleRound implements Runner.Round {

	private final RunnerOptions options;

	private final Toolchain toolchain;

	private final Results results;

	IdleRound(RunnerOptions options, Toolchain toolchain, Results results) {
		this.options = options;
		this.toolchain = toolchain;
		this.results = results;
	}

	@Override
	public void run(Suite suite, List<Peer> peers) {
		for (Peer peer : peers) {
			try {
				this.results.add(suite, peer, measure(suite, peer));
			}
			catch (IOException ex) {
				this.results.failed(suite, peer, ex);
			}
		}
	}

	private Measurement measure(Suite suite, Peer peer) throws IOException {
		try (ServerProcess server = ServerProcess.start(peer, this.toolchain);
				LoadProcess load = LoadProcess.start(this.toolchain, server, suite.loadArguments())) {
			// A few connections have come, spoken and gone: what is loaded once is
			// loaded.
			load.receive();
			double heap = heapBytes(server, peer);
			double resident = server.residentBytes();
			load.send("open");
			load.receive();
			heap = (heapBytes(server, peer) - heap) / suite.connections();
			resident = (server.residentBytes() - resident) / suite.connections();
			CpuSample before = CpuSample.of(server.pid());
			load.send("wait " + this.options.seconds());
			load.receive();
			CpuSample after = CpuSample.of(server.pid());
			load.send("fire");
			return Measurement.of(load.receive())
				.with("heap", heap)
				.with("resident", resident)
				.with("threads", after.tasks().size())
				.with("idle", after.since(before).steadyNanos() / 1e6 / this.options.seconds());
		}
	}

	/**
	 * Live objects after a full collection.
	 * @param server the server
	 * @param peer what it is
	 * @return bytes; not a number without a JVM
	 * @throws IOException if the JVM does not answer
	 */
	private double heapBytes(ServerProcess server, Peer peer) throws IOException {
		if (!peer.isJava()) {
			return Double.NaN;
		}
		String pid = Long.toString(server.pid());
		Command.run(List.of(this.toolchain.tool("jcmd"), pid, "GC.run"));
		String histogram = Command.run(List.of(this.toolchain.tool("jcmd"), pid, "GC.class_histogram"));
		String total = histogram.lines().filter((line) -> line.startsWith("Total")).findFirst().orElseThrow();
		return Double.parseDouble(total.strip().split("\\s+")[2]);
	}

}
