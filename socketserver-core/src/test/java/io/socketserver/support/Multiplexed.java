package io.socketserver.support;

import java.nio.charset.StandardCharsets;
import java.util.Locale;

import org.junit.jupiter.api.Assumptions;

import io.socketserver.framing.Framing;
import io.socketserver.internal.VirtualThreads;
import io.socketserver.message.Codec;
import io.socketserver.message.HandlerExecution;
import io.socketserver.message.MessageConnection;
import io.socketserver.message.MessageHandler;
import io.socketserver.message.MessageService;
import io.socketserver.mixin.MultiplexingMixIn;
import io.socketserver.request.MixIn;

/**
 * Ways to multiplex, which blocking handlers do not fit: what a test of a transport has
 * to try beside {@link Strategy}.
 */
public enum Multiplexed implements Serving {

	/**
	 * Handlers run on the loops.
	 */
	ON_LOOP,

	/**
	 * Handlers run on a pool.
	 */
	ON_POOL,

	/**
	 * Handlers run in virtual threads; skipped before JDK 21.
	 */
	ON_VIRTUAL;

	/**
	 * A mix-in with two loops. Skips the test where this JDK lacks the threads.
	 * @return the mix-in
	 */
	public MultiplexingMixIn mixIn() {
		Assumptions.assumeTrue(this != ON_VIRTUAL || VirtualThreads.supported(),
				() -> "virtual threads need JDK 21, and this is " + Runtime.version());
		return new MultiplexingMixIn(2, switch (this) {
			case ON_LOOP -> HandlerExecution.loop();
			case ON_POOL -> HandlerExecution.pool(2);
			case ON_VIRTUAL -> HandlerExecution.virtual();
		});
	}

	@Override
	public MixIn[] mixIns() {
		return new MixIn[] { mixIn() };
	}

	@Override
	public boolean isConcurrent() {
		return true;
	}

	/**
	 * Answers each line with the same in capitals, and has no {@code onOpen}.
	 * @return the handlers
	 */
	public static MessageService<String, String> upper() {
		return MessageService.of(Framing.line(8192), Codec.string(StandardCharsets.UTF_8),
				(connection, message) -> message.toUpperCase(Locale.ROOT));
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
