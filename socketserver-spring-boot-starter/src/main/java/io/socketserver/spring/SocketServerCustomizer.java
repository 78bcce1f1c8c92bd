package io.socketserver.spring;

/**
 * Changes a server that is configured by properties before it is made: its options, its
 * mix-ins, its listeners. Each bean of this type is called once for each such server, in
 * {@code @Order}, after properties and {@code MixIn} beans have been applied.
 *
 * <pre>{@code
 * class ConsoleForTwo implements SocketServerCustomizer {
 *
 *     public void customize(SocketServerBuilder server) {
 *         if (server.name().equals("console")) {
 *             server.options((options) -> options.withMaxConnections(2));
 *         }
 *     }
 *
 * }
 * }</pre>
 */
@FunctionalInterface
public interface SocketServerCustomizer {

	/**
	 * Changes a server.
	 * @param server the server to be
	 */
	void customize(SocketServerBuilder server);

}
