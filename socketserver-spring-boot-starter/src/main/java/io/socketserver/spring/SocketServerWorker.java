package io.socketserver.spring;

import java.util.Arrays;

import org.springframework.boot.SpringApplication;
import org.springframework.util.ClassUtils;
import org.springframework.util.StringUtils;

/**
 * The main class of worker processes ({@code concurrency: fork}) of an application that
 * no main class of its own has started, as in a test.
 */
public final class SocketServerWorker {

	private SocketServerWorker() {
	}

	/**
	 * Runs the application as a worker.
	 * @param args its sources, separated by commas, and its arguments
	 */
	public static void main(String[] args) {
		Class<?>[] sources = StringUtils.commaDelimitedListToSet(args[0])
			.stream()
			.map((name) -> ClassUtils.resolveClassName(name, null))
			.toArray(Class<?>[]::new);
		SpringApplication.run(sources, Arrays.copyOfRange(args, 1, args.length));
	}

}
