package io.socketserver.request;

import java.io.IOException;
import java.net.SocketAddress;
import java.time.Instant;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;

import org.jspecify.annotations.Nullable;

/**
 * What all kinds of request have in common. Servers make requests; users do not extend
 * this class.
 */
public abstract class BaseRequest implements Request {

	private static final AtomicIntegerFieldUpdater<BaseRequest> ENDED = AtomicIntegerFieldUpdater
		.newUpdater(BaseRequest.class, "ended");

	private final ServerContext server;

	private final long number;

	// Changed before anybody else sees the request, if at all, as is the next.
	private SocketAddress clientAddress;

	private @Nullable SocketAddress proxyAddress;

	private final SocketAddress localAddress;

	// Not an object each: thousands of connections may be open.
	private final long acceptedMillis;

	@SuppressWarnings("UnusedVariable") // Through ENDED.
	private volatile int ended;

	// The limits that count it: null, the only one, or a set of several.
	private @Nullable Object countedBy; // Guarded by this.

	// Most requests have no attributes, and thousands may be open.
	private volatile @Nullable Map<AttributeKey<?>, Object> attributes;

	BaseRequest(ServerContext server, long number, SocketAddress clientAddress, SocketAddress localAddress) {
		this(server, new RequestOrigin(number, clientAddress, Optional.empty(), localAddress, Instant.now()));
	}

	BaseRequest(ServerContext server, RequestOrigin origin) {
		this.server = server;
		this.number = origin.number();
		this.clientAddress = origin.clientAddress();
		this.proxyAddress = origin.proxyAddress().orElse(null);
		this.localAddress = origin.localAddress();
		this.acceptedMillis = origin.acceptedAt().toEpochMilli();
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
	public Optional<SocketAddress> proxyAddress() {
		return Optional.ofNullable(this.proxyAddress);
	}

	/**
	 * Whoever sent the request did so for somebody else. For the server, before
	 * {@code verifyRequest}.
	 * @param client the real client's address
	 */
	public void proxiedFor(SocketAddress client) {
		this.proxyAddress = this.clientAddress;
		this.clientAddress = client;
	}

	/**
	 * Begins with what is known of another request: its proxy and its attributes. For a
	 * session, before anybody else sees it.
	 * @param first the other request
	 */
	protected final void beginLike(BaseRequest first) {
		this.proxyAddress = first.proxyAddress;
		Map<AttributeKey<?>, Object> known = first.attributes;
		this.attributes = (known != null) ? new ConcurrentHashMap<>(known) : null;
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
		return Instant.ofEpochMilli(this.acceptedMillis);
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
		return ENDED.compareAndSet(this, 0, 1);
	}

	/**
	 * Counts this request in a limit. For mix-ins: so a limit needs no record of who is
	 * in.
	 * @param limit the limit, whose {@code equals} is identity
	 * @return false if it is counted there already
	 */
	public synchronized boolean enter(Object limit) {
		Object current = this.countedBy;
		if (current == null) {
			this.countedBy = limit;
			return true;
		}
		if (current instanceof Several several) {
			return several.add(limit);
		}
		if (current == limit) {
			return false;
		}
		Several several = new Several();
		several.add(current);
		this.countedBy = several;
		return several.add(limit);
	}

	/**
	 * Counts this request in a limit no more. For mix-ins.
	 * @param limit the limit
	 * @return false if it was not counted there
	 */
	public synchronized boolean leave(Object limit) {
		if (this.countedBy instanceof Several several) {
			return several.remove(limit);
		}
		boolean counted = this.countedBy == limit;
		if (counted) {
			this.countedBy = null;
		}
		return counted;
	}

	/**
	 * The handling begins, in the calling thread unless somebody else drives it. For the
	 * server.
	 */
	public abstract void started();

	/**
	 * Makes the connection ready for a handler, in the thread that will run it: TLS has
	 * its handshake. For the server.
	 * @throws IOException if the peer is lost or refused
	 */
	public void establish() throws IOException {
	}

	/**
	 * Whether the handling goes on when {@code finishRequest} has returned, so that
	 * somebody else will call {@link ServerContext#requestEnded}. For the server.
	 * @return true if it is not the calling thread that handles it
	 */
	public boolean isDriven() {
		return false;
	}

	/**
	 * The handler exists. For the server.
	 * @param handler the handler
	 */
	public void handledBy(RequestHandler handler) {
	}

	/**
	 * {@code handle} has thrown, and {@code finish} is called next. For the server.
	 * @param error what was thrown
	 */
	public void failing(Throwable error) {
	}

	/**
	 * The handler has returned or thrown. For the server.
	 * @param error what was thrown, or null
	 */
	public abstract void handled(@Nullable Throwable error);

	/**
	 * Settles why the request ends. For the server, at the begin of
	 * {@code shutdownRequest}.
	 * @param reason a reason that counts if there is none yet; null for what is known of
	 * the peer
	 */
	public abstract void settleReason(@Nullable CloseReason reason);

	/**
	 * Settles why the request ends, unless that is settled. For drivers.
	 * @param reason the reason
	 * @return true if this is the reason from now on
	 */
	public abstract boolean endsFor(CloseReason reason);

	/**
	 * Ends the request by force, whatever its handler does. For the server.
	 * @param reason why, unless another reason was first
	 * @return true if this call decided the reason
	 */
	public abstract boolean close(CloseReason reason);

	/**
	 * Whether {@link #close} has ended the request: what its handler throws then is not
	 * its fault.
	 * @return true after a forced close
	 */
	public abstract boolean isForced();

	/**
	 * Why the request ended, or is being ended.
	 * @return empty while nobody has decided to end it
	 */
	public abstract Optional<CloseReason> closeReason();

	/**
	 * The request was verified: it counts from here on. For the server.
	 */
	public abstract void opened();

	/**
	 * The request has ended, or was refused and never began. For the server.
	 */
	public abstract void closed();

	/**
	 * Gives back what it holds, quietly. For the server; may be called from any thread.
	 */
	public abstract void closeQuietly();

	@Override
	public String toString() {
		String from = id() + " from " + Addresses.text(this.clientAddress);
		return (this.proxyAddress != null) ? from + " via " + Addresses.text(this.proxyAddress) : from;
	}

	@SuppressWarnings("serial") // Is not serialized.
	private static final class Several extends HashSet<Object> {

	}

}
