package io.socketserver.benchmarks.runner;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import io.socketserver.benchmarks.Arguments;

/**
 * Measures peers under suites of load, each run with fresh processes, repetitions
 * interleaved, and prints medians side by side.
 *
 * <pre>{@code
 * java -jar benchmarks.jar --suites=64B-c64,connect-c32 --peers=bare-nio,netty-tuned
 * }</pre>
 */
public final class Runner {

	private final RunnerOptions options;

	private final Toolchain toolchain;

	private final Results results = new Results();

	private Runner(RunnerOptions options, Toolchain toolchain) {
		this.options = options;
		this.toolchain = toolchain;
	}

	/**
	 * Runs benchmarks.
	 * @param args see {@code README.md}; without any, everything
	 * @throws IOException if a tool is missing
	 */
	public static void main(String... args) throws IOException {
		Arguments arguments = Arguments.of(args);
		if (arguments.has("list")) {
			System.out.println("suites: " + Suite.ALL.stream().map(Suite::name).toList());
			System.out.println("peers: " + Peer.ALL.stream().map(Peer::name).toList());
			return;
		}
		RunnerOptions options = RunnerOptions.of(arguments);
		Path directory = Files.createTempDirectory("benchmarks");
		Toolchain toolchain = new Toolchain(options.jdk(), options.serverFlags(), directory);
		new Runner(options, toolchain).run();
	}

	private void run() throws IOException {
		String machine = Machine.describe(this.toolchain);
		System.out.println(machine);
		for (Suite suite : this.options.suites()) {
			for (int repetition = 1; repetition <= this.options.repetitions(); repetition++) {
				for (Peer peer : this.options.peers().stream().filter(suite::suits).toList()) {
					System.out.printf("%s #%d %s: ", suite.name(), repetition, peer.name());
					System.out.println(measure(suite, peer));
				}
			}
		}
		String report = new Report(this.results, this.options.suites(), this.options.peers(), this.options.base())
			.markdown();
		System.out.println();
		System.out.println(report);
		Files.writeString(this.options.output(), machine + "\n" + report);
	}

	private String measure(Suite suite, Peer peer) {
		try {
			Run run = suite.isIdle() ? new IdleRun(this.options, this.toolchain)
					: new BusyRun(this.options, this.toolchain);
			Measurement measurement = run.measure(suite, peer);
			this.results.add(suite, peer, measurement);
			return measurement.values().toString();
		}
		catch (IOException ex) {
			this.results.add(suite, peer, Measurement.of("errors=1"));
			return "failed: " + ex.getMessage();
		}
	}

	/**
	 * How a suite is run.
	 */
	interface Run {

		/**
		 * Runs a peer once.
		 * @param suite the load
		 * @param peer the server
		 * @return what came out
		 * @throws IOException if nothing came out
		 */
		Measurement measure(Suite suite, Peer peer) throws IOException;

	}

}
