package io.socketserver.benchmarks.runner;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * An option of the command line.
 *
 * @param name what it is called
 * @param value what its value is, empty for a flag
 * @param text what it does
 */
record Option(String name, String value, String text) {

	private static final List<Option> ALL = List.of(new Option("help", "", "prints this"),
			new Option("list", "", "prints the names of suites and peers"),
			new Option("suites", "A,B", "what to measure; all by default"),
			new Option("peers", "A,B", "which servers; all by default"),
			new Option("base", "PEER", "whom the others are compared with; the first by default"),
			new Option("jdk", "DIR", "the JDK of servers and load; JAVA_HOME by default"),
			new Option("repetitions", "N", "how often, with fresh processes; 3 by default"),
			new Option("windows", "N", "measurements of each repetition; 7 by default"),
			new Option("seconds", "N", "how long each of them is; 1 by default"),
			new Option("warmup", "N", "seconds before the first, at least; 5 by default"),
			new Option("server-core", "N", "where servers are pinned; 0 by default"),
			new Option("load-core", "N", "where the load is pinned; 1 by default"),
			new Option("priority", "", "lets server and load go first; needs root"),
			new Option("jvm-arg", "FLAG", "one more flag of the servers' JVMs; may be repeated"),
			new Option("output", "FILE", "the report; benchmarks/target/report.md by default"));

	/**
	 * The arguments that are no options, which are all there may be.
	 * @param args the arguments
	 * @return those
	 */
	static List<String> unknown(String... args) {
		return Stream.of(args).filter((arg) -> ALL.stream().noneMatch((option) -> option.matches(arg))).toList();
	}

	static String usage() {
		return ALL.stream()
			.map((option) -> String.format("  %-18s %s", option.form(), option.text()))
			.collect(Collectors.joining("\n"));
	}

	private String form() {
		return "--" + this.name + (this.value.isEmpty() ? "" : "=" + this.value);
	}

	private boolean matches(String arg) {
		return this.value.isEmpty() ? arg.equals(form()) : arg.startsWith("--" + this.name + "=");
	}

}
