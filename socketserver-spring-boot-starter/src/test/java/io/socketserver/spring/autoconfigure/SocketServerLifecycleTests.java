package io.socketserver.spring.autoconfigure;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URL;
import java.net.URLClassLoader;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.task.TaskExecutionAutoConfiguration;
import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.event.EventListener;
import org.springframework.core.task.AsyncTaskExecutor;

import io.socketserver.BaseServer;
import io.socketserver.BindFailedException;
import io.socketserver.ServerState;
import io.socketserver.request.ConnectionState;
import io.socketserver.request.DrainReport;
import io.socketserver.request.StreamRequestHandler;
import io.socketserver.spring.RequestHandler;
import io.socketserver.spring.SocketServerStartedEvent;
import io.socketserver.spring.SocketServerStoppedEvent;
import io.socketserver.spring.SocketServers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

@Timeout(90)
@ExtendWith(OutputCaptureExtension.class)
class SocketServerLifecycleTests {

	private final ApplicationContextRunner runner = Runners.onLoopback()
		.withUserConfiguration(UpperCaseHandler.class, Events.class);

	private final ApplicationContextRunner twoServers = this.runner
		.withPropertyValues("socketserver.servers.one.port=0", "socketserver.servers.two.port=0");

	private final ApplicationContextRunner slow = Runners.onLoopback()
		.withConfiguration(AutoConfigurations.of(TaskExecutionAutoConfiguration.class))
		.withUserConfiguration(SlowHandler.class, Gates.class, Events.class);

	@Test
	void drainsBesideWebServersAndStopsInTheirPhase() {
		this.runner.run((context) -> {
			SmartLifecycle drain = context.getBean("socketServerDrainLifecycle", SmartLifecycle.class);
			SmartLifecycle startStop = context.getBean("socketServerStartStopLifecycle", SmartLifecycle.class);
			assertThat(drain.getPhase()).isEqualTo(Integer.MAX_VALUE - 1024);
			assertThat(startStop.getPhase()).isEqualTo(Integer.MAX_VALUE - 2048);
			assertThat(List.of(drain, startStop)).noneMatch(SmartLifecycle::isPauseable);
		});
	}

	@Test
	void tellsOfEachStartAndStopOnceInTheThreadThatDoesIt() {
		this.twoServers.run((context) -> {
			Events events = context.getBean(Events.class);
			String main = Thread.currentThread().getName();
			assertThat(events).containsExactly("started one in " + main, "started two in " + main);
			events.clear();
			context.getSourceApplicationContext().close();
			assertThat(events).first().isEqualTo("REFUSING_TRAFFIC");
			assertThat(events.stream().map((event) -> event.replaceAll(" in .*", "")))
				.containsExactlyInAnyOrder("REFUSING_TRAFFIC", "stopped one", "stopped two");
		});
	}

	@Test
	void logsWhereAndHowAServerServesAndHowItEnded(CapturedOutput output) {
		this.runner.withPropertyValues("socketserver.name=echo").run((context) -> {
			int port = Runners.port(context);
			assertThat(output)
				.contains("Socket server 'echo' started on 127.0.0.1:" + port + " (tcp, platform threads)");
			try (TestClient idle = new TestClient(port)) {
				idle.ask("a");
				// The answer is here before the handler waits for the next line.
				Waiting.until(() -> isIdle(context), "the connection is idle");
				context.getSourceApplicationContext().close();
			}
			assertThat(output).contains("Draining socket server 'echo': it has 1 connections");
			assertThat(output).contains("Socket server 'echo' stopped: 0 finished, 1 closed idle, 0 cut off");
		});
	}

	@Test
	void requestsUnderWayAreFinishedWhenTheApplicationEnds() {
		this.slow.run((context) -> {
			Gates gates = context.getBean(Gates.class);
			try (TestClient client = new TestClient(Runners.port(context))) {
				client.send("a");
				Waiting.until(gates.entered);
				CompletableFuture<Void> closed = close(context);
				Waiting.until(() -> server(context, "default").isDraining(), "the drain begins");
				gates.release.countDown();
				assertThat(client.readLine()).isEqualTo("slow a");
				assertThat(client.readLine()).isEqualTo("(end)");
				closed.get(30, TimeUnit.SECONDS);
			}
			assertThat(gates.taskRan).as("handlers can use the application's executor during a drain").isTrue();
		});
	}

	@Test
	void aDrainEndsWithinItsPhaseAndReportsWhatItCut(CapturedOutput output) {
		this.slow.withPropertyValues("spring.lifecycle.timeout-per-shutdown-phase=2s").run((context) -> {
			Gates gates = context.getBean(Gates.class);
			try (TestClient client = new TestClient(Runners.port(context))) {
				client.send("a");
				Waiting.until(gates.entered);
				CompletableFuture<Void> closed = close(context);
				Waiting.until(() -> output.toString().contains("1 cut off"), "the cut");
				gates.release.countDown();
				closed.get(30, TimeUnit.SECONDS);
			}
			assertThat(output).contains("requests under way have 1000 ms").doesNotContain("still running");
			assertThat(output).contains("stopped: 0 finished, 0 closed idle, 1 cut off, in ");
		});
	}

	@Test
	void aDrainTimeoutOfItsOwnCountsIfItIsShorterThanThePhase(CapturedOutput output) {
		this.slow.withPropertyValues("socketserver.drain-timeout=100ms").run((context) -> {
			Gates gates = context.getBean(Gates.class);
			try (TestClient client = new TestClient(Runners.port(context))) {
				client.send("a");
				Waiting.until(gates.entered);
				CompletableFuture<Void> closed = close(context);
				Waiting.until(() -> output.toString().contains("1 cut off"), "the cut");
				gates.release.countDown();
				closed.get(30, TimeUnit.SECONDS);
			}
			assertThat(output).contains("requests under way have 100 ms");
		});
	}

	@Test
	void aDrainTimeoutThatItsPhaseDoesNotAllowIsWarnedOf(CapturedOutput output) {
		this.runner.withPropertyValues("socketserver.drain-timeout=1m")
			.run((context) -> assertThat(output)
				.contains("socketserver.drain-timeout is 60000ms, but its shutdown phase leaves a drain no more than")
				.contains("29000ms: raise spring.lifecycle.timeout-per-shutdown-phase"));
	}

	@Test
	void threadsOfAServerHaveTheApplicationsClassLoaderWhoeverStartsIt() {
		this.runner.withPropertyValues("socketserver.auto-startup=false").run((context) -> {
			SocketServers servers = context.getBean(SocketServers.class);
			ClassLoader application = Thread.currentThread().getContextClassLoader();
			try (URLClassLoader another = new URLClassLoader(new URL[0], application)) {
				Thread.currentThread().setContextClassLoader(another);
				servers.start("default");
				assertThat(Thread.currentThread().getContextClassLoader()).isSameAs(another);
			}
			finally {
				Thread.currentThread().setContextClassLoader(application);
			}
			assertThat(Thread.getAllStackTraces().keySet())
				.filteredOn((thread) -> thread.getName().equals("socketserver-default-loop"))
				.isNotEmpty()
				.extracting(Thread::getContextClassLoader)
				.containsOnly(application);
		});
	}

	@Test
	void anImmediateShutdownCutsRequests(CapturedOutput output) {
		this.slow.withPropertyValues("socketserver.shutdown=immediate").run((context) -> {
			Gates gates = context.getBean(Gates.class);
			try (TestClient client = new TestClient(Runners.port(context))) {
				client.send("a");
				Waiting.until(gates.entered);
				CompletableFuture<Void> closed = close(context);
				Waiting.until(() -> output.toString().contains("1 cut off"), "the cut");
				gates.release.countDown();
				closed.get(30, TimeUnit.SECONDS);
			}
			assertThat(output).doesNotContain("Draining socket server");
		});
	}

	@Test
	void servesAgainAfterTheContextWasStoppedAndStarted() {
		this.twoServers.run((context) -> {
			Events events = context.getBean(Events.class);
			ConfigurableApplicationContext source = context.getSourceApplicationContext();
			for (int i = 0; i < 2; i++) {
				source.stop();
				assertThat(context.getBean(SocketServers.class).all()).extracting(BaseServer::state)
					.containsOnly(ServerState.CLOSED);
				events.clear();
				source.start();
				assertThat(TestClient.ask(Runners.port(context, "one"), "a")).isEqualTo("A");
				assertThat(TestClient.ask(Runners.port(context, "two"), "a")).isEqualTo("A");
				assertThat(events).hasSize(3).last().isEqualTo("ACCEPTING_TRAFFIC");
			}
		});
	}

	@Test
	void aPausedTestContextKeepsItsPort() {
		this.runner.run((context) -> {
			int port = Runners.port(context);
			context.getSourceApplicationContext().pause();
			context.getSourceApplicationContext().restart();
			assertThat(TestClient.ask(port, "a")).isEqualTo("A");
		});
	}

	@Test
	void aServerThatCannotListenClosesTheOthers() throws IOException {
		try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			this.runner
				.withPropertyValues("socketserver.servers.one.port=0",
						"socketserver.servers.two.port=" + taken.getLocalPort())
				.run((context) -> {
					assertThat(context).getFailure().rootCause().isInstanceOf(BindException.class);
					assertThat(context).getFailure().hasCauseInstanceOf(BindFailedException.class);
					// An earlier test's may be about to end.
					Waiting.until(
							() -> Thread.getAllStackTraces()
								.keySet()
								.stream()
								.map(Thread::getName)
								.noneMatch(List.of("socketserver-one-loop", "socketserver-two-loop")::contains),
							"no loop is left");
				});
		}
	}

	@Test
	void aServerWithoutAutoStartupIsBoundWhenItIsStartedByName() {
		this.twoServers.withPropertyValues("socketserver.servers.two.auto-startup=false").run((context) -> {
			SocketServers servers = context.getBean(SocketServers.class);
			assertThat(servers.find("two").orElseThrow().state()).isEqualTo(ServerState.NEW);
			servers.start("two");
			assertThat(TestClient.ask(Runners.port(context, "two"), "a")).isEqualTo("A");
			assertThat(context.getBean(Events.class)).hasSize(2);
		});
	}

	@Test
	void oneServerIsStoppedAndStartedWhileTheOtherServes() throws Exception {
		this.twoServers.run((context) -> {
			SocketServers servers = context.getBean(SocketServers.class);
			Events events = context.getBean(Events.class);
			events.clear();
			DrainReport report = servers.stop("one", Duration.ofSeconds(5)).get(30, TimeUnit.SECONDS);
			assertThat(report.cutOff()).isZero();
			assertThat(TestClient.ask(Runners.port(context, "two"), "a")).isEqualTo("A");
			servers.stop("one", Duration.ZERO).get(30, TimeUnit.SECONDS);
			servers.start("one");
			servers.start("one");
			assertThat(TestClient.ask(Runners.port(context, "one"), "a")).isEqualTo("A");
			assertThat(events.stream().map((event) -> event.replaceAll(" in .*", ""))).containsExactly("stopped one",
					"started one");
		});
	}

	@Test
	void aListenerMayStartAServerThatHasStopped() {
		this.runner.run((context) -> {
			SocketServers servers = context.getBean(SocketServers.class);
			context.getBean(Events.class).onStop = () -> servers.start("default");
			servers.stop("default", Duration.ofSeconds(5)).get(30, TimeUnit.SECONDS);
			assertThat(TestClient.ask(Runners.port(context), "a")).isEqualTo("A");
			context.getBean(Events.class).onStop = () -> {
			};
		});
	}

	@Test
	void anUnknownNameIsRefusedWithThoseThereAre() {
		this.twoServers.run((context) -> assertThatIllegalArgumentException()
			.isThrownBy(() -> context.getBean(SocketServers.class).start("three"))
			.withMessageContaining("'three'")
			.withMessageContaining("[one, two]"));
	}

	@Test
	void aStartThatFailsLeavesNothingOpenAndCanBeRepeated() {
		this.twoServers.withPropertyValues("socketserver.auto-startup=false").run((context) -> {
			SocketServers servers = context.getBean(SocketServers.class);
			assertThatExceptionOfType(IllegalArgumentException.class)
				.isThrownBy(() -> servers.start(List.of("one", "three")));
			assertThat(servers.all()).extracting(BaseServer::state).containsOnly(ServerState.NEW);
			servers.start(List.of("one", "two"));
			assertThat(servers.all()).extracting(BaseServer::state).containsOnly(ServerState.SERVING);
		});
	}

	@Test
	void drainTakesTheTimeOfItsPhaseLessAMargin() {
		SocketServerProperties none = new SocketServerProperties();
		assertThat(new LifecyclePlan(none, Duration.ofSeconds(30)).longestDrain()).isEqualTo(Duration.ofSeconds(29));
		assertThat(new LifecyclePlan(none, Duration.ofSeconds(1)).longestDrain()).isEqualTo(Duration.ofMillis(500));
		assertThat(new LifecyclePlan(none, Duration.ZERO).longestDrain()).isZero();
	}

	private static boolean isIdle(ApplicationContext context) {
		return server(context, "echo").connections()
			.all()
			.stream()
			.allMatch((each) -> each.state() == ConnectionState.IDLE);
	}

	private static BaseServer server(ApplicationContext context, String name) {
		return context.getBean(SocketServers.class).find(name).orElseThrow();
	}

	private static CompletableFuture<Void> close(AssertableApplicationContext context) {
		return CompletableFuture.runAsync(() -> context.getSourceApplicationContext().close(),
				(task) -> new Thread(task, "closer").start());
	}

	static class Events extends ConcurrentLinkedQueue<String> {

		volatile Runnable onStop = () -> {
		};

		@EventListener
		void started(SocketServerStartedEvent event) {
			add("started " + event.server().name() + " in " + Thread.currentThread().getName());
		}

		@EventListener
		void stopped(SocketServerStoppedEvent event) {
			add("stopped " + event.server().name() + " in " + Thread.currentThread().getName());
			this.onStop.run();
		}

		@EventListener
		void readiness(AvailabilityChangeEvent<ReadinessState> event) {
			add(event.getState().toString());
		}

	}

	static class Gates {

		final CountDownLatch entered = new CountDownLatch(1);

		final CountDownLatch release = new CountDownLatch(1);

		volatile boolean taskRan;

	}

	@RequestHandler
	static class SlowHandler extends StreamRequestHandler {

		private final Gates gates;

		private final AsyncTaskExecutor executor;

		SlowHandler(Gates gates, AsyncTaskExecutor executor) {
			this.gates = gates;
			this.executor = executor;
		}

		@Override
		public void handle() throws Exception {
			for (String line; (line = rfile().readLine()) != null;) {
				this.gates.entered.countDown();
				Waiting.until(this.gates.release);
				this.executor.submit(() -> this.gates.taskRan = true).get(30, TimeUnit.SECONDS);
				wfile().println("slow " + line);
			}
		}

	}

}
