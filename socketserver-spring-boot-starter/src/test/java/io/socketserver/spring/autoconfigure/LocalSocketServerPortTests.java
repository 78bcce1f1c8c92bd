package io.socketserver.spring.autoconfigure;

import java.io.IOException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

import io.socketserver.TcpServer;
import io.socketserver.spring.LocalSocketServerPort;
import io.socketserver.spring.SocketServers;

import static org.assertj.core.api.Assertions.assertThat;

@Timeout(60)
@SpringBootTest(webEnvironment = SpringBootTest.WebEnvironment.NONE, properties = "socketserver.port=0")
class LocalSocketServerPortTests {

	@LocalSocketServerPort
	private int port;

	@Autowired
	private SocketServers servers;

	@Test
	void injectsTheActualPortIntoAField() throws IOException {
		assertThat(this.port).isPositive().isEqualTo(((TcpServer) this.servers.all().get(0)).port());
		assertThat(TestClient.ask(this.port, "hello")).isEqualTo("HELLO");
	}

	@Test
	void injectsTheActualPortIntoAParameter(@LocalSocketServerPort int parameter) {
		assertThat(parameter).isEqualTo(this.port);
	}

	@Test
	void injectsThePortOfAServerByItsName(@Value("${local.socketserver.default.port}") int parameter) {
		assertThat(parameter).isEqualTo(this.port);
	}

	@Test
	void parentContextsKnowThePort() {
		try (AnnotationConfigApplicationContext parent = new AnnotationConfigApplicationContext()) {
			parent.refresh();
			Runners.onLoopback().withUserConfiguration(UpperCaseHandler.class).withParent(parent).run((context) -> {
				assertThat(context).hasNotFailed();
				assertThat(parent.getEnvironment().getProperty("local.socketserver.port", Integer.class))
					.isEqualTo(Runners.port(context));
			});
		}
	}

	@Test
	void withSeveralServersThereIsNoSinglePort() {
		Runners.onLoopback()
			.withUserConfiguration(UpperCaseHandler.class)
			.withPropertyValues("socketserver.servers.one.port=0", "socketserver.servers.two.port=0")
			.run((context) -> {
				assertThat(context.getEnvironment().containsProperty("local.socketserver.port")).isFalse();
				assertThat(Runners.port(context, "one")).isNotEqualTo(Runners.port(context, "two"));
			});
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import(UpperCaseHandler.class)
	static class Application {

	}

}
