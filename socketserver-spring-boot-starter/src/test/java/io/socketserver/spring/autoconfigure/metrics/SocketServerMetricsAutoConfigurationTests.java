package io.socketserver.spring.autoconfigure.metrics;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import io.socketserver.spring.SocketServerStartedEvent;
import io.socketserver.spring.SocketServerStoppedEvent;
import io.socketserver.spring.SocketServers;
import io.socketserver.spring.metrics.SocketServerMetrics;
import io.socketserver.spring.testsupport.TestServers;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * When there are meters.
 */
@Timeout(60)
class SocketServerMetricsAutoConfigurationTests {

	private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(SocketServerMetricsAutoConfiguration.class))
		.withUserConfiguration(Servers.class);

	@Test
	void needsNoActuator() {
		this.runner.withBean(MeterRegistry.class, () -> this.registry)
			.withClassLoader(new FilteredClassLoader("org.springframework.boot.actuate",
					"org.springframework.boot.health", "org.springframework.boot.micrometer"))
			.run((context) -> {
				assertThat(context).hasNotFailed().hasSingleBean(SocketServerMetrics.class);
				assertThat(this.registry.find("socketserver.connections.active").gauges()).hasSize(2);
			});
		assertThat(this.registry.getMeters()).as("after the context is closed").isEmpty();
	}

	@Test
	void listensToTheEvents() {
		this.runner.withBean(MeterRegistry.class, () -> this.registry).run((context) -> {
			TestServers test = context.getBean(TestServers.class);
			context.publishEvent(new SocketServerStoppedEvent(test.echo()));
			assertThat(this.registry.find("socketserver.connections.active").gauges()).hasSize(1);
			context.publishEvent(new SocketServerStartedEvent(test.echo()));
			assertThat(this.registry.find("socketserver.connections.active").gauges()).hasSize(2);
		});
	}

	@Test
	void listensThoughBeansAreLazy() {
		this.runner.withBean(MeterRegistry.class, () -> this.registry)
			.withInitializer(
					(context) -> context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor()))
			.run((context) -> {
				context.publishEvent(new SocketServerStartedEvent(context.getBean(TestServers.class).echo()));
				assertThat(this.registry.find("socketserver.connections.active").tag("server", "echo").gauges())
					.hasSize(1);
			});
	}

	@Test
	void isNotThereWithoutARegistry() {
		this.runner.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(SocketServerMetrics.class));
	}

	@Test
	void isNotThereWithoutMicrometer() {
		this.runner.withClassLoader(new FilteredClassLoader("io.micrometer"))
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean(SocketServerMetricsAutoConfiguration.class));
	}

	@Test
	void isNotThereWithoutServers() {
		new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(SocketServerMetricsAutoConfiguration.class))
			.withBean(MeterRegistry.class, () -> this.registry)
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(SocketServerMetrics.class));
	}

	@Configuration(proxyBeanMethods = false)
	static class Servers {

		@Bean
		TestServers testServers() {
			return new TestServers().start();
		}

		@Bean
		SocketServers socketServers(TestServers test) {
			return test.servers();
		}

	}

}
