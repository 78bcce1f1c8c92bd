package io.socketserver.demo;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/**
 * Starts the servers that {@code application.yml} describes.
 */
@SpringBootApplication
public class DemoApplication {

	/**
	 * Runs the application.
	 * @param args properties, for example {@code --socketserver.servers.echo.port=19999}
	 */
	public static void main(String[] args) {
		SpringApplication.run(DemoApplication.class, args);
	}

}
