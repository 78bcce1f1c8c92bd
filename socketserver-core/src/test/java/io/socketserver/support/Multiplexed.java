package io.socketserver.support;

import java.nio.charset.StandardCharsets;
import java.util.Locale;

import io.socketserver.framing.Framing;
import io.socketserver.message.Codec;
import io.socketserver.message.HandlerExecution;
import io.socketserver.message.MessageConnection;
import io.socketserver.message.MessageHandler;
import io.socketserver.message.MessageService;
import io.socketserver.mixin.MultiplexingMixIn;

/**
 * Ways to multiplex, which blocking handlers do not fit: what a test of a transport has
 * to try beside {@link Strategy}.
 */
public enum Multiplexed {

	/**
	 * Handlers run on the loops.
	 */
	ON_LOOP,

	/**
	 * Handlers run on a pool.
	 */
	ON_POOL;

	/**
	 * A mix-in with two loops.
	 * @return the mix-in
	 */
	public MultiplexingMixIn mixIn() {
		return new MultiplexingMixIn(2, (this == ON_LOOP) ? HandlerExecution.loop() : HandlerExecution.pool(2));
	}

	/**
	 * Says who the client is, and answers each line with the same in capitals.
	 * @return the handlers
	 */
	public static MessageService<String, String> who() {
		return MessageService.of(Framing.line(8192), Codec.string(StandardCharsets.UTF_8), new Who());
	}

	private static final class Who implements MessageHandler<String, String> {

		@Override
		public void onOpen(MessageConnection<String> connection) {
			connection.send(connection.clientAddress().toString());
		}

		@Override
		public Object onMessage(MessageConnection<String> connection, String message) {
			return message.toUpperCase(Locale.ROOT);
		}

	}

}
