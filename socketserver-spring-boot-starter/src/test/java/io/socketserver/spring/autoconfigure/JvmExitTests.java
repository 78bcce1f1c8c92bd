package io.socketserver.spring.autoconfigure;

import java.util.List;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A JVM with nothing but a socket server: it stays up while that serves, and ends with
 * it.
 */
@Timeout(120)
class JvmExitTests {

	private static final int TERMINATED = 128 + 15;

	@Test
	void staysUpWhileItServesAndEndsPromptlyWhenItIsTerminated() throws Exception {
		try (ChildJvm child = ChildJvm.run(ChildJvm.CLASS_PATH, List.of(), ChildApplication.class)) {
			int port = child.readPort();
			try (TestClient idle = new TestClient(port)) {
				assertThat(idle.ask("hello")).isEqualTo("HELLO");
				assertThat(child.process().waitFor(1, TimeUnit.SECONDS)).as("ends although it serves").isFalse();
				assertThat(idle.ask("again")).isEqualTo("AGAIN");
				child.process().destroy();
				assertThat(idle.readLine()).isEqualTo("(end)");
			}
			assertThat(child.process().waitFor(15, TimeUnit.SECONDS)).as("ends promptly").isTrue();
			assertThat(child.process().exitValue()).isEqualTo(TERMINATED);
		}
	}

	@Test
	void endsByItselfWhenTheApplicationIsClosed() throws Exception {
		try (ChildJvm child = ChildJvm.run(ChildJvm.CLASS_PATH, List.of(), ChildApplication.class, "close")) {
			child.readPort();
			assertThat(child.process().waitFor(15, TimeUnit.SECONDS)).as("ends promptly").isTrue();
			assertThat(child.process().exitValue()).isZero();
		}
	}

}
