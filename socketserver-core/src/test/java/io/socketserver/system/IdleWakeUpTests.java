package io.socketserver.system;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An idle server does nothing: the kernel counts each time a thread is put to sleep, and
 * no thread of the server is within two seconds.
 */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
@EnabledOnOs(OS.LINUX)
class IdleWakeUpTests {

	private static final Duration LIMIT = Duration.ofSeconds(30);

	// The kernel keeps 15 characters of a thread's name.
	private static final String FRAMEWORK_THREAD = "socketserver-child".substring(0, 15);

	@ParameterizedTest
	@ValueSource(ints = { 0, 50 })
	void noThreadOfAnIdleServerWakesUp(int connections) throws Exception {
		List<LineClient> clients = new ArrayList<>();
		try (ChildJvm child = ChildJvm.start(EchoServerMain.class.getName(), "thread")) {
			int port = child.port();
			for (int i = 0; i < connections; i++) {
				LineClient client = new LineClient(port);
				clients.add(client);
				assertThat(client.ask("hello")).isEqualTo("hello");
			}
			awaitRest(child);
			assertThat(contextSwitches(child)).hasSizeGreaterThan(connections);
		}
		finally {
			clients.forEach(LineClient::close);
		}
	}

	/**
	 * Waits for two seconds in which nothing happens. The last connection is seen to
	 * first, however long that takes on a busy machine; a server that polls never rests.
	 */
	private static void awaitRest(ChildJvm child) {
		Await.until("the server is at rest", LIMIT, () -> {
			Map<String, Long> before = contextSwitches(child);
			String passes = passes(child);
			Await.pass(Duration.ofSeconds(2));
			Map<String, Long> after = contextSwitches(child);
			System.out
				.println("> context switches of " + after.size() + " threads in 2 s: " + (sum(after) - sum(before)));
			return after.equals(before) && passes(child).equals(passes);
		});
	}

	private static String passes(ChildJvm child) {
		try {
			return child.ask("passes");
		}
		catch (Exception ex) {
			throw new AssertionError(ex);
		}
	}

	private static Map<String, Long> contextSwitches(ChildJvm child) {
		Map<String, Long> switches = new TreeMap<>();
		try (Stream<Path> tasks = Files.list(Path.of("/proc/" + child.pid() + "/task"))) {
			for (Path task : tasks.toList()) {
				if (Files.readString(task.resolve("comm")).strip().equals(FRAMEWORK_THREAD)) {
					switches.put(task.toString(), contextSwitches(task));
				}
			}
		}
		catch (IOException ex) {
			throw new AssertionError(ex);
		}
		return switches;
	}

	private static long contextSwitches(Path task) throws IOException {
		return Files.readAllLines(task.resolve("status"))
			.stream()
			.filter((line) -> line.contains("ctxt_switches"))
			.mapToLong((line) -> Long.parseLong(line.split("\\s+")[1]))
			.sum();
	}

	private static long sum(Map<String, Long> switches) {
		return switches.values().stream().mapToLong(Long::longValue).sum();
	}

}
