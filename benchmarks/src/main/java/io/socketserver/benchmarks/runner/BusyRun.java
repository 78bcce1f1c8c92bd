package io.socketserver.benchmarks.runner;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * A run under load: warm-up on all cores, then server and load on a core each.
 */
final class BusyRun implements Runner.Run {

	private final RunnerOptions options;

	private final Toolchain toolchain;

	BusyRun(RunnerOptions options, Toolchain toolchain) {
		this.options = options;
		this.toolchain = toolchain;
	}

	@Override
	public Measurement measure(Suite suite, Peer peer) throws IOException {
		List<String> arguments = new ArrayList<>(suite.loadArguments());
		arguments.add("--warmup=" + this.options.warmup());
		arguments.add("--seconds=" + this.options.seconds());
		try (ServerProcess server = ServerProcess.start(peer, this.toolchain);
				LoadProcess load = LoadProcess.start(this.toolchain, server, arguments)) {
			load.receive();
			Command.pin(server.pid(), this.options.serverCore());
			Command.pin(load.pid(), suite.sharesCore() ? this.options.serverCore() : this.options.loadCore());
			if (this.options.realTime()) {
				Command.prefer(server.pid());
				Command.prefer(load.pid());
			}
			load.send("go");
			Measurement measurement = Measurement.of(load.receive());
			return measurement.with("rss", server.residentBytes() / 1e6);
		}
	}

}
