/**
 * Floor 2, above requests: the PROXY protocol, by which a proxy tells whom it serves. The
 * parser knows nothing of connections.
 */
@NullMarked
package io.socketserver.proxy;

import org.jspecify.annotations.NullMarked;
