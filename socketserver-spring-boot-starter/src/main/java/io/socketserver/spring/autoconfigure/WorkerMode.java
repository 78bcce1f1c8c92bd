package io.socketserver.spring.autoconfigure;

import java.util.HashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import io.socketserver.fork.Worker;

/**
 * Whether this process is a worker of a server whose {@code concurrency} is {@code fork}.
 */
final class WorkerMode {

	/**
	 * The system property that says so: the server's name.
	 */
	static final String PROPERTY = "io.socketserver.worker";

	private static @Nullable Worker worker; // Guarded by the class.

	private WorkerMode() {
	}

	static boolean isActive() {
		return System.getProperty(PROPERTY) != null;
	}

	static String serverName() {
		return System.getProperty(PROPERTY, "");
	}

	/**
	 * The worker this process is. Connects with the server the first time: from then on
	 * this process ends with the server's.
	 */
	static synchronized Worker worker() {
		Worker current = worker;
		if (current == null) {
			current = Worker.connect();
			worker = current;
		}
		return current;
	}

	/**
	 * What is different in a worker: it has only what handlers need, binds no port, and
	 * leaves the log to the server's process, which reads its lines.
	 */
	static Map<String, Object> properties() {
		Map<String, Object> properties = new HashMap<>();
		properties.put("spring.main.web-application-type", "none");
		properties.put("spring.main.lazy-initialization", "true");
		properties.put("spring.main.banner-mode", "off");
		properties.put("spring.main.log-startup-info", "false");
		// The server's process ends this one.
		properties.put("spring.main.register-shutdown-hook", "false");
		properties.put("spring.main.keep-alive", "false");
		properties.put("spring.jmx.enabled", "false");
		properties.put("spring.application.admin.enabled", "false");
		properties.put("spring.devtools.restart.enabled", "false");
		properties.put("spring.devtools.livereload.enabled", "false");
		properties.put("spring.docker.compose.enabled", "false");
		// Two processes must not write to one file.
		properties.put("logging.file.name", "");
		properties.put("logging.file.path", "");
		properties.put("logging.structured.format.console", "");
		properties.put("logging.pattern.console", "%p %logger{40} : %m%n%ex");
		return properties;
	}

}
