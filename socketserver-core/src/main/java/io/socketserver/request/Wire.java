package io.socketserver.request;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executor;

import io.socketserver.tls.TlsSession;

/**
 * The bytes of a connection as its handler means them: straight from the socket
 * ({@link PlainWire}), or with something below, such as encryption, that the handler does
 * not see.
 *
 * <p>
 * Works on a blocking channel and on a non-blocking one, whichever its connection's
 * strategy has chosen. Reads come from one thread at a time, writes too, and a read may
 * run at the same time as a write.
 */
public interface Wire {

	/**
	 * Makes ready what has to be ready before bytes can pass, such as a TLS handshake.
	 * For blocking channels.
	 * @param timeout how long it may take, if that is less than what the wire allows
	 * itself
	 * @throws SocketTimeoutException if the timeout was the one of the caller
	 * @throws IOException if the connection is lost or the peer is refused
	 */
	default void open(Duration timeout) throws IOException {
	}

	/**
	 * Makes the same ready piece by piece, as far as a non-blocking channel allows. To be
	 * called again when the channel is readable, or writable if {@link #flush()} says
	 * that something is left; when {@link #offload} says so; and when the time is up.
	 * @param until when it has to be ready, in nanoTime
	 * @return true once bytes can pass
	 * @throws IOException if the time is up, the connection is lost or the peer is
	 * refused
	 */
	default boolean advance(long until) throws IOException {
		return true;
	}

	/**
	 * Whether bytes can pass: until then nothing is to be written.
	 * @return true by default
	 */
	default boolean isOpen() {
		return true;
	}

	/**
	 * What a TLS handshake agreed on, if this wire speaks TLS.
	 * @return empty by default, and until the handshake is complete
	 */
	default Optional<TlsSession> tls() {
		return Optional.empty();
	}

	/**
	 * Has costly computations done elsewhere, and what they lead to. For non-blocking
	 * channels, before the first {@link #advance}. Meanwhile that one would wait, and
	 * need not be called.
	 * @param executor where
	 * @param whenNeeded called in that thread if {@link #advance} has to be called again,
	 * in whichever thread reads, although nothing may have come
	 */
	default void offload(Executor executor, Runnable whenNeeded) {
	}

	/**
	 * Reads what is there.
	 * @param into where to, with room for at least one byte
	 * @return how many bytes were read; 0 only from a non-blocking channel with nothing
	 * to read; -1 at the end of what the peer sends
	 * @throws IOException if the connection is lost, or what the peer sends is refused
	 */
	int read(ByteBuffer into) throws IOException;

	/**
	 * Reads what is there, waiting for no longer than a timeout. For blocking channels.
	 * @param into where to, with room for at least one byte
	 * @param timeout how long to wait for the first byte
	 * @return as {@link #read(ByteBuffer)}
	 * @throws SocketTimeoutException if nothing came; the connection is as it was
	 * @throws IOException as {@link #read(ByteBuffer)}
	 */
	int read(ByteBuffer into, Duration timeout) throws IOException;

	/**
	 * Writes: all there is to a blocking channel, what fits to a non-blocking one.
	 * @param from what to write, from position to limit
	 * @return how many bytes were taken
	 * @throws IOException if the connection is lost
	 */
	int write(ByteBuffer from) throws IOException;

	/**
	 * Sends what the wire itself holds back because a non-blocking channel was full.
	 * @return true if nothing is left; else to be called again when the channel is
	 * writable
	 * @throws IOException if the connection is lost
	 */
	default boolean flush() throws IOException {
		return true;
	}

	/**
	 * Whether there are bytes that a selector does not know of: {@link #read(ByteBuffer)}
	 * then has to be called again without waiting for readiness.
	 * @return false by default
	 */
	default boolean hasInput() {
		return false;
	}

	/**
	 * Tells the peer that nothing more will come.
	 * @throws IOException if the connection is gone
	 */
	void shutdownOutput() throws IOException;

	/**
	 * Frees a thread that waits in a write, for a close by force: never waits itself.
	 * @throws IOException if the connection is gone
	 */
	default void cutOutput() throws IOException {
		shutdownOutput();
	}

}
