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
			Map<String, Long> before = awaitRest(child);
			String passes = child.ask("passes");
			Await.pass(Duration.ofSeconds(2));
			Map<String, Long> after = contextSwitches(child);
			System.out.println("> context switches of " + after.size() + " threads with " + connections
					+ " idle connections in 2 s: " + (sum(after) - sum(before)));
			assertThat(after).hasSizeGreaterThan(connections).isEqualTo(before);
			assertThat(child.ask("passes")).isEqualTo(passes);
		}
		finally {
			clients.forEach(LineClient::close);
		}
	}

	/**
	 * Waits until the last connection has been seen to.
	 */
	private static Map<String, Long> awaitRest(ChildJvm child) {
		List<Map<String, Long>> last = new ArrayList<>(List.of(Map.of()));
		Await.until("the server is at rest", LIMIT, () -> {
			Await.pass(Duration.ofMillis(200));
			Map<String, Long> now = contextSwitches(child);
			return last.set(0, now).equals(now);
		});
		return last.get(0);
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
