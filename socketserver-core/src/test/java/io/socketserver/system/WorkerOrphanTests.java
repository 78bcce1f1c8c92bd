package io.socketserver.system;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import io.socketserver.support.Client;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Worker processes of a server that is killed, or asked to end.
 */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class WorkerOrphanTests {

	private static Client connect(ChildJvm child) throws IOException {
		return Client.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), child.port()));
	}

	private static List<ProcessHandle> workers(ChildJvm child) {
		return new ArrayList<>(ProcessHandle.of(child.pid()).orElseThrow().children().toList());
	}

	@Test
	void noneOutlivesAServerThatIsKilled() throws Exception {
		try (ChildJvm child = ChildJvm.start(ForkServerMain.class.getName());
				Client idle = connect(child);
				Client busy = connect(child)) {
			assertThat(idle.ask("a")).isEqualTo("a");
			assertThat(busy.ask("b")).isEqualTo("b");
			busy.sendLine("loop");
			Await.until("idle workers, too", Duration.ofSeconds(20), () -> workers(child).size() >= 3);
			List<ProcessHandle> workers = workers(child);
			ProcessHandle.of(child.pid()).orElseThrow().destroyForcibly();
			// A second is what is promised; the rest is for a machine that is busy.
			Await.until("the end of all workers", Duration.ofSeconds(5),
					() -> workers.stream().noneMatch(ProcessHandle::isAlive));
		}
	}

	/**
	 * A service manager sends SIGTERM to all processes of a service.
	 */
	@Test
	void aSignalToAllProcessesEndsThemInOrder(@TempDir Path directory) throws Exception {
		try (ChildJvm child = ChildJvm.start(ForkServerMain.class.getName()); Client client = connect(child)) {
			assertThat(client.ask("a")).isEqualTo("a");
			Path file = Files.createFile(directory.resolve("busy"));
			assertThat(client.ask("await " + file)).isEqualTo("waiting");
			List<ProcessHandle> workers = workers(child);
			workers.forEach(ProcessHandle::destroy);
			child.terminate();
			Files.delete(file);
			assertThat(client.readLine()).isEqualTo("done");
			child.awaitExit(Duration.ofSeconds(20));
			assertThat(workers).noneMatch(ProcessHandle::isAlive);
		}
	}

	@Test
	void workersDoNotInheritAgents() throws Exception {
		try (ChildJvm child = ChildJvm.startUnder(List.of("env", "JAVA_TOOL_OPTIONS=-Dtool.options=picked"),
				ForkServerMain.class.getName()); Client client = connect(child)) {
			assertThat(client.ask("agents")).isEqualTo("null null");
			assertThat(client.ask("print")).isEqualTo("ok");
			String pid = client.ask("pid");
			Await.until("the worker's line in the log: " + child.log(), Duration.ofSeconds(20),
					() -> child.log().stream().anyMatch((line) -> line.contains("[" + pid + "] printed by a worker")));
			// In order: who is killed with all others leaves a directory behind.
			child.terminate();
			child.awaitExit(Duration.ofSeconds(20));
		}
	}

}
