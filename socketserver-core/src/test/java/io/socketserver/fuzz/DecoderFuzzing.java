package io.socketserver.fuzz;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Has Jazzer fuzz each decoder in a JVM of its own, for {@code -Dfuzz.seconds}. Not a
 * part of the normal tests: the Maven profile {@code fuzz} runs it, and brings Jazzer.
 * All is left in {@code target/fuzz}: the inputs that led somewhere, the log, which code
 * was reached, and what failed.
 */
class DecoderFuzzing {

	private static final Path DIRECTORY = Path.of("target", "fuzz");

	private static final int SECONDS = Integer.getInteger("fuzz.seconds", 60);

	@ParameterizedTest
	@EnumSource
	void findsNothing(FuzzedFraming framing) throws Exception {
		Path directory = Files.createDirectories(DIRECTORY.resolve(framing.type()));
		Path log = directory.resolve("log");
		Process jazzer = new ProcessBuilder(command(framing, directory)).redirectErrorStream(true)
			.redirectOutput(log.toFile())
			.start();
		try {
			assertThat(jazzer.waitFor(SECONDS + 120, TimeUnit.SECONDS)).as("end of Jazzer, see %s", log).isTrue();
		}
		finally {
			jazzer.destroyForcibly();
		}
		List<String> lines = Files.readAllLines(log, StandardCharsets.ISO_8859_1);
		System.out.println(framing.type() + ": " + summary(lines));
		assertThat(jazzer.exitValue()).as(() -> String.join("\n", lines)).isZero();
	}

	private static List<String> command(FuzzedFraming framing, Path directory) throws IOException {
		List<String> command = new ArrayList<>();
		command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
		// Jazzer attaches an agent to its own JVM, and classes it changes cannot be
		// shared.
		command.addAll(List.of("-Xmx512m", "-XX:+EnableDynamicAgentLoading", "-Xshare:off"));
		command.addAll(List.of("-cp", System.getProperty("java.class.path"), "com.code_intelligence.jazzer.Jazzer"));
		command.add("--target_class=" + DecoderFuzzTarget.class.getName());
		command.add("--target_args=" + framing.type());
		command.add("--instrumentation_includes=io.socketserver.framing.**");
		command.add("--instrumentation_excludes=io.socketserver.framing.FramingTests");
		command.add("--trace=cov:cmp");
		command.add("--reproducer_path=" + directory);
		command.add("--coverage_report=" + directory.resolve("coverage"));
		command.addAll(List.of("-max_len=512", "-print_final_stats=1", "-max_total_time=" + SECONDS));
		command.add("-artifact_prefix=" + directory + "/");
		command.add(corpus(framing, directory).toString());
		return command;
	}

	private static Path corpus(FuzzedFraming framing, Path directory) throws IOException {
		Path corpus = Files.createDirectories(directory.resolve("corpus"));
		List<byte[]> seeds = Seeds.of(framing);
		for (int i = 0; i < seeds.size(); i++) {
			Files.write(corpus.resolve("seed-" + i), seeds.get(i));
		}
		return corpus;
	}

	private static String summary(List<String> log) {
		return log.stream()
			.filter((line) -> line.contains("DONE") || line.contains("Java Exception"))
			.reduce((first, second) -> second)
			.orElse("no result");
	}

}
