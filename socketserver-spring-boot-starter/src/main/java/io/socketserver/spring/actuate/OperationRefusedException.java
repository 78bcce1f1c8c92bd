package io.socketserver.spring.actuate;

import java.util.function.Supplier;

import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;

/**
 * An operator asked for something that cannot be. Over JMX its message arrives as that of
 * an {@link IllegalArgumentException}, over HTTP as a {@link Problem}.
 */
final class OperationRefusedException extends InvalidEndpointRequestException {

	private static final int STATUS_CONFLICT = 409;

	private final int status;

	private final Problem problem;

	private OperationRefusedException(int status, String message) {
		super(message, message);
		this.status = status;
		this.problem = new Problem(message);
	}

	static OperationRefusedException badRequest(String message) {
		return new OperationRefusedException(WebEndpointResponse.STATUS_BAD_REQUEST, message);
	}

	static OperationRefusedException notFound(String message) {
		return new OperationRefusedException(WebEndpointResponse.STATUS_NOT_FOUND, message);
	}

	static OperationRefusedException conflict(String message) {
		return new OperationRefusedException(STATUS_CONFLICT, message);
	}

	/**
	 * Answers what an operation answers, or why it was refused.
	 */
	static WebEndpointResponse<OperationResponseBody> respond(Supplier<OperationResponseBody> operation) {
		try {
			return new WebEndpointResponse<>(operation.get());
		}
		catch (OperationRefusedException ex) {
			return ex.response();
		}
	}

	WebEndpointResponse<OperationResponseBody> response() {
		return new WebEndpointResponse<>(this.problem, this.status);
	}

}
