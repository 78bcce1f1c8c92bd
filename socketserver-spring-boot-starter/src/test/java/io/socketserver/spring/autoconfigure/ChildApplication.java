package io.socketserver.spring.autoconfigure;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/**
 * What runs in a {@link ChildJvm}.
 */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
@Import(UpperCaseHandler.class)
public class ChildApplication {

	static final String PORT = "port=";

	/**
	 * Runs until it is terminated.
	 * @param args "close" to close the application at once
	 */
	public static void main(String[] args) {
		ConfigurableApplicationContext context = SpringApplication.run(ChildApplication.class, "--socketserver.port=0",
				"--spring.main.web-application-type=none", "--spring.main.banner-mode=off");
		System.out.println(PORT + Runners.port(context));
		if (args.length > 0 && args[0].equals("close")) {
			context.close();
		}
	}

}
