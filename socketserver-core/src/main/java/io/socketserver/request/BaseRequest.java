package io.socketserver.request;

import java.net.SocketAddress;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

import org.jspecify.annotations.Nullable;

/**
 * What all kinds of request have in common. Servers make requests; users do not extend
 * this class.
 */
public abstract class BaseRequest implements Request {

	private final ServerContext server;

	private final long number;

	private final SocketAddress clientAddress;

	private final SocketAddress localAddress;

	private final Instant acceptedAt = Instant.now();

	private final AtomicBoolean ended = new AtomicBoolean();

	// Most requests have no attributes, and thousands may be open.
	private volatile @Nullable Map<AttributeKey<?>, Object> attributes;

	BaseRequest(ServerContext server, long number, SocketAddress clientAddress, SocketAddress localAddress) {
		this.server = server;
		this.number = number;
		this.clientAddress = clientAddress;
		this.localAddress = localAddress;
	}

	@Override
	public String id() {
		return this.server.name() + "-" + this.number;
	}

	/**
	 * The number in the id: requests of a server are numbered as they are accepted.
	 * @return the number, from 1
	 */
	public long number() {
		return this.number;
	}

	@Override
	public SocketAddress clientAddress() {
		return this.clientAddress;
	}

	@Override
	public SocketAddress localAddress() {
		return this.localAddress;
	}

	@Override
	public ServerContext server() {
		return this.server;
	}

	@Override
	public Instant acceptedAt() {
		return this.acceptedAt;
	}

	@Override
	public <T> Optional<T> attribute(AttributeKey<T> key) {
		Map<AttributeKey<?>, Object> map = this.attributes;
		Object value = (map != null) ? map.get(key) : null;
		return (value != null) ? Optional.of(key.cast(value)) : Optional.empty();
	}

	@Override
	public <T> void attribute(AttributeKey<T> key, @Nullable T value) {
		if (value != null) {
			attributes().put(key, value);
		}
		else {
			attributes().remove(key);
		}
	}

	private synchronized Map<AttributeKey<?>, Object> attributes() {
		Map<AttributeKey<?>, Object> map = this.attributes;
		if (map == null) {
			map = new ConcurrentHashMap<>();
			this.attributes = map;
		}
		return map;
	}

	/**
	 * Claims the right to end this request. For the server, which so runs
	 * {@code shutdownRequest} exactly once.
	 * @return true for the first caller only
	 */
	public boolean claimEnd() {
		return this.ended.compareAndSet(false, true);
	}

	@Override
	public String toString() {
		return id() + " from " + this.clientAddress;
	}

}
