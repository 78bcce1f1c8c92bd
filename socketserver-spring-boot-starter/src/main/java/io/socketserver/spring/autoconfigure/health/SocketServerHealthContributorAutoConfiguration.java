package io.socketserver.spring.autoconfigure.health;

import java.util.LinkedHashMap;
import java.util.Map;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.CompositeHealthContributor;
import org.springframework.context.annotation.Bean;

import io.socketserver.BaseServer;
import io.socketserver.spring.SocketServers;
import io.socketserver.spring.health.SocketServerHealthIndicator;

/**
 * Auto-configuration of the health of socket servers: a contributor {@code socketServer}
 * with one indicator per server.
 */
@AutoConfiguration(afterName = "io.socketserver.spring.autoconfigure.SocketServerAutoConfiguration")
@ConditionalOnClass(ConditionalOnEnabledHealthIndicator.class)
@ConditionalOnEnabledHealthIndicator("socketserver")
@ConditionalOnBean(SocketServers.class)
public final class SocketServerHealthContributorAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean(name = "socketServerHealthContributor")
	CompositeHealthContributor socketServerHealthContributor(SocketServers servers) {
		Map<String, BaseServer> byName = new LinkedHashMap<>();
		servers.forEach((server) -> byName.put(server.name(), server));
		return CompositeHealthContributor.fromMap(byName, SocketServerHealthIndicator::new);
	}

}
