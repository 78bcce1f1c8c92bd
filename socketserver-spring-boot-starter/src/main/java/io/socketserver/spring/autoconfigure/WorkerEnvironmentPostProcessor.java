package io.socketserver.spring.autoconfigure;

import org.springframework.boot.EnvironmentPostProcessor;
import org.springframework.boot.SpringApplication;
import org.springframework.core.Ordered;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;

/**
 * In a worker process, makes the application a worker. In any other, keeps in mind how
 * the application was made, so that workers can be made likewise.
 */
final class WorkerEnvironmentPostProcessor implements EnvironmentPostProcessor, Ordered {

	@Override
	public void postProcessEnvironment(ConfigurableEnvironment environment, SpringApplication application) {
		if (WorkerMode.isActive()) {
			WorkerMode.worker();
			environment.getPropertySources()
				.addFirst(new MapPropertySource("socketServerWorker", WorkerMode.properties()));
			application.addInitializers(new WorkerContextInitializer());
		}
		else {
			environment.getPropertySources().addLast(new LaunchedApplication(application));
		}
	}

	/**
	 * Last: what a worker must not do has precedence over everything.
	 */
	@Override
	public int getOrder() {
		return Ordered.LOWEST_PRECEDENCE;
	}

}
