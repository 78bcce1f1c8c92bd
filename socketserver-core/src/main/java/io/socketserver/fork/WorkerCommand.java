package io.socketserver.fork;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import io.socketserver.request.RequestHandler;

/**
 * How a worker's JVM is started: the running JVM's {@code java}, JVM options, and what to
 * run.
 *
 * <p>
 * What is run ends up in {@link Worker}: either it is the main class, as
 * {@link #of(Class, String...)} has it, or the application's own main class calls
 * {@link Worker#connect()} and {@link Worker#serve}.
 *
 * @param jvmOptions options for the JVM, before those of {@link ForkOptions#jvmOptions()}
 * @param launch class path, main class and arguments, or {@code -jar}, jar and arguments
 */
public record WorkerCommand(List<String> jvmOptions, List<String> launch) {

	// Small, because there may be many. Whoever configures jvmOptions has the last word.
	private static final List<String> SMALL = List.of("-XX:+UseSerialGC", "-Xms16m", "-Xmx256m",
			"-XX:TieredStopAtLevel=1");

	// Not open to choice: a worker without memory is of no use to anybody.
	private static final List<String> FIXED = List.of("-Xshare:auto", "-XX:+ExitOnOutOfMemoryError",
			"-XX:-UsePerfData");

	/**
	 * Checks and copies.
	 */
	public WorkerCommand {
		jvmOptions = List.copyOf(jvmOptions);
		launch = List.copyOf(launch);
		if (launch.isEmpty()) {
			throw new IllegalArgumentException("A worker's command must say what to run");
		}
	}

	/**
	 * A worker with the class path of this JVM.
	 * @param type a {@link WorkerApplication}, or a {@link RequestHandler} that needs
	 * nothing but its constructor without parameters
	 * @param arguments what {@link WorkerApplication#start} is given
	 * @return the command
	 */
	public static WorkerCommand of(Class<?> type, String... arguments) {
		if (!WorkerApplication.class.isAssignableFrom(type) && !RequestHandler.class.isAssignableFrom(type)) {
			throw new IllegalArgumentException(
					type.getName() + " is neither a RequestHandler nor a WorkerApplication: a worker cannot run it");
		}
		requireLoadable(type);
		List<String> launch = new ArrayList<>();
		launch.addAll(List.of("-cp", System.getProperty("java.class.path"), Worker.class.getName(), type.getName()));
		launch.addAll(List.of(arguments));
		return new WorkerCommand(List.of(), launch);
	}

	/**
	 * A worker knows a class by its name only.
	 */
	private static void requireLoadable(Class<?> type) {
		if (Arrays.stream(type.getDeclaredConstructors()).noneMatch((each) -> each.getParameterCount() == 0)) {
			throw new IllegalArgumentException("A worker process cannot make a " + type.getName()
					+ ": it has no constructor without parameters (an inner class has to be static); write a"
					+ " WorkerApplication that makes it");
		}
		try {
			if (Class.forName(type.getName(), false, ClassLoader.getSystemClassLoader()).equals(type)) {
				return;
			}
		}
		catch (ClassNotFoundException ex) {
			// As if it were another one.
		}
		throw new IllegalArgumentException("A worker process cannot load " + type.getName()
				+ ": it is not on the class path (java.class.path) but comes from " + type.getClassLoader()
				+ "; give a WorkerCommand that says how to run it");
	}

	/**
	 * The whole command line.
	 * @param more further options for the JVM, which come last and so win
	 */
	List<String> line(List<String> more) {
		List<String> line = new ArrayList<>();
		line.add(java().toString());
		line.addAll(SMALL);
		line.addAll(FIXED);
		line.addAll(this.jvmOptions);
		line.addAll(more);
		line.addAll(this.launch);
		return line;
	}

	private static Path java() {
		Path java = Path.of(System.getProperty("java.home", ""), "bin", "java");
		if (!Files.isExecutable(java)) {
			throw new UnsupportedOperationException(
					"Worker processes need a JVM to run, and there is none at " + java + ": use threads instead");
		}
		return java;
	}

}
