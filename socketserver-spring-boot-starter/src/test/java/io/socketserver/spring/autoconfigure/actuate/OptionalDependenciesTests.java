package io.socketserver.spring.autoconfigure.actuate;

import java.util.stream.Stream;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import io.socketserver.spring.SocketServers;
import io.socketserver.spring.testsupport.TestClient;
import io.socketserver.spring.testsupport.TestServers;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An application starts, with all its auto-configurations, whatever it has not on its
 * class path.
 */
@Timeout(60)
class OptionalDependenciesTests {

	private static final String ACTUATOR = "org.springframework.boot.actuate";

	private static final String HEALTH = "org.springframework.boot.health";

	private static final String METRICS = "org.springframework.boot.micrometer";

	private static final String MICROMETER = "io.micrometer.core";

	static Stream<Arguments> missing() {
		return Stream.of(Arguments.of(new String[] {}, true, true, true),
				Arguments.of(new String[] { HEALTH }, true, false, true),
				Arguments.of(new String[] { METRICS, MICROMETER }, true, true, false),
				Arguments.of(new String[] { ACTUATOR, HEALTH }, false, false, true),
				Arguments.of(new String[] { ACTUATOR, HEALTH, METRICS, MICROMETER }, false, false, false));
	}

	@ParameterizedTest
	@MethodSource("missing")
	void anApplicationStartsWithout(String[] packages, boolean endpoints, boolean health, boolean metrics) {
		new ApplicationContextRunner().withUserConfiguration(Application.class)
			.withClassLoader(new FilteredClassLoader(packages))
			.withPropertyValues("spring.jmx.enabled=true", "management.endpoints.jmx.exposure.include=*",
					"management.endpoints.jmx.domain=optional.test")
			.run((context) -> {
				assertThat(context).hasNotFailed();
				try (TestClient client = new TestClient(context.getBean(TestServers.class).echo())) {
					assertThat(client.ask("hi")).isEqualTo("HI");
				}
				assertThat(context.containsBean("socketServersEndpoint")).isEqualTo(endpoints);
				assertThat(context.containsBean("socketConnectionsEndpoint")).isEqualTo(endpoints);
				assertThat(context.containsBean("socketServerHealthContributor")).isEqualTo(health);
				assertThat(context.containsBean("socketServerMetrics")).isEqualTo(metrics);
			});
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

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
