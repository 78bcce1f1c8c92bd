package io.socketserver.spring.forkapp;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.CommandLineRunner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.web.server.context.WebServerInitializedEvent;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.event.EventListener;
import org.springframework.core.env.Environment;
import org.springframework.scheduling.annotation.EnableScheduling;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

import io.socketserver.request.StreamRequestHandler;
import io.socketserver.spring.RequestHandler;

/**
 * An application that does more than to handle requests, which its workers must not.
 */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
@EnableScheduling
@Import({ ForkedApplication.Handler.class, ForkedApplication.Needed.class, ForkedApplication.Jobs.class,
		ForkedApplication.Consumer.class })
public class ForkedApplication {

	private static final List<String> EFFECTS = new CopyOnWriteArrayList<>();

	/**
	 * Runs until it is terminated.
	 * @param args the application's arguments
	 */
	public static void main(String[] args) {
		var context = SpringApplication.run(ForkedApplication.class, args);
		System.out.println("port=" + context.getEnvironment().getProperty("local.socketserver.port"));
	}

	/**
	 * What has happened in this process.
	 * @return a live list
	 */
	public static List<String> effects() {
		return EFFECTS;
	}

	@Bean
	CommandLineRunner runner() {
		return (args) -> EFFECTS.add("runner");
	}

	/**
	 * What a handler needs, and what has to be started for it.
	 */
	@Component
	static class Needed implements SmartLifecycle {

		private volatile boolean running;

		@Override
		public void start() {
			this.running = true;
		}

		@Override
		public void stop() {
			this.running = false;
		}

		@Override
		public boolean isRunning() {
			return this.running;
		}

	}

	/**
	 * Would consume each message twice.
	 */
	@Component
	static class Consumer implements SmartLifecycle {

		@Override
		public void start() {
			EFFECTS.add("consumer");
		}

		@Override
		public void stop() {
		}

		@Override
		public boolean isRunning() {
			return false;
		}

	}

	/**
	 * Would do each job twice.
	 */
	@Component
	static class Jobs {

		@Scheduled(fixedDelay = 10)
		void run() {
			if (!EFFECTS.contains("job")) {
				EFFECTS.add("job");
			}
		}

		@EventListener
		void webServerStarted(WebServerInitializedEvent event) {
			EFFECTS.add("web");
		}

	}

	/**
	 * Tells of its process.
	 */
	@RequestHandler
	static class Handler extends StreamRequestHandler {

		private static final Logger logger = LoggerFactory.getLogger(Handler.class);

		private final Needed needed;

		private final Environment environment;

		Handler(Needed needed, Environment environment) {
			this.needed = needed;
			this.environment = environment;
		}

		@Override
		public void handle() throws IOException {
			for (String line; (line = rfile().readLine()) != null;) {
				wfile().println(answer(line));
			}
		}

		private String answer(String line) {
			return switch (line) {
				case "pid" -> String.valueOf(ProcessHandle.current().pid());
				case "effects" -> EFFECTS.toString();
				case "needed" -> String.valueOf(this.needed.isRunning());
				case "log" -> log();
				default -> String.valueOf(this.environment.getProperty(line));
			};
		}

		private static String log() {
			logger.warn("a warning of a worker");
			return "ok";
		}

	}

}
