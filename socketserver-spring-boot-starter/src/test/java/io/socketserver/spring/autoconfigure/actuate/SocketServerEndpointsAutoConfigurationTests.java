package io.socketserver.spring.autoconfigure.actuate;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import io.socketserver.spring.SocketServers;
import io.socketserver.spring.actuate.SocketConnectionsEndpoint;
import io.socketserver.spring.actuate.SocketConnectionsEndpointWebExtension;
import io.socketserver.spring.actuate.SocketServersEndpoint;
import io.socketserver.spring.actuate.SocketServersEndpointWebExtension;
import io.socketserver.spring.testsupport.TestServers;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * When there are endpoints.
 */
@Timeout(60)
class SocketServerEndpointsAutoConfigurationTests {

	private static final String ALL_OVER_HTTP = "management.endpoints.web.exposure.include=*";

	private final ApplicationContextRunner runner = new ApplicationContextRunner().withConfiguration(AutoConfigurations
		.of(SocketServersEndpointAutoConfiguration.class, SocketConnectionsEndpointAutoConfiguration.class));

	@Test
	void areThereWhereTheyAreExposed() {
		this.runner.withUserConfiguration(Servers.class)
			.withPropertyValues(ALL_OVER_HTTP)
			.run((context) -> assertThat(context).hasSingleBean(SocketServersEndpoint.class)
				.hasSingleBean(SocketServersEndpointWebExtension.class)
				.hasSingleBean(SocketConnectionsEndpoint.class)
				.hasSingleBean(SocketConnectionsEndpointWebExtension.class));
	}

	@Test
	void areNotThereWhereTheyAreNot() {
		this.runner.withUserConfiguration(Servers.class)
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean(SocketServersEndpoint.class)
				.doesNotHaveBean(SocketConnectionsEndpoint.class));
	}

	@Test
	void areNotThereWithoutAccess() {
		this.runner.withUserConfiguration(Servers.class)
			.withPropertyValues(ALL_OVER_HTTP, "management.endpoint.socketservers.access=NONE",
					"management.endpoint.socketconnections.access=NONE")
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean(SocketServersEndpoint.class)
				.doesNotHaveBean(SocketConnectionsEndpoint.class));
	}

	@Test
	void haveNoWebExtensionIfExposedOverJmxOnly() {
		this.runner.withUserConfiguration(Servers.class)
			.withPropertyValues("spring.jmx.enabled=true", "management.endpoints.jmx.exposure.include=*")
			.run((context) -> assertThat(context).hasSingleBean(SocketServersEndpoint.class)
				.doesNotHaveBean(SocketServersEndpointWebExtension.class)
				.hasSingleBean(SocketConnectionsEndpoint.class)
				.doesNotHaveBean(SocketConnectionsEndpointWebExtension.class));
	}

	@Test
	void areNotThereWithoutServers() {
		this.runner.withPropertyValues(ALL_OVER_HTTP)
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean(SocketServersEndpoint.class)
				.doesNotHaveBean(SocketConnectionsEndpoint.class));
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
