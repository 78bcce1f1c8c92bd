package io.socketserver.benchmarks.runner;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import io.socketserver.benchmarks.Arguments;

/**
 * Measures peers under suites of load, and prints medians side by side.
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
		List<String> unknown = Option.unknown(args);
		if (!unknown.isEmpty()) {
			System.err.println("There is no option " + String.join(", ", unknown) + ". These are:\n" + Option.usage());
			System.exit(2);
		}
		if (arguments.has("help")) {
			System.out.println(Option.usage());
			return;
		}
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
			List<Peer> peers = this.options.peers().stream().filter(suite::suits).toList();
			for (int repetition = 0; repetition < this.options.repetitions(); repetition++) {
				round(suite).run(suite, peers);
			}
		}
		String report = new Report(this.results, this.options.suites(), this.options.peers(), this.options.base())
			.markdown();
		System.out.println();
		System.out.println(report);
		Files.writeString(this.options.output(), machine + "\n" + report);
	}

	private Round round(Suite suite) {
		return suite.isIdle() ? new IdleRound(this.options, this.toolchain, this.results)
				: new BusyRound(this.options, this.toolchain, this.results);
	}

	/**
	 * Measures each peer with fresh processes.
	 */
	interface Round {

		/**
		 * Measures, and adds to the results.
		 * @param suite the load
		 * @param peers the servers
		 */
		void run(Suite suite, List<Peer> peers);

	}

}
