package io.socketserver.spring.autoconfigure.actuate;

import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import io.socketserver.spring.SocketServers;
import io.socketserver.spring.testsupport.TestClient;
import io.socketserver.spring.testsupport.TestServers;

/**
 * An application that names nothing optional itself.
 */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
public class OptionalDependenciesApplication {

	/**
	 * Runs it, talks to a server, and answers which of the beans in question it has.
	 */
	public static List<String> beansOfRunning() throws IOException {
		try (ConfigurableApplicationContext context = new SpringApplicationBuilder(
				OptionalDependenciesApplication.class)
			.web(WebApplicationType.NONE)
			.run("--spring.jmx.enabled=true", "--management.endpoints.jmx.exposure.include=*",
					"--management.endpoints.jmx.domain=optional.test");
				TestClient client = new TestClient(context.getBean(TestServers.class).echo())) {
			if (!"HI".equals(client.ask("hi"))) {
				throw new IllegalStateException("The server does not serve");
			}
			return Stream
				.of("socketServersEndpoint", "socketConnectionsEndpoint", "socketServerHealthContributor",
						"socketServerMetrics")
				.filter(context::containsBean)
				.toList();
		}
	}

	@Bean
	TestServers testServers() {
		return new TestServers().start();
	}

	@Bean
	SocketServers socketServers(TestServers test) {
		return test.servers();
	}

}
