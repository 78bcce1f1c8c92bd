/**
 * Floor 2: requests in worker processes. A pool of JVMs, started ahead of need, and the
 * relay that carries a connection's bytes to one of them. The server's process keeps the
 * socket, limits, timeouts, TLS and counters; a worker runs handlers and nothing else.
 */
@NullMarked
package io.socketserver.fork;

import org.jspecify.annotations.NullMarked;
