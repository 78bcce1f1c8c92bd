package io.socketserver.spring.autoconfigure;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.context.event.ApplicationStartedEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.core.Ordered;

/**
 * What a worker does when its application has started: serves, until the server says that
 * it is enough, and ends the process. So runners, and whoever waits for the application
 * to be ready, are not called.
 */
final class WorkerServing implements ApplicationListener<ApplicationStartedEvent>, Ordered {

	@Override
	public void onApplicationEvent(ApplicationStartedEvent event) {
		WorkerMode.worker().serve(event.getApplicationContext().getBean(WorkerHandlers.class).handlers());
		System.exit(SpringApplication.exit(event.getApplicationContext()));
	}

	@Override
	public int getOrder() {
		return Ordered.HIGHEST_PRECEDENCE;
	}

}
