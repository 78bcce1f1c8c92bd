package io.socketserver.spring.actuate;

import java.util.Set;

import org.jspecify.annotations.Nullable;
import org.springframework.aot.hint.annotation.RegisterReflectionForBinding;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.Show;
import org.springframework.boot.actuate.endpoint.annotation.DeleteOperation;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.annotation.EndpointWebExtension;

/**
 * {@link SocketConnectionsEndpoint} over HTTP, where a refused operation is a status (404
 * unknown connection, 400 wrong value) with a {@link Problem} as its body, and where the
 * addresses of peers may be shown to some users only.
 */
@EndpointWebExtension(endpoint = SocketConnectionsEndpoint.class)
@RegisterReflectionForBinding({ Problem.class, ConnectionDescriptor.class, ConnectionsDescriptor.class })
public class SocketConnectionsEndpointWebExtension {

	private final SocketConnectionsEndpoint endpoint;

	private final Show showAddresses;

	private final Set<String> roles;

	/**
	 * The extension.
	 * @param endpoint what it extends
	 * @param showAddresses when to show the addresses of peers
	 * @param roles whose users are authorized to see them; none for all users that are
	 * authenticated
	 */
	public SocketConnectionsEndpointWebExtension(SocketConnectionsEndpoint endpoint, Show showAddresses,
			Set<String> roles) {
		this.endpoint = endpoint;
		this.showAddresses = showAddresses;
		this.roles = Set.copyOf(roles);
	}

	/**
	 * See {@link SocketConnectionsEndpoint#connections}.
	 * @param user who asks
	 * @param server only of this server
	 * @param address only of this peer
	 * @param page the page, the first is 0
	 * @param size how many connections a page has
	 * @return the page, or 400
	 */
	@ReadOperation
	public WebEndpointResponse<OperationResponseBody> connections(SecurityContext user, @Nullable String server,
			@Nullable String address, @Nullable String page, @Nullable String size) {
		return OperationRefusedException.respond(() -> this.endpoint.connections(
				new SocketConnectionsEndpoint.Query(server, address, number("page", page), number("size", size)),
				isShown(user)));
	}

	/**
	 * See {@link SocketConnectionsEndpoint#connection}.
	 * @param user who asks
	 * @param id the connection's id
	 * @return the connection, or 404
	 */
	@ReadOperation
	public WebEndpointResponse<OperationResponseBody> connection(SecurityContext user, @Selector String id) {
		return OperationRefusedException.respond(() -> this.endpoint.connection(id, isShown(user)));
	}

	/**
	 * See {@link SocketConnectionsEndpoint#close}.
	 * @param id the connection's id
	 * @return 204 or 404
	 */
	@DeleteOperation
	public WebEndpointResponse<OperationResponseBody> close(@Selector String id) {
		try {
			this.endpoint.close(id);
			return new WebEndpointResponse<>(WebEndpointResponse.STATUS_NO_CONTENT);
		}
		catch (OperationRefusedException ex) {
			return ex.response();
		}
	}

	private boolean isShown(SecurityContext user) {
		return this.showAddresses.isShown(user, this.roles);
	}

	// Taken as text, so that what is no number gets an answer that says so.
	private static @Nullable Integer number(String parameter, @Nullable String text) {
		try {
			return (text != null && !text.isEmpty()) ? Integer.valueOf(text) : null;
		}
		catch (NumberFormatException ex) {
			throw OperationRefusedException
				.badRequest("The " + parameter + " must be a whole number, and is '" + text + "'");
		}
	}

}
