package io.socketserver.message;

import java.util.concurrent.CompletionStage;

import org.jspecify.annotations.Nullable;

import io.socketserver.request.CloseReason;

/**
 * The user's work on the messages of connections, called once per frame:
 *
 * <pre>{@code
 * class UpperCaseHandler implements MessageHandler<String, String> {
 *
 *     public String onMessage(MessageConnection<String> connection, String message) {
 *         return message.toUpperCase(Locale.ROOT);
 *     }
 *
 * }
 * }</pre>
 *
 * <p>
 * For one connection the methods are called one after another, never at the same time:
 * {@link #onOpen} first, {@link #onClose} last and exactly once. One object may serve all
 * connections of a server, whose calls then come from several threads; what belongs to a
 * connection is kept in its attributes. Where the methods run is the server's choice: in
 * a thread that may block, or on a selector loop, which it must not.
 *
 * @param <I> what comes in
 * @param <O> what goes out
 */
@FunctionalInterface
public interface MessageHandler<I, O> {

	/**
	 * A connection begins.
	 * @param connection the connection
	 * @throws Exception as for {@link #onMessage}
	 */
	default void onOpen(MessageConnection<O> connection) throws Exception {
	}

	/**
	 * A message has come.
	 *
	 * <p>
	 * The result is the reply: an {@code O}; null for none; or a {@link CompletionStage}
	 * of either, whose reply is sent when it completes, in the order of the messages.
	 * Implementations may declare the narrower type.
	 * @param connection the connection
	 * @param message the message; a {@link java.nio.ByteBuffer} is valid only during the
	 * call
	 * @return the reply, or null
	 * @throws Exception to end the connection: {@link #onError} may send a last message
	 */
	@Nullable Object onMessage(MessageConnection<O> connection, I message) throws Exception;

	/**
	 * Something failed: a frame was bad, a message could not be decoded, this handler
	 * threw, or a stage it returned did. The connection ends after this call, once the
	 * result has been sent. To go on instead, catch the exception in {@link #onMessage}.
	 * @param connection the connection
	 * @param error what was thrown
	 * @return a last message to the peer; null, the default, for none
	 * @throws Exception which is logged with the error
	 */
	default @Nullable O onError(MessageConnection<O> connection, Throwable error) throws Exception {
		return null;
	}

	/**
	 * The peer has been silent for the idle timeout. Closes the connection by default; an
	 * implementation that does not has it kept open for another idle timeout.
	 * @param connection the connection
	 * @throws Exception as for {@link #onMessage}
	 */
	default void onIdle(MessageConnection<O> connection) throws Exception {
		connection.close(CloseReason.IDLE_TIMEOUT);
	}

	/**
	 * The server ends, and this connection, which is idle, will be closed: the place to
	 * send a protocol's good-bye.
	 * @param connection the connection
	 * @throws Exception which is logged and ignored
	 */
	default void onGoodbye(MessageConnection<O> connection) throws Exception {
	}

	/**
	 * A connection has ended: the last call for it.
	 * @param connection the connection, to which nothing can be sent any more
	 * @param reason why it ended
	 * @throws Exception which is logged and ignored
	 */
	default void onClose(MessageConnection<O> connection, CloseReason reason) throws Exception {
	}

}
