package io.socketserver.benchmarks.runner;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import io.socketserver.benchmarks.Arguments;

/**
 * What to measure, and how.
 *
 * @param suites the loads
 * @param peers the servers
 * @param base the peer that others are compared with
 * @param repetitions how often, with fresh processes
 * @param windows measurements of a repetition
 * @param warmup seconds before the first, at least
 * @param seconds seconds of each
 * @param serverCore the core of the server
 * @param loadCore the core of the load
 * @param priority whether server and load go before all other processes while they are
 * measured: for machines that are shared
 * @param jdk the JDK of servers and load
 * @param serverFlags flags of the servers' JVMs
 * @param output the report
 */
record RunnerOptions(List<Suite> suites, List<Peer> peers, Peer base, int repetitions, int windows, int warmup,
		int seconds, int serverCore, int loadCore, boolean priority, Path jdk, List<String> serverFlags, Path output) {

	static RunnerOptions of(Arguments arguments) throws IOException {
		Path jdk = Path.of(arguments.text("jdk", defaultJdk()));
		List<Suite> suites = arguments.list("suites", Suite.ALL.stream().map(Suite::name).toList())
			.stream()
			.map(Suite::of)
			.toList();
		List<Peer> peers = arguments.list("peers", Peer.ALL.stream().map(Peer::name).toList())
			.stream()
			.map(Peer::of)
			.toList();
		return new RunnerOptions(suites, peers, Peer.of(arguments.text("base", peers.get(0).name())),
				arguments.number("repetitions", 3), arguments.number("windows", 7), arguments.number("warmup", 5),
				arguments.number("seconds", 1), arguments.number("server-core", 0), arguments.number("load-core", 1),
				arguments.has("priority"), jdk, flags(arguments, jdk),
				Path.of(arguments.text("output", "benchmarks/target/report.md")));
	}

	private static String defaultJdk() {
		String home = System.getenv("JAVA_HOME");
		return (home != null) ? home : System.getProperty("java.home");
	}

	private static List<String> flags(Arguments arguments, Path jdk) throws IOException {
		// No compiler thread ends, so that the time of each can be told from the
		// server's.
		List<String> flags = new ArrayList<>(List.of("-Xmx512m", "-XX:-UseDynamicNumberOfCompilerThreads"));
		if (version(jdk) >= 24) {
			// Without Unsafe, Netty needs twice the time for 4 KiB.
			flags.addAll(List.of("--sun-misc-unsafe-memory-access=allow", "-Dio.netty.noUnsafe=false",
					"--enable-native-access=ALL-UNNAMED"));
		}
		flags.addAll(arguments.texts("jvm-arg"));
		return flags;
	}

	private static int version(Path jdk) throws IOException {
		return Files.readAllLines(jdk.resolve("release"))
			.stream()
			.filter((line) -> line.startsWith("JAVA_VERSION="))
			.map((line) -> line.substring(line.indexOf('=') + 1).replace("\"", ""))
			.mapToInt((text) -> Runtime.Version.parse(text).feature())
			.findFirst()
			.orElseThrow();
	}

}
