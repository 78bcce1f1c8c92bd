package io.socketserver.spring.autoconfigure;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;

import io.socketserver.spring.SocketServers;

/**
 * {@link AutoConfiguration Auto-configuration} of {@code local.socketserver.port} and
 * {@code local.socketserver.<name>.port}.
 */
@AutoConfiguration(after = SocketServerAutoConfiguration.class)
@ConditionalOnBean(SocketServers.class)
public final class SocketServerPortInfoAutoConfiguration {

	@Bean
	PortInfoListener socketServerPortInfoListener(ApplicationContext context, SocketServers servers) {
		return new PortInfoListener(context, servers);
	}

}
