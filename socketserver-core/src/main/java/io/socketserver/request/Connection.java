package io.socketserver.request;

import java.time.Duration;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

import io.socketserver.tls.TlsSession;

/**
 * A connection, seen from outside its handler: what an operator lists, and closes.
 *
 * <p>
 * All methods may be called from any thread while the connection runs and after it has
 * ended. Counters are exact for what has completed, and may lag behind a transfer that is
 * just under way.
 */
public interface Connection extends Request {

	/**
	 * What the handler is doing.
	 * @return the state now
	 */
	ConnectionState state();

	/**
	 * How many bytes were read from the peer.
	 * @return the number of bytes
	 */
	long bytesIn();

	/**
	 * How many bytes the kernel took for the peer.
	 * @return the number of bytes
	 */
	long bytesOut();

	/**
	 * How many requests the peer has begun within this connection. A request begins with
	 * the first byte read while the connection was idle, and ends when the handler has
	 * written something and waits for input again, or says so with
	 * {@link StreamRequest#endRequest()}.
	 * @return the number of requests
	 */
	long requests();

	/**
	 * How long ago the last byte came in or went out, or the connection was accepted.
	 * @return the time since
	 */
	Duration idleTime();

	/**
	 * How long the connection has existed.
	 * @return the time since it was accepted
	 */
	Duration age();

	/**
	 * What the TLS handshake agreed on, and who the peer is by its certificate.
	 * @return empty without TLS, or while the handshake is not complete
	 */
	default Optional<TlsSession> tls() {
		return Optional.empty();
	}

	/**
	 * Why the connection ended, or is being ended.
	 * @return empty while nobody has decided to end it
	 */
	Optional<CloseReason> closeReason();

	/**
	 * Who is at the other end, as far as the application has said so.
	 * @return empty until {@link #identity(String)}
	 */
	Optional<String> identity();

	/**
	 * Says who is at the other end: a device, a user, an account. The connection is then
	 * found by it, with {@link Connections#withIdentity(String)}, until it ends.
	 * @param value the identity, which other connections may have too; null for none
	 */
	void identity(@Nullable String value);

	/**
	 * Ends the connection, whatever its handler does: a thread blocked in a read of it,
	 * platform or virtual, is freed and gets a {@link ConnectionClosedException}; one
	 * blocked in a write, after half a second at the latest. The peer sees an orderly end
	 * of stream, or a reset if it has only a part of what is being sent. If it has not
	 * closed its side half a second later, the connection is reset. Returns at once. No
	 * effect if the connection has ended.
	 * @param reason what {@link #closeReason()} then says, unless another reason was
	 * first
	 * @return true if this call decided the reason
	 */
	boolean close(CloseReason reason);

}
