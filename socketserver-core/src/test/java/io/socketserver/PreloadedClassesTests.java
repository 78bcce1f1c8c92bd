package io.socketserver;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class PreloadedClassesTests {

	@Test
	void areAllClassesOfTheLibrary() throws Exception {
		assertThat(PreloadedClasses.names()).as("classes to load before descriptors run out: edit PreloadedClasses")
			.containsExactlyInAnyOrderElementsOf(compiled());
	}

	private static List<String> compiled() throws IOException, URISyntaxException {
		Path root = Path.of(BaseServer.class.getResource("BaseServer.class").toURI()).resolveSibling("");
		try (Stream<Path> files = Files.walk(root)) {
			return files.map((file) -> root.relativize(file).toString())
				.filter((file) -> file.endsWith(".class") && !file.endsWith("package-info.class"))
				.map((file) -> file.substring(0, file.length() - ".class".length()).replace('/', '.'))
				.toList();
		}
	}

}
