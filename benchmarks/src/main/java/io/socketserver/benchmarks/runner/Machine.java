package io.socketserver.benchmarks.runner;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What figures were measured on.
 */
final class Machine {

	private Machine() {
	}

	static String describe(Toolchain toolchain) throws IOException {
		String jdk = Command.run(List.of(toolchain.tool("java"), "-version")).lines().skip(1).findFirst().orElse("?");
		return "%d cores (%s), Linux %s, %s, server flags %s%n".formatted(Runtime.getRuntime().availableProcessors(),
				processor(), Files.readString(Path.of("/proc/sys/kernel/osrelease")).strip(), jdk,
				String.join(" ", toolchain.serverFlags()));
	}

	private static String processor() throws IOException {
		return Files.readAllLines(Path.of("/proc/cpuinfo"))
			.stream()
			.filter((line) -> line.startsWith("model name"))
			.map((line) -> line.substring(line.indexOf(':') + 2))
			.findFirst()
			.orElse("unknown");
	}

}
