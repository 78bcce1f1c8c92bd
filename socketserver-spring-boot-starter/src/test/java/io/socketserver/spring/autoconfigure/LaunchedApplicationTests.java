package io.socketserver.spring.autoconfigure;

import org.junit.jupiter.api.Test;
import org.springframework.boot.SpringApplication;

import io.socketserver.spring.SocketServerWorker;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * How workers are started, by how the application was.
 */
class LaunchedApplicationTests {

	private final SpringApplication application = new SpringApplication(LaunchedApplicationTests.class);

	LaunchedApplicationTests() {
		this.application.setMainApplicationClass(LaunchedApplicationTests.class);
	}

	private Iterable<String> launch(String command, String classPath) {
		return new LaunchedApplication(this.application).launch(command, classPath);
	}

	@Test
	void aJarIsRunAgain() {
		assertThat(launch("app.jar", "app.jar")).containsExactly("-jar", "app.jar");
		assertThat(launch("/opt/my app/app.jar --server.port=0 a.jar", "/opt/my app/app.jar")).containsExactly("-jar",
				"/opt/my app/app.jar");
	}

	@Test
	void aMainClassIsRunAgainWithTheClassPath() {
		String main = LaunchedApplicationTests.class.getName();
		assertThat(launch(main + " --a=b", "classes:lib.jar")).containsExactly("-cp", "classes:lib.jar", main);
		assertThat(launch(main, "app.jar")).containsExactly("-cp", "app.jar", main);
	}

	@Test
	void soIsALauncherOfSpringBoot() {
		String main = "org.springframework.boot.loader.launch.PropertiesLauncher";
		assertThat(launch(main, "app.jar")).containsExactly("-cp", "app.jar", main);
	}

	/**
	 * A test's runner is no application.
	 */
	@Test
	void anyOtherMainClassIsReplaced() {
		assertThat(launch("org.example.TestRunner app.jar", "classes:lib.jar")).containsExactly("-cp",
				"classes:lib.jar", SocketServerWorker.class.getName(), LaunchedApplicationTests.class.getName());
	}

}
