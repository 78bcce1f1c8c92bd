/**
 * Messages within a connection: how bytes are framed, and the
 * {@link io.socketserver.message.MessageHandler} that is called once per frame, under any
 * strategy.
 */
@NullMarked
package io.socketserver.message;

import org.jspecify.annotations.NullMarked;
