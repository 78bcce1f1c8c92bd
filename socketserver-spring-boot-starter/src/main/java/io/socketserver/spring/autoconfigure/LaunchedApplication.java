package io.socketserver.spring.autoconfigure;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.SpringApplication;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.PropertySource;

import io.socketserver.fork.WorkerCommand;
import io.socketserver.spring.SocketServerWorker;

/**
 * How this application was started, and so how its workers are: with the same class path
 * or jar, the same main class, arguments and system properties. Where no main class of
 * the application has started it, as in a test, {@link SocketServerWorker} does it with
 * the same configuration classes. Has no properties: it is a property source, so that the
 * environment carries it.
 */
final class LaunchedApplication extends PropertySource<SpringApplication> {

	private static final String NAME = "socketServerApplication";

	private static final String LOADER = "org.springframework.boot.loader.";

	private static final List<String> PASSED_ON = List.of("-D", "--add-", "--enable-", "-ea", "-da");

	private static final List<String> NOT_PASSED_ON = List.of("-Dcom.sun.management", "-Djava.rmi.", "-Djdwp");

	// What tests have configured, where no worker could read it.
	private static final List<String> TEST_SOURCES = List.of("Inlined Test Properties", "Dynamic Test Properties");

	LaunchedApplication(SpringApplication application) {
		super(NAME, application);
	}

	@Override
	public @Nullable Object getProperty(String name) {
		return null;
	}

	/**
	 * Finds it.
	 * @return empty if no {@code SpringApplication} has made the environment
	 */
	static Optional<LaunchedApplication> of(ConfigurableEnvironment environment) {
		return (environment.getPropertySources().get(NAME) instanceof LaunchedApplication launched)
				? Optional.of(launched) : Optional.empty();
	}

	/**
	 * How a worker is started.
	 * @param environment this application's environment
	 * @param arguments this application's arguments
	 * @param server the server whose worker it is
	 */
	WorkerCommand command(ConfigurableEnvironment environment, String[] arguments, String server) {
		List<String> options = new ArrayList<>(jvmOptions());
		options.add("-D" + WorkerMode.PROPERTY + "=" + server);
		String classPath = System.getProperty("java.class.path", "");
		List<String> launch = new ArrayList<>(launch(System.getProperty("sun.java.command", ""), classPath));
		if (launch.contains(SocketServerWorker.class.getName())) {
			launch.addAll(testProperties(environment));
		}
		launch.addAll(List.of(arguments));
		return new WorkerCommand(options, launch);
	}

	/**
	 * What to run.
	 * @param command what this JVM was told to run, as {@code sun.java.command} has it
	 * @param classPath this JVM's class path: a single jar, if that was run
	 * @return the class path or jar, and the main class
	 */
	List<String> launch(String command, String classPath) {
		// A jar's path may contain blanks, and be relative.
		if (classPath.endsWith(".jar") && (command + " ").startsWith(classPath + " ")) {
			return List.of("-jar", classPath);
		}
		String main = firstWord(command);
		if (main.startsWith(LOADER) || main.equals(mainClass())) {
			return List.of("-cp", classPath, main);
		}
		return List.of("-cp", classPath, SocketServerWorker.class.getName(), sources());
	}

	private static String firstWord(String command) {
		int end = command.indexOf(' ');
		return (end >= 0) ? command.substring(0, end) : command;
	}

	private String mainClass() {
		Class<?> main = getSource().getMainApplicationClass();
		return (main != null) ? main.getName() : "";
	}

	private String sources() {
		return String.join(",",
				getSource().getAllSources()
					.stream()
					.map((each) -> (each instanceof Class<?> type) ? type.getName() : String.valueOf(each))
					.toList());
	}

	private static List<String> testProperties(ConfigurableEnvironment environment) {
		List<String> arguments = new ArrayList<>();
		if (environment.getActiveProfiles().length > 0) {
			arguments.add("--spring.profiles.active=" + String.join(",", environment.getActiveProfiles()));
		}
		for (String name : TEST_SOURCES) {
			if (environment.getPropertySources().get(name) instanceof EnumerablePropertySource<?> source) {
				Stream.of(source.getPropertyNames())
					.map((key) -> "--" + key + "=" + source.getProperty(key))
					.forEach(arguments::add);
			}
		}
		return arguments;
	}

	/**
	 * What the application may read of its JVM's options. Neither memory nor agents nor
	 * debuggers: those are for this process.
	 */
	private static List<String> jvmOptions() {
		return ManagementFactory.getRuntimeMXBean()
			.getInputArguments()
			.stream()
			.filter((option) -> PASSED_ON.stream().anyMatch(option::startsWith))
			.filter((option) -> NOT_PASSED_ON.stream().noneMatch(option::startsWith))
			.toList();
	}

}
