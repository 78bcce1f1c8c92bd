package io.socketserver.benchmarks.peer;

import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.integration.config.EnableIntegration;
import org.springframework.integration.dsl.IntegrationFlow;
import org.springframework.integration.dsl.Transformers;
import org.springframework.integration.ip.dsl.Tcp;
import org.springframework.integration.ip.tcp.serializer.ByteArrayLfSerializer;

/**
 * Spring Integration's TCP gateway over java.nio, as documented.
 */
public final class SpringIntegration {

	private SpringIntegration() {
	}

	/**
	 * Serves for ever: its threads keep the JVM alive.
	 * @param args the port
	 */
	@SuppressWarnings("resource")
	public static void main(String... args) {
		System.setProperty("port", args[0]);
		new AnnotationConfigApplicationContext(EchoConfiguration.class);
	}

	@Configuration(proxyBeanMethods = false)
	@EnableIntegration
	static class EchoConfiguration {

		@Bean
		IntegrationFlow echo() {
			ByteArrayLfSerializer lines = new ByteArrayLfSerializer();
			lines.setMaxMessageSize(8192);
			return IntegrationFlow
				.from(Tcp.inboundGateway(Tcp.nioServer(Integer.getInteger("port"))
					.localAddress("127.0.0.1")
					.backlog(1024)
					.serializer(lines)
					.deserializer(lines)))
				.transform(Transformers.objectToString())
				.handle(String.class, (line, headers) -> line)
				.get();
		}

	}

}
