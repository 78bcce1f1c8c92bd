package io.socketserver.spring.autoconfigure;

import java.time.Duration;
import java.util.List;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.context.LifecycleAutoConfiguration;
import org.springframework.boot.autoconfigure.context.LifecycleProperties;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.context.properties.ConfigurationPropertiesBinding;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.thread.Threading;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.Environment;

import io.socketserver.BaseServer;
import io.socketserver.spring.Concurrency;
import io.socketserver.spring.SocketServers;

/**
 * {@link AutoConfiguration Auto-configuration} of socket servers: those that properties
 * describe, with the application's {@code @RequestHandler} beans as handlers, and those
 * the application declares as beans.
 */
@AutoConfiguration(after = { LifecycleAutoConfiguration.class, SslAutoConfiguration.class })
@ConditionalOnBooleanProperty(name = "socketserver.enabled", matchIfMissing = true)
@ConditionalOnMissingBean(SocketServers.class)
@Conditional(OnSocketServerCondition.class)
@EnableConfigurationProperties(SocketServerProperties.class)
public final class SocketServerAutoConfiguration {

	// What Spring waits for a phase if nobody says how long.
	private static final Duration PHASE_TIMEOUT = Duration.ofSeconds(10);

	@Bean
	@ConfigurationPropertiesBinding
	static CidrConverter socketServerCidrConverter() {
		return new CidrConverter();
	}

	@Bean
	LifecyclePlan socketServerLifecyclePlan(SocketServerProperties properties,
			ObjectProvider<LifecycleProperties> lifecycle) {
		LifecycleProperties phases = lifecycle.getIfAvailable();
		return new LifecyclePlan(properties, (phases != null) ? phases.getTimeoutPerShutdownPhase() : PHASE_TIMEOUT);
	}

	@Bean
	SocketServers socketServers(SocketServerProperties properties, LifecyclePlan plan, ApplicationContext context,
			ConfigurableListableBeanFactory beanFactory) {
		ServerNameKeys.requireReadable((ConfigurableEnvironment) context.getEnvironment());
		ServerAssembly assembly = new ServerAssembly(properties, new HandlerBeans(beanFactory),
				ServerBeans.of(beanFactory), strategies(context, beanFactory), plan.longestDrain());
		List<BaseServer> servers = assembly.servers();
		ServerChecks.requireOwnMixIns(servers);
		ServerChecks.requireOwnPorts(servers.stream().filter(plan::isAutoStartup).toList());
		ServerChecks.requireOwnPaths(servers.stream().filter(plan::isAutoStartup).toList());
		return new SocketServers(servers, context);
	}

	private static Strategies strategies(ApplicationContext context, ConfigurableListableBeanFactory beanFactory) {
		ConfigurableEnvironment environment = (ConfigurableEnvironment) context.getEnvironment();
		return new Strategies(defaultConcurrency(environment), new ForkMapping(environment, beanFactory));
	}

	/**
	 * What a worker process is asked for, and no other.
	 */
	@Bean
	@Lazy
	WorkerHandlers socketServerWorkerHandlers(SocketServerProperties properties,
			ConfigurableListableBeanFactory beanFactory) {
		return new WorkerHandlers(properties, beanFactory, WorkerMode.serverName());
	}

	private static Concurrency defaultConcurrency(Environment environment) {
		return Threading.VIRTUAL.isActive(environment) ? Concurrency.VIRTUAL : Concurrency.THREAD;
	}

	@Bean
	SocketServerStartStopLifecycle socketServerStartStopLifecycle(SocketServers servers, LifecyclePlan plan) {
		return new SocketServerStartStopLifecycle(servers, plan);
	}

	@Bean
	SocketServerDrainLifecycle socketServerDrainLifecycle(ApplicationContext context, SocketServers servers,
			LifecyclePlan plan) {
		return new SocketServerDrainLifecycle(context, servers, plan);
	}

}
