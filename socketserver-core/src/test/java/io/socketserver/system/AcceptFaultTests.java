package io.socketserver.system;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

/**
 * The kernel fails every fourth {@code accept}: strace makes it. Skipped where there is
 * no strace or it may not trace.
 */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
@EnabledOnOs(OS.LINUX)
class AcceptFaultTests {

	private static final int CLIENTS = 20;

	@BeforeAll
	static void straceWorks() {
		assumeThat(canTrace()).as("strace is installed and may trace").isTrue();
	}

	@ParameterizedTest
	@ValueSource(strings = { "EMFILE", "ENFILE", "ENOBUFS", "ENOMEM", "ECONNABORTED", "EINTR" })
	void everyClientIsServedAlthoughAcceptFails(String error) throws Exception {
		Path trace = Files.createTempFile("strace", ".txt");
		List<String> strace = List.of("strace", "-f", "-qq", "--seccomp-bpf", "-o", trace.toString(), "-e",
				"trace=accept,accept4", "-e", "inject=accept,accept4:error=" + error + ":when=3+4");
		int served = 0;
		try (ChildJvm child = ChildJvm.startUnder(strace, EchoServerMain.class.getName(), "thread")) {
			int port = child.port();
			for (int i = 0; i < CLIENTS; i++) {
				try (LineClient client = new LineClient(port)) {
					assertThat(client.ask("hello " + i)).isEqualTo("hello " + i);
					served++;
				}
			}
		}
		long injected = Files.readAllLines(trace).stream().filter((line) -> line.contains("INJECTED")).count();
		Files.delete(trace);
		System.out.println("> " + error + ": " + served + " of " + CLIENTS + " served, " + injected + " faults");
		assertThat(injected).isPositive();
	}

	private static boolean canTrace() {
		try {
			Process process = new ProcessBuilder("strace", "-f", "-qq", "--seccomp-bpf", "-o", "/dev/null", "-e",
					"trace=accept", "true")
				.start();
			return process.waitFor(20, TimeUnit.SECONDS) && process.exitValue() == 0;
		}
		catch (IOException ex) {
			return false;
		}
		catch (InterruptedException ex) {
			throw new AssertionError(ex);
		}
	}

}
