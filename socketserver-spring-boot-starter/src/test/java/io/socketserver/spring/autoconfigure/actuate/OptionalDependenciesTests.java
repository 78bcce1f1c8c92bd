package io.socketserver.spring.autoconfigure.actuate;

import java.io.File;
import java.io.UncheckedIOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.Collection;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An application starts, with all its auto-configurations, whichever jars it has not on
 * its class path. Real class paths: hiding packages from Spring Boot alone would break
 * its own modules, which are still there.
 */
@Timeout(120)
class OptionalDependenciesTests {

	private static final String HEALTH = "socketServerHealthContributor";

	private static final String METRICS = "socketServerMetrics";

	static Stream<Arguments> jars() {
		return Stream.of(
				Arguments.of("spring-boot-health",
						Set.of("socketServersEndpoint", "socketConnectionsEndpoint", METRICS)),
				Arguments.of("spring-boot-micrometer-\\w+|micrometer-(core|jakarta9)",
						Set.of("socketServersEndpoint", "socketConnectionsEndpoint", HEALTH)),
				Arguments.of("spring-boot-actuator(-autoconfigure)?", Set.of(HEALTH, METRICS)),
				Arguments.of(
						"spring-boot-(actuator(-autoconfigure)?|health|micrometer-\\w+)|micrometer-(core|jakarta9)",
						Set.of()));
	}

	@ParameterizedTest
	@MethodSource("jars")
	void anApplicationStartsWithout(String missing, Set<String> expected) throws Exception {
		Thread thread = Thread.currentThread();
		ClassLoader before = thread.getContextClassLoader();
		try (URLClassLoader loader = classPathWithout(missing)) {
			thread.setContextClassLoader(loader);
			Class<?> application = Class.forName(OptionalDependenciesApplication.class.getName(), true, loader);
			Object beans = application.getMethod("beansOfRunning").invoke(null);
			assertThat((Collection<?>) beans).map(String::valueOf).containsExactlyInAnyOrderElementsOf(expected);
		}
		finally {
			thread.setContextClassLoader(before);
		}
	}

	private static URLClassLoader classPathWithout(String missing) {
		Pattern jar = Pattern.compile("(" + missing + ")-\\d.*\\.jar");
		String[] all = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"))
			.split(File.pathSeparator);
		File[] kept = Stream.of(all)
			.map(File::new)
			.filter((file) -> !jar.matcher(file.getName()).matches())
			.toArray(File[]::new);
		assertThat(kept).hasSizeLessThan(all.length);
		return new URLClassLoader(Stream.of(kept).map(OptionalDependenciesTests::url).toArray(URL[]::new),
				ClassLoader.getPlatformClassLoader());
	}

	private static URL url(File file) {
		try {
			return file.toURI().toURL();
		}
		catch (MalformedURLException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
