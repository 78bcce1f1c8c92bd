package io.socketserver.spring.autoconfigure;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

import io.socketserver.spring.RequestHandler;
import io.socketserver.spring.SocketServers;
import io.socketserver.spring.userapp.ShoutApplication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

/**
 * Whole applications, and what they print when they cannot start.
 */
@Timeout(90)
@ExtendWith(OutputCaptureExtension.class)
class SocketServerApplicationTests {

	@Test
	void anApplicationWithAHandlerAndNoConfigurationServes() throws IOException {
		try (ConfigurableApplicationContext context = run(WebApplicationType.NONE, "--socketserver.port=0")) {
			assertThat(TestClient.ask(Runners.port(context), "hello")).isEqualTo("HELLO");
		}
	}

	@Test
	void whatAUserWritesIsAnApplicationAndAHandler() throws IOException {
		try (ConfigurableApplicationContext context = new SpringApplicationBuilder(ShoutApplication.class)
			.web(WebApplicationType.NONE)
			.run("--socketserver.port=0")) {
			assertThat(TestClient.ask(Runners.port(context), "hello")).isEqualTo("hello!");
		}
	}

	@Test
	void servesBesideAWebServer() throws IOException {
		try (ConfigurableApplicationContext context = run(WebApplicationType.SERVLET, "--socketserver.port=0",
				"--server.port=0")) {
			assertThat(context.getEnvironment().getProperty("local.server.port")).isNotNull();
			assertThat(TestClient.ask(Runners.port(context), "hello")).isEqualTo("HELLO");
		}
	}

	@Test
	void servesUnderLazyInitialization() throws IOException {
		try (ConfigurableApplicationContext context = run(WebApplicationType.NONE, "--socketserver.port=0",
				"--spring.main.lazy-initialization=true")) {
			assertThat(TestClient.ask(Runners.port(context), "hello")).isEqualTo("HELLO");
		}
	}

	@Test
	void aRestartNeitherLeaksThePortNorThreads() throws IOException {
		int port;
		try (ConfigurableApplicationContext context = run(WebApplicationType.NONE, "--socketserver.port=0",
				"--socketserver.name=again")) {
			port = Runners.port(context);
			assertThat(TestClient.ask(port, "hello")).isEqualTo("HELLO");
		}
		for (int i = 0; i < 2; i++) {
			try (ConfigurableApplicationContext context = run(WebApplicationType.NONE, "--socketserver.port=" + port,
					"--socketserver.name=again")) {
				assertThat(TestClient.ask(port, "hello")).isEqualTo("HELLO");
			}
		}
		Waiting.until(
				() -> Thread.getAllStackTraces()
					.keySet()
					.stream()
					.noneMatch((thread) -> thread.getName().startsWith("socketserver-again")),
				"the server's threads end");
	}

	@Test
	void anUnknownKeyIsNamedWithItsOrigin(CapturedOutput output) {
		fail(Application.class, "--spring.config.location=classpath:/typo/");
		assertThat(output).contains("APPLICATION FAILED TO START")
			.contains("socketserver.servers.echo.prot")
			.contains("application.yml");
	}

	@Test
	void aValueOutOfRangeIsNamedWithItsOrigin(CapturedOutput output) {
		fail(Application.class, "--socketserver.port=70000");
		assertThat(output).contains("Invalid value '70000' for configuration property 'socketserver.port'",
				"\"socketserver.port\" from property source \"commandLineArgs\"", "between 0 and 65535, and is 70000");
	}

	@Test
	void aValueThatIsNoneIsNamedWithThoseThereAre(CapturedOutput output) {
		fail(Application.class, "--socketserver.concurrency=fibers");
		assertThat(output).contains("socketserver.concurrency", "fibers").contains("POOL", "SYNC", "THREAD", "VIRTUAL");
	}

	@Test
	void aHostThatDoesNotExistIsNamed(CapturedOutput output) {
		fail(Application.class, "--socketserver.address=no-such-host.invalid");
		assertThat(output).contains("socketserver.address", "no-such-host.invalid");
	}

	@Test
	@EnabledForJreRange(max = JRE.JAVA_20)
	void virtualThreadsOnAnOldJdkAreExplained(CapturedOutput output) {
		fail(Application.class, "--socketserver.concurrency=virtual");
		assertThat(output).contains("configuration property 'socketserver.concurrency'",
				"Virtual threads need JDK 21 or later", "concurrency: thread");
	}

	@Test
	void aPortInUseIsNamedWithItsServerAndProperty(CapturedOutput output) throws IOException {
		try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			fail(Application.class, "--socketserver.servers.echo.port=" + taken.getLocalPort(),
					"--socketserver.address=127.0.0.1");
			assertThat(output)
				.contains("The server 'echo' cannot listen on 127.0.0.1:" + taken.getLocalPort()
						+ ": the port is already in use")
				.contains("or set socketserver.servers.echo.port to another port");
		}
	}

	@Test
	void anAddressOfAnotherMachineIsNamedWithItsProperty(CapturedOutput output) {
		fail(Application.class, "--socketserver.port=0", "--socketserver.address=192.0.2.1");
		assertThat(output)
			.contains("The server 'default' cannot listen on 192.0.2.1:0: no network interface of this machine")
			.contains("Set socketserver.address to an address that");
	}

	@Test
	void anUnknownServerIsNamedWithThoseThereAre(CapturedOutput output) {
		fail(NamingApplication.class, "--socketserver.servers.one.port=0");
		assertThat(output).contains("is for the socket server 'nowhere', which does not exist. There are: [one].")
			.contains("Correct the name in @RequestHandler(\"nowhere\")");
	}

	@Test
	void aServerWithoutAHandlerIsNamedWithWhatToDeclare(CapturedOutput output) {
		fail(EmptyApplication.class, "--socketserver.servers.one.port=0");
		assertThat(output).contains("The socket server 'one' is configured (socketserver.servers.one)")
			.contains("@RequestHandler(\"one\") that extends StreamRequestHandler");
	}

	@Test
	void withoutHandlersAndServersAnApplicationJustStarts() {
		try (ConfigurableApplicationContext context = new SpringApplicationBuilder(EmptyApplication.class)
			.web(WebApplicationType.NONE)
			.run()) {
			assertThat(context.getBeanProvider(SocketServers.class).getIfAvailable()).isNull();
		}
	}

	private static ConfigurableApplicationContext run(WebApplicationType type, String... args) {
		return new SpringApplicationBuilder(Application.class).web(type).run(args);
	}

	private static void fail(Class<?> application, String... args) {
		assertThatException()
			.isThrownBy(() -> new SpringApplicationBuilder(application).web(WebApplicationType.NONE).run(args).close());
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import(UpperCaseHandler.class)
	static class Application {

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import({ UpperCaseHandler.class, NamingHandler.class })
	static class NamingApplication {

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class EmptyApplication {

	}

	@RequestHandler("nowhere")
	static class NamingHandler extends UpperCaseHandler {

	}

}
