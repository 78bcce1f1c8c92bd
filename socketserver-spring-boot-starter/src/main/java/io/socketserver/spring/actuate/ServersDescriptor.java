package io.socketserver.spring.actuate;

import java.util.List;

import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * The servers of an application.
 *
 * @param servers in the order of their declaration
 */
public record ServersDescriptor(List<ServerDescriptor> servers) implements OperationResponseBody {

}
