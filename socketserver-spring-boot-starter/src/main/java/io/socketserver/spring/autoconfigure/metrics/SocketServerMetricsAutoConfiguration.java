package io.socketserver.spring.autoconfigure.metrics;

import io.micrometer.core.instrument.MeterRegistry;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

import io.socketserver.spring.SocketServers;
import io.socketserver.spring.metrics.SocketServerMetrics;

/**
 * Auto-configuration of the meters of socket servers. Needs Micrometer and a registry,
 * not the actuator.
 */
@AutoConfiguration(afterName = { "io.socketserver.spring.autoconfigure.SocketServerAutoConfiguration",
		"org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration" })
@ConditionalOnClass(MeterRegistry.class)
@ConditionalOnBean({ SocketServers.class, MeterRegistry.class })
public final class SocketServerMetricsAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	SocketServerMetrics socketServerMetrics(MeterRegistry registry, SocketServers servers) {
		return new SocketServerMetrics(registry, servers);
	}

}
