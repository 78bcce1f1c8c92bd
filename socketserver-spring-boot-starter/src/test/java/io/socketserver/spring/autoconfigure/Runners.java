package io.socketserver.spring.autoconfigure;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.autoconfigure.context.LifecycleAutoConfiguration;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.io.ByteArrayResource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Contexts with the starter's auto-configurations.
 */
final class Runners {

	private Runners() {
	}

	/**
	 * On any free port of the loopback interface.
	 */
	static ApplicationContextRunner onLoopback() {
		return runner().withPropertyValues("socketserver.port=0", "socketserver.address=127.0.0.1");
	}

	static ApplicationContextRunner runner() {
		return new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(AopAutoConfiguration.class, LifecycleAutoConfiguration.class,
					SocketServerAutoConfiguration.class, SocketServerPortInfoAutoConfiguration.class));
	}

	/**
	 * Properties as a file has them.
	 */
	static ApplicationContextInitializer<ConfigurableApplicationContext> yaml(String text) {
		return (context) -> {
			try {
				new YamlPropertySourceLoader()
					.load("application.yml", new ByteArrayResource(text.getBytes(StandardCharsets.UTF_8)))
					.forEach(context.getEnvironment().getPropertySources()::addFirst);
			}
			catch (IOException ex) {
				throw new AssertionError(ex);
			}
		};
	}

	/**
	 * What a property is refused with.
	 */
	static InvalidConfigurationPropertyValueException refusal(@Nullable Throwable failure) {
		Throwable cause = Objects.requireNonNull(failure, "The start has not failed");
		while (cause.getCause() != null) {
			cause = cause.getCause();
		}
		assertThat(cause).isInstanceOf(InvalidConfigurationPropertyValueException.class);
		return (InvalidConfigurationPropertyValueException) cause;
	}

	static int port(ApplicationContext context) {
		return context.getEnvironment().getRequiredProperty("local.socketserver.port", Integer.class);
	}

	static int port(ApplicationContext context, String server) {
		return context.getEnvironment().getRequiredProperty("local.socketserver." + server + ".port", Integer.class);
	}

}
