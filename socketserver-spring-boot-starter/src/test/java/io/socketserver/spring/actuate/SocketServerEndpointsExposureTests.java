package io.socketserver.spring.actuate;

import java.util.Objects;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import io.socketserver.spring.SocketServers;
import io.socketserver.spring.testsupport.Http;
import io.socketserver.spring.testsupport.Http.Answer;
import io.socketserver.spring.testsupport.TestClient;
import io.socketserver.spring.testsupport.TestServers;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Who may do what by default.
 */
@Timeout(60)
class SocketServerEndpointsExposureTests {

	private @Nullable ConfigurableApplicationContext context;

	@AfterEach
	void close() {
		if (this.context != null) {
			this.context.close();
		}
	}

	@Test
	void neitherEndpointIsExposedOverHttpByDefault() throws Exception {
		Http http = run();
		assertThat(http.get("socketservers").status()).isEqualTo(404);
		assertThat(http.get("socketconnections").status()).isEqualTo(404);
		assertThat(http.get("health").status()).isEqualTo(200);
		assertThat(context().getBeansOfType(SocketServersEndpoint.class)).isEmpty();
		assertThat(context().getBeansOfType(SocketConnectionsEndpoint.class)).isEmpty();
	}

	@Test
	void anExposedEndpointIsReadOnlyByDefault() throws Exception {
		Http http = run("--management.endpoints.web.exposure.include=*");
		assertThat(http.get("socketservers").status()).isEqualTo(200);
		assertThat(http.get("socketservers/echo").status()).isEqualTo(200);
		assertThat(http.get("socketconnections").status()).isEqualTo(200);
		assertThat(http.post("socketservers/echo", "{\"action\":\"pause\"}").status()).isIn(404, 405);
		assertThat(http.delete("socketservers/echo").status()).isIn(404, 405);
		try (TestClient client = new TestClient(context().getBean(TestServers.class).echo())) {
			assertThat(client.ask("hi")).isEqualTo("HI");
			assertThat(http.delete("socketconnections/echo-1").status()).isIn(404, 405);
			assertThat(client.ask("hi")).isEqualTo("HI");
		}
	}

	@Test
	void healthAndMetricsShowTheServersToo() throws Exception {
		Http http = run("--management.endpoints.web.exposure.include=health,metrics",
				"--management.endpoint.health.show-details=always");
		Answer up = http.get("health/socketServer");
		assertThat(up.status()).isEqualTo(200);
		assertThat(up.at("/components/echo/status")).isEqualTo("UP");
		assertThat(up.at("/components/echo/details/address")).startsWith("127.0.0.1:");
		context().getBean(TestServers.class).echo().pause();
		Answer paused = http.get("health/socketServer/echo");
		assertThat(paused.status()).isEqualTo(503);
		assertThat(paused.at("/status")).isEqualTo("OUT_OF_SERVICE");
		assertThat(http.get("health/socketServer/pooled").status()).isEqualTo(200);
		Answer meter = http.get("metrics/socketserver.connections.max?tag=server:echo");
		assertThat(meter.json().at("/measurements/0/value").asInt()).isEqualTo(100);
	}

	@Test
	void addressesOfPeersCanBeHidden() throws Exception {
		Http http = run("--management.endpoints.web.exposure.include=socketconnections",
				"--management.endpoint.socketconnections.show-addresses=when-authorized");
		try (TestClient client = new TestClient(context().getBean(TestServers.class).echo())) {
			assertThat(client.ask("hi")).isEqualTo("HI");
			context().getBean(TestServers.class)
				.echo()
				.connections()
				.all()
				.forEach((connection) -> connection.identity("alice"));
			Answer answer = http.get("socketconnections");
			assertThat(answer.at("/connections/0/clientAddress")).isEqualTo("******");
			assertThat(answer.at("/connections/0/identity")).isEqualTo("******");
			assertThat(answer.body()).doesNotContain(":" + client.port());
			assertThat(http.get("socketconnections/echo-1").body()).doesNotContain(":" + client.port());
			// A filter would tell who is there.
			assertThat(http.get("socketconnections?address=127.0.0.1").status()).isEqualTo(400);
		}
	}

	private Http run(String... arguments) {
		String[] all = new String[arguments.length + 1];
		all[0] = "--server.port=0";
		System.arraycopy(arguments, 0, all, 1, arguments.length);
		ConfigurableApplicationContext started = SpringApplication.run(Application.class, all);
		this.context = started;
		return new Http(started.getEnvironment().getRequiredProperty("local.server.port", Integer.class));
	}

	private ConfigurableApplicationContext context() {
		return Objects.requireNonNull(this.context);
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
