package io.socketserver.spring.autoconfigure.actuate;

import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.autoconfigure.endpoint.expose.EndpointExposure;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;

import io.socketserver.spring.SocketServers;
import io.socketserver.spring.actuate.SocketConnectionsEndpoint;
import io.socketserver.spring.actuate.SocketConnectionsEndpointWebExtension;

/**
 * Auto-configuration of the endpoint {@code socketconnections}.
 */
@AutoConfiguration(afterName = "io.socketserver.spring.autoconfigure.SocketServerAutoConfiguration")
@ConditionalOnClass({ Endpoint.class, ConditionalOnAvailableEndpoint.class })
@ConditionalOnAvailableEndpoint(SocketConnectionsEndpoint.class)
@ConditionalOnBean(SocketServers.class)
@EnableConfigurationProperties(SocketConnectionsEndpointProperties.class)
public final class SocketConnectionsEndpointAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	SocketConnectionsEndpoint socketConnectionsEndpoint(SocketServers servers,
			SocketConnectionsEndpointProperties properties) {
		return new SocketConnectionsEndpoint(servers, properties.getShowAddresses());
	}

	@Bean
	@ConditionalOnMissingBean
	@ConditionalOnBean(SocketConnectionsEndpoint.class)
	@ConditionalOnAvailableEndpoint(exposure = EndpointExposure.WEB)
	SocketConnectionsEndpointWebExtension socketConnectionsEndpointWebExtension(SocketConnectionsEndpoint endpoint,
			SocketConnectionsEndpointProperties properties) {
		return new SocketConnectionsEndpointWebExtension(endpoint, properties.getShowAddresses(),
				properties.getRoles());
	}

}
