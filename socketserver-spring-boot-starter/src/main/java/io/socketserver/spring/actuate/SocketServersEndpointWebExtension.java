package io.socketserver.spring.actuate;

import org.jspecify.annotations.Nullable;
import org.springframework.aot.hint.annotation.RegisterReflectionForBinding;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import org.springframework.boot.actuate.endpoint.annotation.DeleteOperation;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.annotation.EndpointWebExtension;

/**
 * {@link SocketServersEndpoint} over HTTP, where a refused operation is a status (404
 * unknown server, 400 wrong value, 409 not in this state) with a {@link Problem} as its
 * body.
 */
@EndpointWebExtension(endpoint = SocketServersEndpoint.class)
@RegisterReflectionForBinding({ Problem.class, ServerDescriptor.class })
public class SocketServersEndpointWebExtension {

	private final SocketServersEndpoint endpoint;

	/**
	 * The extension.
	 * @param endpoint what it extends
	 */
	public SocketServersEndpointWebExtension(SocketServersEndpoint endpoint) {
		this.endpoint = endpoint;
	}

	/**
	 * See {@link SocketServersEndpoint#server}.
	 * @param name the server's name
	 * @return the server, or 404
	 */
	@ReadOperation
	public WebEndpointResponse<OperationResponseBody> server(@Selector String name) {
		return OperationRefusedException.respond(() -> this.endpoint.server(name));
	}

	/**
	 * See {@link SocketServersEndpoint#operate}.
	 * @param name the server's name
	 * @param action what to do
	 * @param timeout how long requests under way may take
	 * @param worker the process id of a worker
	 * @return the server, or 404, 400 or 409
	 */
	@WriteOperation
	public WebEndpointResponse<OperationResponseBody> operate(@Selector String name, @Nullable String action,
			@Nullable String timeout, @Nullable Long worker) {
		return OperationRefusedException.respond(() -> this.endpoint.operate(name, action, timeout, worker));
	}

	/**
	 * See {@link SocketServersEndpoint#shutdown}.
	 * @param name the server's name
	 * @return the server, or 404
	 */
	@DeleteOperation
	public WebEndpointResponse<OperationResponseBody> shutdown(@Selector String name) {
		return OperationRefusedException.respond(() -> this.endpoint.shutdown(name));
	}

}
