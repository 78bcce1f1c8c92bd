package io.socketserver.spring.autoconfigure;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.autoconfigure.context.LifecycleAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;

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

	static int port(ApplicationContext context) {
		return context.getEnvironment().getRequiredProperty("local.socketserver.port", Integer.class);
	}

	static int port(ApplicationContext context, String server) {
		return context.getEnvironment().getRequiredProperty("local.socketserver." + server + ".port", Integer.class);
	}

}
