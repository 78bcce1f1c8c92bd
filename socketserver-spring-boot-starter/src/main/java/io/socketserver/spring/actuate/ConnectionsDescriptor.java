package io.socketserver.spring.actuate;

import java.util.List;

import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * A page of the open connections.
 *
 * @param page its number, the first is 0
 * @param size how many connections a full page has
 * @param total how many connections match on all pages together
 * @param connections those of this page, the oldest first
 */
public record ConnectionsDescriptor(int page, int size, int total,
		List<ConnectionDescriptor> connections) implements OperationResponseBody {

}
