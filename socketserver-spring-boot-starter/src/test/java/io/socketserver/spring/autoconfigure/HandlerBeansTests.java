package io.socketserver.spring.autoconfigure;

import java.io.IOException;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

import jakarta.annotation.PreDestroy;
import org.aspectj.lang.ProceedingJoinPoint;
import org.aspectj.lang.annotation.Around;
import org.aspectj.lang.annotation.Aspect;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.config.ConfigurableBeanFactory;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Scope;
import org.springframework.context.annotation.ScopedProxyMode;

import io.socketserver.request.Request;
import io.socketserver.request.StreamRequestHandler;
import io.socketserver.spring.RequestHandler;
import io.socketserver.spring.SocketServers;
import io.socketserver.spring.diagnostics.AmbiguousHandlerException;
import io.socketserver.spring.diagnostics.MissingHandlerException;
import io.socketserver.spring.diagnostics.NotARequestHandlerException;
import io.socketserver.spring.diagnostics.SharedHandlerException;
import io.socketserver.spring.diagnostics.UnknownServerException;

import static org.assertj.core.api.Assertions.assertThat;

@Timeout(60)
class HandlerBeansTests {

	private static final String[] TWO_SERVERS = { "socketserver.servers.one.port=0", "socketserver.servers.two.port=0",
			"socketserver.address=127.0.0.1" };

	private final ApplicationContextRunner runner = Runners.onLoopback();

	private final ApplicationContextRunner twoServers = Runners.runner().withPropertyValues(TWO_SERVERS);

	@Test
	void eachConnectionGetsAnObjectOfItsOwnWithItsDependencies() {
		this.runner.withUserConfiguration(Counter.class, CountingHandler.class).run((context) -> {
			int port = Runners.port(context);
			try (TestClient first = new TestClient(port); TestClient second = new TestClient(port)) {
				assertThat(List.of(first.ask("a"), first.ask("a"))).containsExactly("own 1", "own 2");
				assertThat(second.ask("a")).isEqualTo("own 1");
			}
			assertThat(context.getBean(Counter.class).lines).hasValue(3);
		});
	}

	@Test
	void theObjectIsDestroyedWhenItsConnectionEnds() {
		this.runner.withUserConfiguration(Counter.class, CountingHandler.class).run((context) -> {
			TestClient.ask(Runners.port(context), "a");
			Counter counter = context.getBean(Counter.class);
			Waiting.until(() -> !counter.destroyed.isEmpty(), "the handler is destroyed");
			assertThat(counter.destroyed).containsExactly("CountingHandler after 1 lines");
		});
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void aProxiedHandlerIsCalledThroughItsProxyAndItsTargetIsDestroyed(boolean proxyTargetClass) {
		this.runner.withPropertyValues("spring.aop.proxy-target-class=" + proxyTargetClass)
			.withUserConfiguration(Counter.class, CountingHandler.class, HandlerAspect.class)
			.run((context) -> {
				TestClient.ask(Runners.port(context), "a");
				Counter counter = context.getBean(Counter.class);
				Waiting.until(() -> !counter.destroyed.isEmpty(), "the handler is destroyed");
				assertThat(counter.destroyed).containsExactly("CountingHandler after 1 lines");
				assertThat(context.getBean(HandlerAspect.class).calls).containsExactly("setup", "handle", "finish");
			});
	}

	@Test
	void aHandlerThatCannotBeMadeCostsItsConnectionOnly() {
		this.runner.withUserConfiguration(Counter.class, FailingOnceHandler.class).run((context) -> {
			int port = Runners.port(context);
			assertThat(TestClient.ask(port, "a")).isEqualTo("(end)");
			assertThat(TestClient.ask(port, "a")).isEqualTo("made");
		});
	}

	@Test
	void aHandlerServesTheServersItNamesAndAnotherServesTheRest() {
		this.twoServers.withUserConfiguration(UpperCaseHandler.class, HandlerOfTwo.class).run((context) -> {
			assertThat(TestClient.ask(Runners.port(context, "one"), "a")).isEqualTo("A");
			assertThat(TestClient.ask(Runners.port(context, "two"), "a")).isEqualTo("two");
		});
	}

	@Test
	void oneHandlerMayNameSeveralServers() {
		this.twoServers.withUserConfiguration(HandlerOfBoth.class).run((context) -> {
			assertThat(TestClient.ask(Runners.port(context, "one"), "a")).isEqualTo("both");
			assertThat(TestClient.ask(Runners.port(context, "two"), "a")).isEqualTo("both");
		});
	}

	@Test
	void aHandlerWithoutTheAnnotationIsNoServersHandler() {
		this.runner.withUserConfiguration(UpperCaseHandler.class)
			.withBean("plain", PlainHandler.class, PlainHandler::new)
			.run((context) -> assertThat(TestClient.ask(Runners.port(context), "a")).isEqualTo("A"));
	}

	@Test
	void anUnknownServerNameFailsAndListsThoseThereAre() {
		this.twoServers.withUserConfiguration(UpperCaseHandler.class, HandlerOfThree.class)
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOf(UnknownServerException.class)
				.hasMessageContaining("'three'")
				.hasMessageContaining("HandlerOfThree")
				.hasMessageContaining("[one, two]"));
	}

	@Test
	void aHandlerOfADisabledServerIsNoMistake() {
		this.twoServers.withUserConfiguration(UpperCaseHandler.class, HandlerOfTwo.class)
			.withPropertyValues("socketserver.servers.two.enabled=false")
			.run((context) -> {
				assertThat(context).hasNotFailed();
				assertThat(context.getBean(SocketServers.class).find("two")).isEmpty();
			});
	}

	@Test
	void twoHandlersForOneServerFailAndBothAreNamed() {
		this.runner.withUserConfiguration(UpperCaseHandler.class, Counter.class, CountingHandler.class)
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOf(AmbiguousHandlerException.class)
				.hasMessageContaining("'default'")
				.hasMessageContaining("upperCaseHandler")
				.hasMessageContaining("CountingHandler"));
	}

	@Test
	void twoHandlersThatNameOneServerFail() {
		this.twoServers.withUserConfiguration(HandlerOfTwo.class, HandlerOfBoth.class)
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOf(AmbiguousHandlerException.class)
				.hasMessageContaining("'two'"));
	}

	@Test
	void aConfiguredServerWithoutAHandlerFails() {
		this.twoServers.withUserConfiguration(HandlerOfTwo.class)
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOf(MissingHandlerException.class)
				.hasMessageContaining("'one'")
				.hasMessageContaining("socketserver.servers.one"));
	}

	@Test
	void aConfiguredFlatServerWithoutAHandlerFails() {
		this.runner.run((context) -> assertThat(context).getFailure()
			.rootCause()
			.isInstanceOf(MissingHandlerException.class)
			.hasMessageContaining("'default'"));
	}

	@Test
	void aSingletonFromABeanMethodFails() {
		this.runner.withUserConfiguration(SingletonBeanMethod.class)
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOf(SharedHandlerException.class)
				.hasMessageContaining("'handler'")
				.hasMessageContaining("'singleton'"));
	}

	@Test
	void aClassWithTheScopeSingletonFails() {
		this.runner.withUserConfiguration(SingletonHandler.class)
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOf(SharedHandlerException.class)
				.hasMessageContaining("'singleton'"));
	}

	@Test
	void aScopedProxyFailsSinceEachOfItsCallsWouldMeetAnotherObject() {
		this.runner.withUserConfiguration(ScopedProxyHandler.class)
			.run((context) -> assertThat(context).getFailure().rootCause().isInstanceOf(SharedHandlerException.class));
	}

	@Test
	void aPrototypeFromABeanMethodServes() {
		this.runner.withUserConfiguration(PrototypeBeanMethod.class)
			.run((context) -> assertThat(TestClient.ask(Runners.port(context), "a")).isEqualTo("A"));
	}

	@Test
	void anAnnotatedClassThatIsNoHandlerFails() {
		this.runner.withUserConfiguration(NoHandler.class)
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOf(NotARequestHandlerException.class)
				.hasMessageContaining(NoHandler.class.getName()));
	}

	static class Counter {

		final AtomicInteger lines = new AtomicInteger();

		final AtomicInteger made = new AtomicInteger();

		final Queue<String> destroyed = new ConcurrentLinkedQueue<>();

	}

	@RequestHandler
	static class CountingHandler extends StreamRequestHandler {

		private final Counter counter;

		private int own;

		CountingHandler(Counter counter) {
			this.counter = counter;
		}

		@Override
		public void handle() throws IOException {
			while (rfile().readLine() != null) {
				this.own++;
				this.counter.lines.incrementAndGet();
				wfile().println("own " + this.own);
			}
		}

		// Private, so that a proxy would not pass it on.
		@PreDestroy
		private void destroy() {
			this.counter.destroyed.add(getClass().getSimpleName() + " after " + this.own + " lines");
		}

	}

	@Aspect
	static class HandlerAspect {

		final Queue<String> calls = new ConcurrentLinkedQueue<>();

		@Around("execution(* io.socketserver.request.RequestHandler.*(..))")
		Object around(ProceedingJoinPoint call) throws Throwable {
			this.calls.add(call.getSignature().getName());
			return call.proceed();
		}

	}

	@RequestHandler
	static class FailingOnceHandler extends StreamRequestHandler {

		FailingOnceHandler(Counter counter) {
			if (counter.made.incrementAndGet() == 1) {
				throw new IllegalStateException("No first handler");
			}
		}

		@Override
		public void handle() throws IOException {
			rfile().readLine();
			wfile().println("made");
		}

	}

	@RequestHandler("two")
	static class HandlerOfTwo extends AnsweringHandler {

		HandlerOfTwo() {
			super("two");
		}

	}

	@RequestHandler("three")
	static class HandlerOfThree extends AnsweringHandler {

		HandlerOfThree() {
			super("three");
		}

	}

	@RequestHandler({ "one", "two" })
	static class HandlerOfBoth extends AnsweringHandler {

		HandlerOfBoth() {
			super("both");
		}

	}

	abstract static class AnsweringHandler extends StreamRequestHandler {

		private final String answer;

		AnsweringHandler(String answer) {
			this.answer = answer;
		}

		@Override
		public void handle() throws IOException {
			rfile().readLine();
			wfile().println(this.answer);
		}

	}

	static class PlainHandler implements io.socketserver.request.RequestHandler {

		@Override
		public void setup(Request request) {
		}

		@Override
		public void handle() {
		}

		@Override
		public void finish() {
		}

	}

	@RequestHandler
	@Scope(ConfigurableBeanFactory.SCOPE_SINGLETON)
	static class SingletonHandler extends AnsweringHandler {

		SingletonHandler() {
			super("singleton");
		}

	}

	@RequestHandler
	@Scope(scopeName = ConfigurableBeanFactory.SCOPE_PROTOTYPE, proxyMode = ScopedProxyMode.TARGET_CLASS)
	static class ScopedProxyHandler extends AnsweringHandler {

		ScopedProxyHandler() {
			super("proxy");
		}

	}

	@RequestHandler
	static class NoHandler {

	}

	@Configuration(proxyBeanMethods = false)
	static class SingletonBeanMethod {

		@Bean
		UpperCaseHandler handler() {
			return new UpperCaseHandler();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class PrototypeBeanMethod {

		@Bean
		@Scope(ConfigurableBeanFactory.SCOPE_PROTOTYPE)
		UpperCaseHandler handler() {
			return new UpperCaseHandler();
		}

	}

}
