/**
 * TLS over whatever carries bytes, on the JDK's {@link javax.net.ssl.SSLEngine}: blocking
 * and non-blocking alike. {@link io.socketserver.tls.TlsOptions} says how;
 * {@link io.socketserver.tls.TlsSession} is what a handshake agreed on. Knows nothing of
 * requests.
 */
@NullMarked
package io.socketserver.tls;

import org.jspecify.annotations.NullMarked;
