package io.socketserver.message;

import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

import io.socketserver.framing.FramingException;
import io.socketserver.request.AttributeKey;
import io.socketserver.request.CloseReason;
import io.socketserver.request.ConnectionState;
import io.socketserver.request.ServerContext;
import io.socketserver.request.StreamRequest;
import io.socketserver.tls.TlsSession;

/**
 * What message connections have in common: what they know from their request.
 *
 * @param <I> what comes in
 * @param <O> what goes out
 */
abstract class BaseMessageConnection<I, O> implements MessageConnection<O> {

	final StreamRequest request;

	BaseMessageConnection(StreamRequest request) {
		this.request = request;
	}

	/**
	 * What is served. Not kept here: idle connections are many.
	 */
	abstract MessageService<I, O> service();

	@Override
	public final EncodedMessage encode(O message) {
		return new EncodedMessage(frame(message));
	}

	/**
	 * The bytes of a message, in a new buffer.
	 */
	final ByteBuffer frame(O message) {
		try {
			return service().frame(message);
		}
		catch (FramingException ex) {
			throw new IllegalArgumentException("Cannot send to " + id() + ": " + ex.getMessage(), ex);
		}
		catch (RuntimeException ex) {
			throw ex;
		}
		catch (Exception ex) {
			throw new IllegalArgumentException("Cannot encode a message to " + id() + ": " + ex.getMessage(), ex);
		}
	}

	@Override
	public final boolean close(CloseReason reason) {
		return this.request.close(reason);
	}

	@Override
	public ConnectionState state() {
		return this.request.state();
	}

	@Override
	public final long bytesIn() {
		return this.request.bytesIn();
	}

	@Override
	public final long bytesOut() {
		return this.request.bytesOut();
	}

	@Override
	public long requests() {
		return this.request.requests();
	}

	@Override
	public final Duration idleTime() {
		return this.request.idleTime();
	}

	@Override
	public final Duration age() {
		return this.request.age();
	}

	@Override
	public final Optional<TlsSession> tls() {
		return this.request.tls();
	}

	@Override
	public final Optional<CloseReason> closeReason() {
		return this.request.closeReason();
	}

	@Override
	public final String id() {
		return this.request.id();
	}

	@Override
	public final SocketAddress clientAddress() {
		return this.request.clientAddress();
	}

	@Override
	public final Optional<SocketAddress> proxyAddress() {
		return this.request.proxyAddress();
	}

	@Override
	public final SocketAddress localAddress() {
		return this.request.localAddress();
	}

	@Override
	public final ServerContext server() {
		return this.request.server();
	}

	@Override
	public final Instant acceptedAt() {
		return this.request.acceptedAt();
	}

	@Override
	public final <T> Optional<T> attribute(AttributeKey<T> key) {
		return this.request.attribute(key);
	}

	@Override
	public final <T> void attribute(AttributeKey<T> key, @Nullable T value) {
		this.request.attribute(key, value);
	}

	@Override
	public final Optional<String> identity() {
		return this.request.identity();
	}

	@Override
	public final void identity(@Nullable String value) {
		this.request.identity(value, this);
	}

	@Override
	public final String toString() {
		return this.request.toString();
	}

}
