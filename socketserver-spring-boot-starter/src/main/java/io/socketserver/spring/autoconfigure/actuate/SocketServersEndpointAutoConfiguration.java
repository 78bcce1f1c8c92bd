package io.socketserver.spring.autoconfigure.actuate;

import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.autoconfigure.endpoint.expose.EndpointExposure;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

import io.socketserver.spring.SocketServers;
import io.socketserver.spring.actuate.SocketServersEndpoint;
import io.socketserver.spring.actuate.SocketServersEndpointWebExtension;

/**
 * Auto-configuration of the endpoint {@code socketservers}.
 */
@AutoConfiguration(afterName = "io.socketserver.spring.autoconfigure.SocketServerAutoConfiguration")
@ConditionalOnClass({ Endpoint.class, ConditionalOnAvailableEndpoint.class })
@ConditionalOnAvailableEndpoint(SocketServersEndpoint.class)
@ConditionalOnBean(SocketServers.class)
public final class SocketServersEndpointAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	SocketServersEndpoint socketServersEndpoint(SocketServers servers) {
		return new SocketServersEndpoint(servers);
	}

	@Bean
	@ConditionalOnMissingBean
	@ConditionalOnBean(SocketServersEndpoint.class)
	@ConditionalOnAvailableEndpoint(exposure = EndpointExposure.WEB)
	SocketServersEndpointWebExtension socketServersEndpointWebExtension(SocketServersEndpoint endpoint) {
		return new SocketServersEndpointWebExtension(endpoint);
	}

}
