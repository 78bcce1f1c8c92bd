package io.socketserver.request;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

import org.jspecify.annotations.Nullable;

/**
 * The connections a server is serving, in one place that knows when each begins and ends.
 * All methods may be called from any thread.
 */
public final class Connections {

	private static final Logger logger = System.getLogger(Connections.class.getName());

	private final String serverName;

	private final ServerStatistics statistics;

	private final Duration idleTimeout;

	private final Duration requestTimeout;

	private final ConnectionWatch watch;

	private final List<ServerListener> listeners = new CopyOnWriteArrayList<>();

	private final Set<BaseConnection> open = ConcurrentHashMap.newKeySet();

	// The sets are replaced, never changed.
	private final ConcurrentHashMap<String, Set<Connection>> identified = new ConcurrentHashMap<>();

	private final Datagrams datagrams = new Datagrams();

	private final AtomicLong numbers = new AtomicLong();

	private final AtomicInteger awaitingHeader = new AtomicInteger();

	private final AtomicInteger handshaking = new AtomicInteger();

	// Idle connections a drain has ended, whose handlers have not returned yet.
	private final AtomicInteger claimed = new AtomicInteger();

	// The lock and its condition are only for those who wait for connections to end.
	private final ReentrantLock lock = new ReentrantLock();

	private final Condition ended = this.lock.newCondition();

	private volatile @Nullable DrainCount drain;

	private volatile boolean idleDrain;

	// No more connections begin for the time being.
	private volatile boolean over;

	/**
	 * An empty registry. For the server.
	 * @param serverName the server's name
	 * @param statistics what is counted
	 * @param idleTimeout the longest wait for a peer; zero for none
	 * @param requestTimeout the longest request within a connection; zero for none
	 */
	public Connections(String serverName, ServerStatistics statistics, Duration idleTimeout, Duration requestTimeout) {
		this.serverName = serverName;
		this.statistics = statistics;
		this.idleTimeout = idleTimeout;
		this.requestTimeout = requestTimeout;
		this.watch = new ConnectionWatch(serverName, List.of(this.open, this.datagrams.all()), idleTimeout,
				requestTimeout);
	}

	/**
	 * The open connections.
	 * @return a live view that cannot be changed, in no order
	 */
	public Collection<Connection> all() {
		return Collections.unmodifiableCollection(this.open);
	}

	/**
	 * How long a peer may be silent while the server waits for it.
	 * @return the time; zero for ever
	 */
	public Duration idleTimeout() {
		return this.idleTimeout;
	}

	/**
	 * How long a request within a connection may take.
	 * @return the time; zero for ever
	 */
	public Duration requestTimeout() {
		return this.requestTimeout;
	}

	/**
	 * How many connections are open.
	 * @return the number
	 */
	public int count() {
		return this.open.size();
	}

	/**
	 * How many clients have connected whose PROXY header has not come yet: they are not
	 * among the open connections, and wait for a place there even with their header if
	 * the server is full.
	 * @return the number
	 */
	public int awaitingHeader() {
		return this.awaitingHeader.get();
	}

	/**
	 * How many open connections are in the midst of a TLS handshake.
	 * @return the number
	 */
	public int handshaking() {
		return this.handshaking.get();
	}

	/**
	 * More or fewer clients wait for their PROXY header, or for a place behind it. For
	 * the server.
	 * @param more how many more; less than zero for fewer
	 */
	public void awaitHeaders(int more) {
		this.awaitingHeader.addAndGet(more);
	}

	/**
	 * A TLS handshake begins.
	 * @return its begin, for its end
	 */
	long handshakeBegins() {
		this.handshaking.incrementAndGet();
		return System.nanoTime();
	}

	void handshakeEnds(Connection connection, long begin, HandshakeOutcome outcome) {
		this.handshaking.decrementAndGet();
		Duration duration = Duration.ofNanos(System.nanoTime() - begin);
		tell((listener) -> listener.handshakeFinished(connection, duration, outcome));
	}

	/**
	 * Finds an open connection.
	 * @param id its id
	 * @return empty if it is not open, or not of this server
	 */
	public Optional<Connection> find(String id) {
		return this.open.stream()
			.filter((request) -> request.id().equals(id))
			.<Connection>map((found) -> found)
			.findAny();
	}

	/**
	 * Finds open connections by who is at their other end.
	 * @param identity what {@link Connection#identity(String)} was told
	 * @return the connections, in no order; of a server of messages each is a
	 * {@code MessageConnection}
	 */
	public List<Connection> withIdentity(String identity) {
		return List.copyOf(this.identified.getOrDefault(identity, Set.of()));
	}

	void identify(Connection connection, @Nullable String before, @Nullable String identity) {
		if (before != null) {
			this.identified.computeIfPresent(before, (key, all) -> without(all, connection));
		}
		if (identity != null) {
			this.identified.merge(identity, Set.of(connection), Connections::union);
		}
	}

	private static Set<Connection> union(Set<Connection> some, Set<Connection> more) {
		Set<Connection> all = new HashSet<>(some);
		all.addAll(more);
		return all;
	}

	private static @Nullable Set<Connection> without(Set<Connection> all, Connection gone) {
		Set<Connection> rest = new HashSet<>(all);
		rest.removeIf((connection) -> connection.id().equals(gone.id()));
		return rest.isEmpty() ? null : rest;
	}

	/**
	 * Has a listener told from now on.
	 * @param listener the listener
	 */
	public void addListener(ServerListener listener) {
		this.listeners.add(listener);
	}

	/**
	 * Has a listener told no more.
	 * @param listener the listener
	 */
	public void removeListener(ServerListener listener) {
		this.listeners.remove(listener);
	}

	long nextNumber() {
		this.statistics.countAccepted();
		return this.numbers.incrementAndGet();
	}

	long nextDatagram(int length) {
		this.statistics.countDatagramIn(length);
		return this.numbers.incrementAndGet();
	}

	ConnectionWatch watch() {
		return this.watch;
	}

	/**
	 * A connection begins. For the server.
	 * @param request the connection
	 */
	public void opened(BaseConnection request) {
		this.over = false;
		this.open.add(request);
		tell((listener) -> listener.connectionOpened(request));
	}

	void opened(DatagramRequest request) {
		this.over = false;
		this.datagrams.add(request);
	}

	/**
	 * Whoever waits for the last datagram sees it counted: so it is removed last.
	 */
	void closed(DatagramRequest request) {
		CloseReason reason = request.closeReason().orElse(CloseReason.COMPLETED);
		this.statistics.countEnd(reason);
		if (this.datagrams.contains(request)) {
			DrainCount count = this.drain;
			if (count != null) {
				count.ended(reason);
			}
			this.datagrams.remove(request);
		}
		signalEnded();
		stopWatchIfOver();
	}

	/**
	 * A connection has ended, or was refused and never began. For the server.
	 * @param request the connection
	 */
	public void closed(BaseConnection request) {
		request.ended();
		CloseReason reason = request.closeReason().orElse(CloseReason.COMPLETED);
		this.statistics.countClosed(reason);
		tell((listener) -> listener.connectionClosed(request, reason));
		if (this.open.contains(request)) {
			remove(request, reason);
		}
		request.left();
		signalEnded();
		stopWatchIfOver();
	}

	private void stopWatchIfOver() {
		if (this.over && isEmpty()) {
			this.watch.stop();
		}
	}

	private boolean isEmpty() {
		return this.open.isEmpty() && this.datagrams.count() == 0;
	}

	/**
	 * Whoever waits for the last request sees it counted, and never sees too few in
	 * flight: so the connection is removed last.
	 */
	private void remove(BaseConnection request, CloseReason reason) {
		request.identity(null);
		DrainCount count = this.drain;
		if (request.isDrained()) {
			this.claimed.decrementAndGet();
		}
		else if (count != null) {
			count.ended(reason);
		}
		this.open.remove(request);
	}

	/**
	 * How many datagrams are being handled.
	 * @return the number
	 */
	public int datagramsInFlight() {
		return this.datagrams.count();
	}

	/**
	 * Whether the calling thread is a handler's of an open connection or of a datagram.
	 * @return true in a handler's thread
	 */
	public boolean isHandlerThread() {
		return isHandledIn(Thread.currentThread());
	}

	/**
	 * Whether a thread is a handler's of an open connection or of a datagram. For the
	 * server.
	 * @param thread a thread, or null
	 * @return true if it serves one
	 */
	public boolean isHandledIn(@Nullable Thread thread) {
		return thread != null && (this.open.stream().anyMatch((request) -> request.isHandledBy(thread))
				|| this.datagrams.isHandledIn(thread));
	}

	/**
	 * Whether a thread is held by a connection that a drain has ended. For the server.
	 * @param thread a thread, or null
	 * @return true if it serves such a connection
	 */
	public boolean isDrainedIn(@Nullable Thread thread) {
		return thread != null
				&& this.open.stream().anyMatch((request) -> request.isDrained() && request.isHandledBy(thread));
	}

	/**
	 * Begins to count how connections end. For the server.
	 */
	public void beginDrain() {
		this.drain = new DrainCount();
	}

	/**
	 * From here on a connection that gets idle ends. For the server, which is draining.
	 */
	public void beginIdleDrain() {
		this.idleDrain = true;
	}

	boolean isIdleDrain() {
		return this.idleDrain;
	}

	/**
	 * Ends what is idle. For the server, which is draining.
	 */
	public void drainIdle() {
		beginIdleDrain();
		this.open.forEach(BaseConnection::drain);
	}

	/**
	 * Resets what is still busy. For the server, at the deadline of a drain.
	 */
	public void cutOff() {
		this.open.stream().filter((request) -> !request.isDrained()).forEach(BaseConnection::cutOff);
		this.datagrams.cutOff();
	}

	/**
	 * Resets what a drain has ended but whose peers have not reacted. For the server.
	 */
	public void resetRest() {
		this.open.forEach(BaseConnection::giveUp);
	}

	/**
	 * How many connections have work to finish (all but those a drain found idle), and
	 * how many datagrams.
	 * @return the number
	 */
	public int inFlight() {
		return Math.max(0, this.open.size() - this.claimed.get()) + this.datagrams.count();
	}

	/**
	 * Waits until no connection has work to finish. For the server.
	 * @param deadline the end of the wait in nanoTime; asked again when
	 * {@link #wakeWaiters()} is called
	 * @param noMoreComes whether no further connection can begin; asked again likewise
	 * @return false if the deadline came first
	 */
	public boolean awaitFinished(LongSupplier deadline, BooleanSupplier noMoreComes) {
		return await(deadline, () -> noMoreComes.getAsBoolean() && inFlight() == 0);
	}

	/**
	 * Waits until no connection is open and no datagram handled. For the server.
	 * @param deadline the end of the wait in nanoTime
	 * @return false if the deadline came first
	 */
	public boolean awaitEmpty(LongSupplier deadline) {
		return await(deadline, this::isEmpty);
	}

	private boolean await(LongSupplier deadline, BooleanSupplier done) {
		this.lock.lock();
		try {
			while (!done.getAsBoolean()) {
				long left = deadline.getAsLong() - System.nanoTime();
				if (left <= 0) {
					return false;
				}
				try {
					this.ended.awaitNanos(left);
				}
				catch (InterruptedException ignored) {
					// Only the drain's own thread waits here, and an interrupt must not
					// cut off requests before their deadline.
				}
			}
			return true;
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Has those who wait look again. For the server.
	 */
	public void wakeWaiters() {
		this.lock.lock();
		try {
			this.ended.signalAll();
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * How connections have ended since {@link #beginDrain()}.
	 * @param took how long the drain took
	 * @return the report
	 */
	public DrainReport drainReport(Duration took) {
		DrainCount count = this.drain;
		return (count != null) ? count.report(inFlight(), took) : DrainReport.NOTHING;
	}

	/**
	 * Ends the counting. For the server.
	 */
	public void endDrain() {
		this.drain = null;
		this.idleDrain = false;
		// The watch starts again for connections that go on, and ends with the last.
		this.over = true;
		this.watch.stop();
	}

	/**
	 * A drain has ended a connection that had nothing to do, or nothing any more.
	 */
	void claimed(boolean finished) {
		this.claimed.incrementAndGet();
		DrainCount count = this.drain;
		if (count != null) {
			count.claimed(finished);
		}
		signalEnded();
	}

	/**
	 * Logs that a handler failed where nothing depends on it any more. For drivers.
	 * @param request the connection
	 * @param error what was thrown
	 */
	public void goodbyeFailed(StreamRequest request, Throwable error) {
		logger.log(Level.DEBUG, () -> "The good-bye to " + request + " failed", error);
	}

	private void signalEnded() {
		// Without a drain nobody waits, and connections end without taking the lock.
		if (this.drain != null) {
			wakeWaiters();
		}
	}

	/**
	 * Tells listeners that a request within a connection has ended, or the handling of a
	 * datagram. For drivers.
	 * @param request the connection or the datagram
	 * @param duration from its first byte to its end
	 * @param outcome how it ended
	 */
	public void requestFinished(Request request, Duration duration, RequestOutcome outcome) {
		tell((listener) -> listener.requestFinished(request, duration, outcome));
	}

	/**
	 * Whether anybody is told of requests: if not, drivers need not time them.
	 * @return true if there is a listener
	 */
	public boolean hasListeners() {
		return !this.listeners.isEmpty();
	}

	private void tell(Consumer<ServerListener> event) {
		for (ServerListener listener : this.listeners) {
			try {
				event.accept(listener);
			}
			catch (Throwable ex) {
				logger.log(Level.WARNING, "A listener of " + this.serverName + " failed", ex);
			}
		}
	}

}
