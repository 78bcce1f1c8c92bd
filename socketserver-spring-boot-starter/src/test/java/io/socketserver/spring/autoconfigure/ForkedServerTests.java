package io.socketserver.spring.autoconfigure;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;

import io.micrometer.core.instrument.MeterRegistry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.test.web.server.LocalServerPort;

import io.socketserver.spring.forkapp.ForkedApplication;
import io.socketserver.spring.testsupport.Http;
import io.socketserver.spring.testsupport.Http.Answer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An application whose handlers run in worker processes: the same application, with
 * nothing but what handlers need. One worker at a time, since each start of an
 * application takes its time.
 */
@SpringBootTest(classes = ForkedApplication.class, webEnvironment = WebEnvironment.RANDOM_PORT,
		properties = { "socketserver.port=0", "socketserver.address=127.0.0.1", "socketserver.concurrency=fork",
				"socketserver.fork.min-idle=1", "socketserver.fork.max-children=1",
				"socketserver.fork.start-timeout=100s", "only.of.this.test=seen",
				"management.endpoints.web.exposure.include=socketservers",
				"management.endpoint.socketservers.access=unrestricted" })
@ExtendWith(OutputCaptureExtension.class)
@Timeout(240)
class ForkedServerTests {

	private static final String SELF = String.valueOf(ProcessHandle.current().pid());

	@Value("${local.socketserver.port}")
	private int port;

	@LocalServerPort
	private int webPort;

	@Autowired
	private MeterRegistry meters;

	@Test
	void handlersRunInAnotherProcessWithTheirBeans() throws Exception {
		try (TestClient client = new TestClient(this.port)) {
			assertThat(client.ask("pid")).isNotEqualTo(SELF).containsOnlyDigits();
			assertThat(client.ask("needed")).isEqualTo("true");
			assertThat(client.ask("only.of.this.test")).isEqualTo("seen");
		}
	}

	@Test
	void aWorkerDoesNothingElse() throws Exception {
		Waiting.until(() -> ForkedApplication.effects().containsAll(List.of("runner", "consumer", "job", "web")),
				"what the application itself does");
		try (TestClient client = new TestClient(this.port)) {
			assertThat(client.ask("effects")).isEqualTo("[]");
			assertThat(client.ask("local.server.port")).isEqualTo("null");
			assertThat(client.ask("local.socketserver.port")).isEqualTo("null");
		}
	}

	@Test
	void itsLogIsInTheApplicationsOwn(CapturedOutput output) throws Exception {
		try (TestClient client = new TestClient(this.port)) {
			String pid = client.ask("pid");
			assertThat(client.ask("log")).isEqualTo("ok");
			Waiting.until(() -> output.getAll()
				.lines()
				.anyMatch((line) -> line.contains(" WARN ") && line.contains("[" + pid + "]")
						&& line.contains("a warning of a worker")),
					"the line");
		}
	}

	@Test
	void theEndpointShowsAndRecyclesWorkers() throws Exception {
		Http http = new Http(this.webPort);
		try (TestClient client = new TestClient(this.port)) {
			String pid = client.ask("pid");
			Answer before = http.get("socketservers/default");
			assertThat(before.at("/concurrency")).isEqualTo("fork");
			assertThat(before.body()).contains("\"pid\":" + pid, "\"state\":\"busy\"", "\"memory\":", "\"age\":");
			assertThat(http.post("socketservers/default", "{\"action\":\"recycle\",\"worker\":1}").status())
				.isEqualTo(404);
			assertThat(http.post("socketservers/default", "{\"action\":\"recycle\",\"worker\":" + pid + "}").status())
				.isEqualTo(200);
			// Idle: its connection ends as in a drain.
			assertThat(client.readLine()).isEqualTo("(end)");
			Waiting.until(() -> !body(http).contains("\"pid\":" + pid), "the end of that worker");
		}
		try (TestClient client = new TestClient(this.port)) {
			assertThat(client.ask("needed")).isEqualTo("true");
		}
		assertThat(this.meters.get("socketserver.workers.ended").tag("cause", "recycled").functionCounter().count())
			.isGreaterThanOrEqualTo(1);
		assertThat(this.meters.get("socketserver.workers.started").functionCounter().count()).isGreaterThanOrEqualTo(2);
		assertThat(this.meters.get("socketserver.workers").tag("state", "idle").gauge().value()).isNotNegative();
	}

	private static String body(Http http) {
		try {
			return http.get("socketservers/default").body();
		}
		catch (IOException | InterruptedException ex) {
			throw new AssertionError(ex);
		}
	}

	/**
	 * With a main class, and so without this test's own.
	 */
	@Test
	void workersOfAnApplicationRunItsMainClass() throws Exception {
		try (ChildJvm child = ChildJvm.run(ChildJvm.CLASS_PATH, List.of("-Dgiven.to.the.jvm=yes"),
				ForkedApplication.class, "--socketserver.port=0", "--socketserver.concurrency=fork",
				"--socketserver.fork.min-idle=1", "--socketserver.fork.max-children=1",
				"--socketserver.fork.start-timeout=100s", "--server.port=0", "--spring.main.banner-mode=off")) {
			int forked = child.readPort();
			try (TestClient client = new TestClient(forked)) {
				assertThat(client.ask("pid")).isNotEqualTo(String.valueOf(child.process().pid())).containsOnlyDigits();
				assertThat(client.ask("effects")).isEqualTo("[]");
				assertThat(client.ask("given.to.the.jvm")).isEqualTo("yes");
				List<ProcessHandle> workers = child.process().toHandle().children().toList();
				assertThat(workers).isNotEmpty();
				child.process().destroy();
				assertThat(client.readLine()).isEqualTo("(end)");
				assertThat(child.process().waitFor(30, TimeUnit.SECONDS)).isTrue();
				assertThat(workers).noneMatch(ProcessHandle::isAlive);
			}
		}
	}

}
