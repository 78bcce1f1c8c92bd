/**
 * Floor 3: messages. A {@link io.socketserver.message.MessageHandler} is called once per
 * frame, under every concurrency strategy: in a thread of its connection, or multiplexed
 * over few selector loops.
 */
@NullMarked
package io.socketserver.message;

import org.jspecify.annotations.NullMarked;
