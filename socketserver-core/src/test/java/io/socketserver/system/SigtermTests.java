package io.socketserver.system;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import io.socketserver.system.SigtermRun.Result;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * SIGTERM under load loses nothing: what clients recorded is joined with a journal that
 * the handler writes before it answers.
 */
@Timeout(value = 20, unit = TimeUnit.MINUTES)
class SigtermTests {

	private static final String MAIN_CLASS = System.getProperty("sigterm.mainClass", JournalServerMain.class.getName());

	private static final int RUNS = Integer.getInteger("sigterm.runs", 2);

	private final Random random = new Random();

	@Test
	void aRunWithoutSignalLosesNothing() throws Exception {
		for (String strategy : strategies(ClientShape.BUSY)) {
			Result result = run(strategy, ClientShape.BUSY, Duration.ofMillis(200), false);
			assertThat(result.a()).isEmpty();
			assertThat(result.b()).isEmpty();
			assertThat(result.c()).isZero();
			assertThat(result.d()).isEmpty();
			assertThat(result.e()).isZero();
		}
	}

	@ParameterizedTest
	@EnumSource(ClientShape.class)
	void nothingIsProcessedAndUnansweredNorReset(ClientShape shape) throws Exception {
		List<String> strategies = strategies(shape);
		int first = this.random.nextInt(strategies.size());
		List<Result> results = new ArrayList<>();
		for (int i = 0; i < RUNS; i++) {
			Duration load = Duration.ofMillis(100 + this.random.nextInt(400));
			results.add(run(strategies.get((first + i) % strategies.size()), shape, load, true));
		}
		assertThat(results).allSatisfy((result) -> {
			assertThat(result.a()).as("A: answered but not processed").isEmpty();
			assertThat(result.b()).as("B: processed but not answered").isEmpty();
			assertThat(result.d()).as("D: reset, cut or timed out").isEmpty();
			assertThat(result.f()).as("F: reset in the moment of the close").isLessThanOrEqualTo(2);
			assertThat(result.duplicates()).isZero();
			assertThat(result.exitCode()).isEqualTo(128 + 15);
			assertThat(result.exitMillis()).isLessThan(10_000);
		});
	}

	private static Result run(String strategy, ClientShape shape, Duration load, boolean signal) throws Exception {
		Result result = new SigtermRun(MAIN_CLASS, strategy, shape).run(load, signal);
		System.out.printf("%-9s %-12s %-8s after %3d ms: %s%n", label(signal), shape, strategy, load.toMillis(),
				result);
		result.log().forEach((line) -> System.out.println("    " + line));
		result.d().stream().limit(5).forEach((lost) -> System.out.println("    " + lost));
		return result;
	}

	private static String label(boolean signal) {
		if (signal) {
			return "SIGTERM";
		}
		return "no signal";
	}

	private static List<String> strategies(ClientShape shape) {
		// A kept connection keeps its thread.
		String pool = (shape != ClientShape.RECONNECTING) ? "pool:64" : "pool:16";
		return (Runtime.version().feature() < 21) ? List.of("thread", pool) : List.of("thread", pool, "virtual");
	}

}
