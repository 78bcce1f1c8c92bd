/**
 * Floor 4: the servers, which users name first.
 *
 * <pre>
 *   io.socketserver            BaseServer, TcpServer, options, states, exceptions
 *   io.socketserver.mixin      ThreadingMixIn, PoolingMixIn, LimitingMixIn
 *   io.socketserver.request    Request, RequestCycle, MixIn, handlers, connections
 *   io.socketserver.loop       SelectorLoop: one thread, named commands, timers
 *   io.socketserver.internal   helpers
 * </pre>
 *
 * Imports only go down. A server in five lines:
 *
 * <pre>{@code
 * try (TcpServer server = new TcpServer(new InetSocketAddress("127.0.0.1", 9999), UpperCaseHandler::new,
 *         new ThreadingMixIn())) {
 *     server.serveForever();
 * }
 * }</pre>
 */
@NullMarked
package io.socketserver;

import org.jspecify.annotations.NullMarked;
