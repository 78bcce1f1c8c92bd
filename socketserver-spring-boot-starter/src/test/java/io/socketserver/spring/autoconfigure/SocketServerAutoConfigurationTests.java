package io.socketserver.spring.autoconfigure;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.stream.Collectors;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.boot.autoconfigure.condition.ConditionEvaluationReport;
import org.springframework.boot.autoconfigure.condition.ConditionEvaluationReport.ConditionAndOutcome;
import org.springframework.boot.autoconfigure.condition.ConditionEvaluationReport.ConditionAndOutcomes;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Scope;
import org.springframework.core.annotation.Order;

import io.socketserver.ServerOptions;
import io.socketserver.ServerState;
import io.socketserver.TcpServer;
import io.socketserver.mixin.LimitingMixIn;
import io.socketserver.mixin.PoolingMixIn;
import io.socketserver.mixin.ThreadingMixIn;
import io.socketserver.request.Connection;
import io.socketserver.request.MixIn;
import io.socketserver.request.Request;
import io.socketserver.request.RequestCycle;
import io.socketserver.request.ServerListener;
import io.socketserver.spring.SocketServerCustomizer;
import io.socketserver.spring.SocketServers;
import io.socketserver.spring.diagnostics.DuplicateServerException;
import io.socketserver.spring.diagnostics.PortConflictException;
import io.socketserver.spring.diagnostics.SharedMixInException;

import static org.assertj.core.api.Assertions.assertThat;

@Timeout(60)
class SocketServerAutoConfigurationTests {

	private final ApplicationContextRunner runner = Runners.onLoopback();

	private final ApplicationContextRunner withHandler = this.runner.withUserConfiguration(UpperCaseHandler.class);

	private final ApplicationContextRunner twoServers = this.withHandler
		.withPropertyValues("socketserver.servers.one.port=0", "socketserver.servers.two.port=0");

	@Test
	void servesWithAHandlerAlone() {
		this.withHandler
			.run((context) -> assertThat(TestClient.ask(Runners.port(context), "hello")).isEqualTo("HELLO"));
	}

	@Test
	void withoutAHandlerNothingIsBoundAndTheReportSaysWhy() {
		Set<Thread> before = socketServerThreads();
		Runners.runner().run((context) -> {
			assertThat(context).hasNotFailed().doesNotHaveBean(SocketServers.class);
			assertThat(socketServerThreads()).isSubsetOf(before);
			ConditionEvaluationReport report = ConditionEvaluationReport
				.get(context.getSourceApplicationContext().getBeanFactory());
			Map<String, ConditionAndOutcomes> outcomes = report.getConditionAndOutcomesBySource();
			assertThat(outcomes.get(SocketServerAutoConfiguration.class.getName())).isNotNull()
				.extracting(ConditionAndOutcome::getOutcome)
				.anySatisfy((outcome) -> {
					assertThat(outcome.isMatch()).isFalse();
					assertThat(outcome.getMessage()).contains("no bean with @RequestHandler", "socketserver.servers");
				});
		});
	}

	@Test
	void canBeSwitchedOff() {
		this.withHandler.withPropertyValues("socketserver.enabled=false")
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(SocketServers.class));
	}

	@Test
	void oneServerCanBeSwitchedOff() {
		this.twoServers.withPropertyValues("socketserver.servers.two.enabled=false").run((context) -> {
			assertThat(context.getBean(SocketServers.class).all()).extracting(TcpServer.class::cast)
				.extracting(TcpServer::name)
				.containsExactly("one");
			assertThat(Runners.port(context)).isEqualTo(Runners.port(context, "one"));
		});
	}

	@Test
	void servesUnderLazyInitialization() {
		this.withHandler
			.withInitializer(
					(context) -> context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor()))
			.run((context) -> assertThat(TestClient.ask(Runners.port(context), "a")).isEqualTo("A"));
	}

	@Test
	void startsWithoutActuatorMetricsAndHealth() {
		this.withHandler
			.withClassLoader(new FilteredClassLoader("org.springframework.boot.actuate", "io.micrometer",
					"org.springframework.boot.health", "org.springframework.boot.micrometer", "org.springframework.web",
					"org.springframework.boot.web", "jakarta.servlet"))
			.run((context) -> assertThat(TestClient.ask(Runners.port(context), "a")).isEqualTo("A"));
	}

	@Test
	void addsNoExecutorToTheApplication() {
		this.withHandler.run((context) -> assertThat(context).doesNotHaveBean(Executor.class));
	}

	@Test
	void mixInBeansLieOutsideTheStrategyInTheirOrder() {
		this.withHandler.withUserConfiguration(OrderedMixIns.class).run((context) -> {
			assertThat(context.getBean(SocketServers.class).find("default").orElseThrow().mixIns())
				.extracting(Object::getClass)
				.containsExactly(LimitingMixIn.class, Outer.class, Inner.class, ThreadingMixIn.class);
			TestClient.ask(Runners.port(context), "a");
			assertThat(context.getBean(Calls.class)).first().isEqualTo("outer");
			assertThat(context.getBean(Calls.class)).containsExactly("outer", "inner");
		});
	}

	@Test
	void aStrategyBeanReplacesTheDefaultStrategy() {
		this.withHandler.withBean(PoolingMixIn.class, () -> new PoolingMixIn(2))
			.run((context) -> assertThat(context.getBean(SocketServers.class).find("default").orElseThrow().mixIns())
				.extracting(Object::getClass)
				.containsExactly(LimitingMixIn.class, PoolingMixIn.class));
	}

	@Test
	void eachServerGetsItsOwnObjectOfAPrototypeMixIn() {
		this.twoServers.withUserConfiguration(PrototypeMixIn.class).run((context) -> {
			List<MixIn> mixIns = context.getBean(SocketServers.class)
				.all()
				.stream()
				.map((server) -> server.mixIns().get(1))
				.toList();
			assertThat(mixIns).hasOnlyElementsOfType(LimitingMixIn.class).doesNotHaveDuplicates();
		});
	}

	@Test
	void aSingletonMixInOfTwoServersFails() {
		this.twoServers.withBean(LimitingMixIn.class, () -> new LimitingMixIn(3))
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOf(SharedMixInException.class)
				.hasMessageContainingAll("'one'", "'two'", LimitingMixIn.class.getName()));
	}

	@Test
	void customizersChangeOptionsMixInsAndListeners() {
		this.twoServers.withUserConfiguration(Customizers.class).run((context) -> {
			SocketServers servers = context.getBean(SocketServers.class);
			assertThat(servers.find("one").orElseThrow().options().maxConnections()).isEqualTo(8);
			assertThat(servers.find("one").orElseThrow().options().name()).isEqualTo("one");
			assertThat(servers.find("one").orElseThrow().mixIns()).hasSize(3)
				.element(1)
				.isInstanceOf(LimitingMixIn.class);
			assertThat(servers.find("two").orElseThrow().options().maxConnections()).isEqualTo(7);
			TestClient.ask(Runners.port(context, "one"), "a");
			TestClient.ask(Runners.port(context, "two"), "a");
			assertThat(context.getBean(Calls.class)).containsExactly("first one", "second one", "first two",
					"second two", "opened at one");
		});
	}

	@Test
	void listenerBeansAreToldOfEveryServer() {
		this.twoServers.withUserConfiguration(ListeningConfiguration.class).run((context) -> {
			TestClient.ask(Runners.port(context, "one"), "a");
			TestClient.ask(Runners.port(context, "two"), "a");
			assertThat(context.getBean(Calls.class)).containsExactly("opened at one", "opened at two");
		});
	}

	@Test
	void aServerBeanTakesThePlaceOfTheFlatServer() {
		this.withHandler.withUserConfiguration(ListeningConfiguration.class)
			.withBean(TcpServer.class, () -> server("mine"))
			.run((context) -> {
				SocketServers servers = context.getBean(SocketServers.class);
				assertThat(servers.all()).containsExactly(context.getBean(TcpServer.class));
				assertThat(TestClient.ask(Runners.port(context), "a")).isEqualTo("A");
				assertThat(context.getBean(Calls.class)).containsExactly("opened at mine");
			});
	}

	@Test
	void aServerBeanStandsBesideConfiguredServersAndReplacesTheOneOfItsName() {
		this.twoServers.withBean("mine", TcpServer.class, () -> server("mine"))
			.withBean("another", TcpServer.class, () -> server("two"))
			.run((context) -> {
				SocketServers servers = context.getBean(SocketServers.class);
				assertThat(servers.all()).extracting((server) -> server.name()).containsExactly("mine", "two", "one");
				assertThat(servers.find("two")).containsSame(context.getBean("another", TcpServer.class));
				assertThat(servers.all()).extracting((server) -> server.state()).containsOnly(ServerState.SERVING);
			});
	}

	@Test
	void closingTheContextClosesAServerBeanOnce() {
		TcpServer server = server("mine");
		this.runner.withBean(TcpServer.class, () -> server).run((context) -> {
			int port = Runners.port(context);
			try (TestClient client = new TestClient(port)) {
				assertThat(client.ask("a")).isEqualTo("A");
				context.getSourceApplicationContext().close();
				assertThat(client.readLine()).isEqualTo("(end)");
			}
			assertThat(server.state()).isEqualTo(ServerState.CLOSED);
		});
	}

	@Test
	void aServerBeanThatServesAlreadyIsToldOfToo() {
		this.runner.withBean(TcpServer.class, () -> {
			TcpServer server = server("mine");
			server.start();
			return server;
		}).run((context) -> assertThat(TestClient.ask(Runners.port(context), "a")).isEqualTo("A"));
	}

	@Test
	void twoServerBeansOfOneNameFail() {
		this.runner.withBean("a", TcpServer.class, () -> server("mine"))
			.withBean("b", TcpServer.class, () -> server("mine"))
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOf(DuplicateServerException.class)
				.hasMessageContainingAll("[a, b]", "'mine'"));
	}

	@Test
	void theApplicationsOwnServersTakeThePlaceOfEverything() {
		SocketServers own = new SocketServers(List.of(server("mine")));
		this.withHandler.withBean(SocketServers.class, () -> own).run((context) -> {
			assertThat(context.getBean(SocketServers.class)).isSameAs(own);
			assertThat(context).doesNotHaveBean(SocketServerStartStopLifecycle.class)
				.doesNotHaveBean(SocketServerDrainLifecycle.class);
			assertThat(own.all()).extracting((server) -> server.state()).containsExactly(ServerState.NEW);
		});
	}

	@Test
	void twoServersOnOnePortFail() {
		this.withHandler
			.withPropertyValues("socketserver.servers.one.port=7007", "socketserver.servers.two.port=7007",
					"socketserver.servers.two.address=0.0.0.0")
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOf(PortConflictException.class)
				.hasMessageContainingAll("'one'", "'two'", "7007"));
	}

	@Test
	void serversMayShareAPortIfOnlyOneStartsWithTheApplication() {
		this.withHandler
			.withPropertyValues("socketserver.auto-startup=false", "socketserver.servers.one.port=7007",
					"socketserver.servers.two.port=7007")
			.run((context) -> assertThat(context).hasNotFailed());
	}

	private static Set<Thread> socketServerThreads() {
		return Thread.getAllStackTraces()
			.keySet()
			.stream()
			.filter((thread) -> thread.getName().startsWith("socketserver-"))
			.collect(Collectors.toSet());
	}

	private static TcpServer server(String name) {
		return new TcpServer(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), UpperCaseHandler::new,
				ServerOptions.DEFAULT.withName(name), new ThreadingMixIn());
	}

	static class Calls extends ConcurrentLinkedQueue<String> {

	}

	record Outer(Queue<String> calls) implements MixIn {

		@Override
		public void processRequest(Request request, RequestCycle next) {
			this.calls.add("outer");
			next.processRequest(request);
		}

	}

	record Inner(Queue<String> calls) implements MixIn {

		@Override
		public void processRequest(Request request, RequestCycle next) {
			this.calls.add("inner");
			next.processRequest(request);
		}

	}

	record Listener(Queue<String> calls) implements ServerListener {

		@Override
		public void connectionOpened(Connection connection) {
			this.calls.add("opened at " + connection.server().name());
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OrderedMixIns {

		@Bean
		Calls calls() {
			return new Calls();
		}

		@Bean
		@Order(2)
		Inner inner(Calls calls) {
			return new Inner(calls);
		}

		@Bean
		@Order(1)
		Outer outer(Calls calls) {
			return new Outer(calls);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class PrototypeMixIn {

		@Bean
		@Scope("prototype")
		LimitingMixIn limit() {
			return new LimitingMixIn(3);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class ListeningConfiguration {

		@Bean
		Calls calls() {
			return new Calls();
		}

		@Bean
		Listener listener(Calls calls) {
			return new Listener(calls);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Customizers {

		@Bean
		Calls calls() {
			return new Calls();
		}

		@Bean
		@Order(2)
		SocketServerCustomizer second(Calls calls) {
			return (server) -> {
				calls.add("second " + server.name());
				if (server.name().equals("one")) {
					server.options((options) -> options.withMaxConnections(8).withName("ignored"));
					server.mixIns().add(0, new LimitingMixIn(4));
					server.listener(new Listener(calls));
				}
			};
		}

		@Bean
		@Order(1)
		SocketServerCustomizer first(Calls calls) {
			return (server) -> {
				calls.add("first " + server.name());
				server.options((options) -> options.withMaxConnections(7));
			};
		}

	}

}
