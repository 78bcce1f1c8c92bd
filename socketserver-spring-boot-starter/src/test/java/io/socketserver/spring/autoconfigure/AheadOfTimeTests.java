package io.socketserver.spring.autoconfigure;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringApplicationAotProcessor;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An application processed ahead of time, as the {@code process-aot} goal of Boot does,
 * and run as a native image would be.
 */
@Timeout(180)
class AheadOfTimeTests {

	@Test
	void servesWhenItWasProcessedAheadOfTime(@TempDir Path directory) throws Exception {
		Path sources = directory.resolve("sources");
		Path resources = directory.resolve("resources");
		Path classes = Files.createDirectories(directory.resolve("classes"));
		try (ChildJvm processor = ChildJvm.run(ChildJvm.CLASS_PATH, List.of(), SpringApplicationAotProcessor.class,
				ChildApplication.class.getName(), sources.toString(), resources.toString(), classes.toString(),
				"io.socketserver", "test")) {
			assertThat(processor.awaitEnd(60)).isTrue();
			assertThat(processor.process().exitValue()).as(processor.output()).isZero();
		}
		compile(sources, classes);
		try (ChildJvm child = ChildJvm.run(ChildJvm.classPath(classes, resources), List.of("-Dspring.aot.enabled=true"),
				ChildApplication.class)) {
			int port = child.readPort();
			assertThat(child.output()).contains("Starting AOT-processed");
			assertThat(TestClient.ask(port, "hello")).isEqualTo("HELLO");
		}
	}

	private static void compile(Path sources, Path classes) throws IOException {
		JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
		StringWriter messages = new StringWriter();
		try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null);
				Stream<Path> tree = Files.walk(sources)) {
			List<Path> units = tree.filter((path) -> path.toString().endsWith(".java")).toList();
			List<String> options = List.of("-proc:none", "-nowarn", "-parameters", "-d", classes.toString(), "-cp",
					ChildJvm.classPath(classes));
			boolean compiled = compiler
				.getTask(messages, files, null, options, null, files.getJavaFileObjectsFromPaths(units))
				.call();
			assertThat(compiled).as(messages.toString()).isTrue();
		}
	}

}
