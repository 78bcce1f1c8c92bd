package io.socketserver.request;

import java.net.SocketAddress;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

/**
 * What all kinds of connection have in common: what {@link Connections} calls. Servers
 * make connections; users do not extend this class.
 */
public abstract class BaseConnection extends BaseRequest implements Connection, Watched {

	private static final AttributeKey<String> IDENTITY = AttributeKey.of("identity", String.class);

	BaseConnection(ServerContext server, long number, SocketAddress clientAddress, SocketAddress localAddress) {
		super(server, number, clientAddress, localAddress);
	}

	BaseConnection(ServerContext server, RequestOrigin origin) {
		super(server, origin);
	}

	/**
	 * A connection that counts as accepted.
	 * @param server its server
	 * @param clientAddress who is at the other end
	 * @param localAddress the server's end
	 */
	protected BaseConnection(ServerContext server, SocketAddress clientAddress, SocketAddress localAddress) {
		this(server, server.connections().nextNumber(), clientAddress, localAddress);
	}

	@Override
	public Optional<String> identity() {
		return attribute(IDENTITY);
	}

	@Override
	public void identity(@Nullable String value) {
		identity(value, this);
	}

	/**
	 * Changes the identity. For drivers.
	 * @param value the identity, or null for none
	 * @param connection what is found by it
	 */
	public void identity(@Nullable String value, Connection connection) {
		server().connections().identify(connection, identity().orElse(null), value);
		attribute(IDENTITY, value);
	}

	/**
	 * Over.
	 */
	protected abstract void ended();

	/**
	 * The thread that took this connection has nothing to do with it any more.
	 */
	protected abstract void left();

	/**
	 * Whether the handler runs in a thread just now.
	 * @param thread the thread
	 * @return true if it does
	 */
	protected abstract boolean isHandledBy(Thread thread);

	/**
	 * The server is drained: ends this connection if it is idle, else as soon as it is.
	 */
	protected abstract void drain();

	/**
	 * Whether a drain has ended this connection because it was idle.
	 * @return true once it has
	 */
	protected abstract boolean isDrained();

	/**
	 * Ends this connection at the deadline of a drain.
	 */
	protected abstract void cutOff();

	/**
	 * Gives up a peer that does not react to the end of the connection.
	 */
	protected abstract void giveUp();

	/**
	 * Counts this connection as one that a drain has ended.
	 * @param finished whether it was busy when the drain began, or only then made
	 */
	protected final void claimDrained(boolean finished) {
		server().connections().claimed(finished);
	}

	/**
	 * Whether a connection that is idle now has to end.
	 * @return true while the server is drained
	 */
	protected final boolean isIdleDrain() {
		return server().connections().isIdleDrain();
	}

	/**
	 * Has the watch look whether the idle timeout is up.
	 * @param now since when it counts, in nanoTime
	 */
	protected final void waitBegins(long now) {
		server().connections().watch().waitBegins(now);
	}

}
