package io.socketserver.spring.autoconfigure;

import java.util.List;
import java.util.function.BiFunction;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.boot.ApplicationArguments;
import org.springframework.core.env.ConfigurableEnvironment;

import io.socketserver.fork.ForkOptions;
import io.socketserver.fork.WorkerCommand;
import io.socketserver.mixin.ForkingMixIn;
import io.socketserver.spring.autoconfigure.ServerConfig.Getter;

/**
 * The worker processes that {@code fork.*} describes.
 */
final class ForkMapping {

	private final ConfigurableEnvironment environment;

	private final BeanFactory beanFactory;

	ForkMapping(ConfigurableEnvironment environment, BeanFactory beanFactory) {
		this.environment = environment;
		this.beanFactory = beanFactory;
	}

	ForkingMixIn mixIn(ServerConfig config) {
		ForkOptions options = ForkOptions.of(command(config.name()));
		options = with(options, config, "min-idle", (settings) -> settings.getFork().minIdle(),
				ForkOptions::withMinIdle);
		options = with(options, config, "max-children", (settings) -> settings.getFork().maxChildren(),
				ForkOptions::withMaxChildren);
		options = with(options, config, "max-requests", (settings) -> settings.getFork().maxRequests(),
				ForkOptions::withMaxRequests);
		options = with(options, config, "request-timeout", (settings) -> settings.getFork().requestTimeout(),
				ForkOptions::withRequestTimeout);
		options = with(options, config, "start-timeout", (settings) -> settings.getFork().startTimeout(),
				ForkOptions::withStartTimeout);
		options = with(options, config, "stop-timeout", (settings) -> settings.getFork().stopTimeout(),
				ForkOptions::withStopTimeout);
		List<String> jvmArgs = config.get("fork.jvm-args", (settings) -> settings.getFork().jvmArgs(), List.of());
		ForkOptions last = options.withJvmOptions(jvmArgs);
		return config.find("concurrency", ServerSettings::getConcurrency)
			.map((setting) -> setting.apply((value) -> new ForkingMixIn(last)))
			.orElseGet(() -> new ForkingMixIn(last));
	}

	private static <T> ForkOptions with(ForkOptions options, ServerConfig config, String key, Getter<T> getter,
			BiFunction<ForkOptions, T, ForkOptions> change) {
		return config.find("fork." + key, getter)
			.map((setting) -> setting.apply((value) -> change.apply(options, value)))
			.orElse(options);
	}

	private WorkerCommand command(String server) {
		ApplicationArguments arguments = this.beanFactory.getBeanProvider(ApplicationArguments.class).getIfAvailable();
		return LaunchedApplication.of(this.environment)
			.map((application) -> application.command(this.environment,
					(arguments != null) ? arguments.getSourceArgs() : new String[0], server))
			.orElseThrow(() -> new IllegalStateException(
					"The socket server '" + server + "' cannot fork: worker processes run the same SpringApplication,"
							+ " and none has made this context"));
	}

}
