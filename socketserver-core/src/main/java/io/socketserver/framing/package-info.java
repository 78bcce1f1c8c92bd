/**
 * Floor 1, beside the loop: how a stream of bytes becomes frames, and back. Knows nothing
 * of connections, so that every strategy can use it. Always bounded.
 */
@NullMarked
package io.socketserver.framing;

import org.jspecify.annotations.NullMarked;
