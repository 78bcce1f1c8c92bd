package io.socketserver.spring.actuate;

import java.lang.management.ManagementFactory;
import java.util.List;

import javax.management.MBeanServer;
import javax.management.ObjectName;

import org.assertj.core.api.InstanceOfAssertFactories;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import io.socketserver.spring.SocketServers;
import io.socketserver.spring.testsupport.TestClient;
import io.socketserver.spring.testsupport.TestServers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

/**
 * The endpoints in an application without a web server.
 */
@Timeout(60)
class SocketServerEndpointsJmxTests {

	private static final String DOMAIN = "socketserver.test";

	private final MBeanServer beans = ManagementFactory.getPlatformMBeanServer();

	@Test
	void operatorsUseBothEndpointsOverJmx() throws Exception {
		try (ConfigurableApplicationContext context = run();
				TestClient client = new TestClient(context.getBean(TestServers.class).echo())) {
			assertThat(client.ask("hi")).isEqualTo("HI");
			assertThat(invoke("Socketservers", "servers")).asInstanceOf(InstanceOfAssertFactories.MAP)
				.extractingByKey("servers", InstanceOfAssertFactories.LIST)
				.hasSize(2);
			assertThat(invoke("Socketservers", "operate", "echo", "pause", null))
				.asInstanceOf(InstanceOfAssertFactories.MAP)
				.containsEntry("paused", true)
				.containsEntry("acceptHeldBy", List.of("paused"));
			assertThatException().isThrownBy(() -> invoke("Socketservers", "operate", "echo", "explode", null))
				.withStackTraceContaining("it is one of pause, resume, drain, stop, start, recycle");
			Object page = invoke("Socketconnections", "connections", "echo", null, null, 10);
			assertThat(page).asInstanceOf(InstanceOfAssertFactories.MAP)
				.containsEntry("total", 1)
				.extractingByKey("connections", InstanceOfAssertFactories.LIST)
				.first(InstanceOfAssertFactories.MAP)
				.containsEntry("id", "echo-1");
			assertThat(invoke("Socketconnections", "close", "echo-1")).asInstanceOf(InstanceOfAssertFactories.MAP)
				.containsEntry("closeReason", "closed-by-server");
			assertThat(client.read()).isNull();
		}
	}

	private static ConfigurableApplicationContext run() {
		return new SpringApplicationBuilder(Application.class).web(WebApplicationType.NONE)
			.run("--spring.jmx.enabled=true", "--management.endpoints.jmx.exposure.include=*",
					"--management.endpoints.jmx.domain=" + DOMAIN,
					"--management.endpoint.socketservers.access=unrestricted",
					"--management.endpoint.socketconnections.access=unrestricted");
	}

	private @Nullable Object invoke(String endpoint, String operation, @Nullable Object... arguments) throws Exception {
		ObjectName name = new ObjectName(DOMAIN + ":type=Endpoint,name=" + endpoint);
		return this.beans.invoke(name, operation, arguments, new String[arguments.length]);
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
