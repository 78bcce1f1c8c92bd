package io.socketserver.spring.autoconfigure.actuate;

import java.util.HashSet;
import java.util.Set;

import org.springframework.boot.actuate.endpoint.Show;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * Properties of the endpoint {@code socketconnections}.
 */
@ConfigurationProperties("management.endpoint.socketconnections")
public class SocketConnectionsEndpointProperties {

	/**
	 * When to show who peers are: their addresses, identities and certificates' subjects.
	 */
	private Show showAddresses = Show.ALWAYS;

	/**
	 * Roles used to determine whether a user is authorized to be shown who peers are.
	 * When empty, all authenticated users are authorized.
	 */
	private final Set<String> roles = new HashSet<>();

	public Show getShowAddresses() {
		return this.showAddresses;
	}

	public void setShowAddresses(Show showAddresses) {
		this.showAddresses = showAddresses;
	}

	public Set<String> getRoles() {
		return this.roles;
	}

}
