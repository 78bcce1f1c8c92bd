package io.socketserver.spring.autoconfigure;

import java.net.InetSocketAddress;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import io.socketserver.TcpServer;
import io.socketserver.spring.SocketServers;

import static org.assertj.core.api.Assertions.assertThat;

@Timeout(60)
class SocketServerAutoConfigurationTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(
				AutoConfigurations.of(SocketServerAutoConfiguration.class, SocketServerPortInfoAutoConfiguration.class))
		.withPropertyValues("socketserver.port=0", "socketserver.address=127.0.0.1");

	@Test
	void servesWithAHandlerAlone() {
		this.runner.withUserConfiguration(UpperCaseHandler.class).run((context) -> {
			int port = context.getEnvironment().getRequiredProperty("local.socketserver.port", Integer.class);
			assertThat(TestClient.ask(port, "hello")).isEqualTo("HELLO");
		});
	}

	@Test
	void thePortIs9999ByDefault() {
		new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(SocketServerAutoConfiguration.class))
			.withPropertyValues("socketserver.auto-startup=false")
			.withUserConfiguration(UpperCaseHandler.class)
			.run((context) -> {
				TcpServer server = (TcpServer) context.getBean(SocketServers.class).find("default").orElseThrow();
				assertThat(server.serverAddress()).isEqualTo(new InetSocketAddress(9999));
			});
	}

}
