package io.socketserver.spring.actuate;

import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * Why an operation was refused: the body of an answer that is no success.
 *
 * @param message what was wrong, with its value, and what would be right
 */
public record Problem(String message) implements OperationResponseBody {

}
