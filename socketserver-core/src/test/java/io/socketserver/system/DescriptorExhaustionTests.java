package io.socketserver.system;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A server whose process may open 80 files, and 200 clients.
 */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
@EnabledOnOs(OS.LINUX)
class DescriptorExhaustionTests {

	private static final Duration LIMIT = Duration.ofSeconds(20);

	// The JVM raises a soft limit to the hard one: both have to be set.
	private static final List<String> LIMITED = List.of("bash", "-c", "ulimit -n 80; exec \"$@\"", "bash");

	private final List<LineClient> clients = new ArrayList<>();

	@AfterEach
	void closeClients() {
		this.clients.forEach(LineClient::close);
	}

	@Test
	void pausesAcceptingServesOnAndRecovers() throws Exception {
		try (ChildJvm child = ChildJvm.startUnder(LIMITED, EchoServerMain.class.getName(), "thread")) {
			connect(child, 200);
			awaitLogLines(child, "cannot accept connections", 1);
			assertThat(cpuShare(child)).isLessThan(0.05);
			assertThat(this.clients.get(0).ask("still here")).isEqualTo("still here");
			LineClient waiting = this.clients.get(199);
			waiting.send("at last");
			assertThat(waiting.isAnswered()).isFalse();
			assertThat(logLines(child, "cannot accept connections")).isEqualTo(1);

			long start = System.nanoTime();
			closeFirst(180);
			assertThat(waiting.receive()).isEqualTo("at last");
			long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
			System.out.println("> service is back " + millis + " ms after descriptors were freed");
			assertThat(millis).isLessThan(1000);
			awaitRecovery(child);

			connect(child, 180);
			awaitLogLines(child, "cannot accept connections", 2);
			assertThat(this.clients.get(0).ask("again")).isEqualTo("again");
			assertThat(logLines(child, "Exception")).as("%s", child.log()).isZero();
			assertThat(logLines(child, "Error")).as("%s", child.log()).isZero();
		}
	}

	@Test
	void logsOneLineWhileClientsComeAndGoAtTheLimit() throws Exception {
		try (ChildJvm child = ChildJvm.startUnder(LIMITED, EchoServerMain.class.getName(), "thread")) {
			connect(child, 200);
			awaitLogLines(child, "cannot accept connections", 1);
			long failures = Long.parseLong(child.ask("failures"));
			for (int i = 0; i < 10; i++) {
				closeFirst(1);
				long before = failures;
				Await.until("another accept fails", LIMIT, () -> failures(child) > before);
				failures = failures(child);
			}
			assertThat(logLines(child, "cannot accept connections")).isEqualTo(1);
		}
	}

	private void connect(ChildJvm child, int count) throws Exception {
		for (int i = 0; i < count; i++) {
			this.clients.add(new LineClient(child.port()));
		}
	}

	private void closeFirst(int count) {
		List<LineClient> first = this.clients.subList(0, count);
		first.forEach(LineClient::close);
		first.clear();
	}

	private void awaitRecovery(ChildJvm child) {
		Await.until("the server says that it accepts again: " + child.log(), LIMIT, () -> {
			try (LineClient client = new LineClient(child.port())) {
				assertThat(client.ask("there?")).isEqualTo("there?");
			}
			catch (Exception ex) {
				throw new AssertionError(ex);
			}
			return logLines(child, "accepts connections again") == 1;
		});
	}

	private static void awaitLogLines(ChildJvm child, String text, int count) {
		Await.until(count + " lines with '" + text + "'", LIMIT, () -> logLines(child, text) >= count);
	}

	private static long logLines(ChildJvm child, String text) {
		return child.log().stream().filter((line) -> line.contains(text)).count();
	}

	private static long failures(ChildJvm child) {
		try {
			return Long.parseLong(child.ask("failures"));
		}
		catch (Exception ex) {
			throw new AssertionError(ex);
		}
	}

	/**
	 * How much of a core a child uses, over three seconds.
	 */
	private static double cpuShare(ChildJvm child) throws Exception {
		Duration measured = Duration.ofSeconds(3);
		Duration before = child.cpuTime();
		Await.pass(measured);
		double share = (double) child.cpuTime().minus(before).toMillis() / measured.toMillis();
		System.out.printf("> CPU while descriptors are out: %.1f %% of a core%n", 100 * share);
		return share;
	}

}
