package io.socketserver.request;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * Who moves the bytes of a connection and knows what its handler is doing: a thread of
 * its own that blocks, a selector loop, or a relay to a worker process. For strategies; a
 * handler never sees it.
 *
 * <p>
 * A strategy without a thread per request sets a driver with
 * {@link StreamRequest#driver(ConnectionDriver)} before it passes {@code processRequest}
 * on. {@code finishRequest} then only begins the handling, and the driver calls
 * {@link ServerContext#requestEnded} when the connection has ended.
 *
 * <p>
 * All methods may be called from any thread, and none of them blocks.
 */
public interface ConnectionDriver {

	/**
	 * How long a connection that was taken from the kernel's queue after a drain had
	 * begun may take to send its first byte: the request is often under way already.
	 */
	Duration FIRST_BYTE_GRACE = Duration.ofMillis(200);

	/**
	 * What the handler is doing.
	 * @return the state now
	 */
	ConnectionState state();

	/**
	 * Whether it opens the wire that a server wants, such as TLS, before a byte of the
	 * handler's passes. One that does not is refused by such a server.
	 * @return false by default
	 */
	default boolean opensWires() {
		return false;
	}

	/**
	 * How many requests the peer has begun.
	 * @return the number
	 */
	long requests();

	/**
	 * Whether the handler of this connection runs in a thread just now: that thread must
	 * not wait for the connection to end.
	 * @param thread the thread
	 * @return true if it does
	 */
	boolean isHandledBy(Thread thread);

	/**
	 * The server is drained: ends the connection in an orderly way, now if it is idle,
	 * else as soon as it is.
	 */
	void drain();

	/**
	 * {@link StreamRequest#close} has settled why the connection ends: ends it, whatever
	 * the handler does, but not in an orderly way behind a part of what is being sent.
	 */
	void closing();

	/**
	 * The deadline of a drain has come and the channel was reset: interrupts the handler.
	 */
	void cutOff();

	/**
	 * The channel was reset, because the peer did not react to the end of the connection.
	 */
	default void wasReset() {
	}

	/**
	 * Ends the connection if its time is up. Called by the watch thread, for drivers that
	 * have no timers of their own.
	 * @param idleNanos the idle timeout, 0 for none
	 * @param requestNanos the request timeout, 0 for none
	 * @return nanoseconds until the time may be up, or {@link Long#MAX_VALUE}
	 */
	default long checkDeadlines(long idleNanos, long requestNanos) {
		return Long.MAX_VALUE;
	}

	/**
	 * The handler exists, and can be told of a drain.
	 * @param handler the handler
	 */
	default void handledBy(RequestHandler handler) {
	}

	/**
	 * The handler has returned or thrown.
	 * @param error what was thrown, or null
	 */
	default void handled(@Nullable Throwable error) {
	}

	/**
	 * The connection is over, and the thread that served it serves others.
	 */
	default void left() {
	}

}
