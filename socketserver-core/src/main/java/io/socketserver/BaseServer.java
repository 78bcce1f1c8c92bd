package io.socketserver;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.SocketAddress;
import java.nio.channels.SelectableChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;

import org.jspecify.annotations.Nullable;

import io.socketserver.internal.DescriptorLimit;
import io.socketserver.loop.SelectorLoop;
import io.socketserver.mixin.LimitingMixIn;
import io.socketserver.request.AcceptGate;
import io.socketserver.request.Addresses;
import io.socketserver.request.Connections;
import io.socketserver.request.DrainReport;
import io.socketserver.request.MixIn;
import io.socketserver.request.Request;
import io.socketserver.request.RequestHandlerFactory;
import io.socketserver.request.ServerListener;
import io.socketserver.request.ServerStatistics;
import io.socketserver.request.StreamOptions;

/**
 * Owns a listening socket and the loop that takes requests from it. Python's
 * {@code BaseServer}.
 *
 * <p>
 * <b>Life-cycle.</b> {@link #bind()} opens the socket; {@link #serveForever()} runs the
 * loop in the calling thread, {@link #start()} in a new one, {@link #handleRequest()} for
 * one request; {@link #shutdown()} ends the loop in an orderly way and leaves the socket
 * open, {@link #close()} closes that too. All of them may be called from any thread, the
 * loop's and a handler's own included, and any number of times. A closed server can be
 * bound anew.
 *
 * <p>
 * <b>Hooks.</b> The protected methods are Python's: override them in a subclass, or lay a
 * {@link MixIn} over those of the request cycle. Each says which thread runs it. Nothing
 * a hook throws ends the loop.
 *
 * <p>
 * <b>Threads.</b> Every public method may be called from any thread.
 */
public abstract class BaseServer extends RequestHooks implements AutoCloseable {

	private static final Logger logger = System.getLogger(BaseServer.class.getName());

	// Jars, logs and the JVM itself need descriptors too.
	private static final int DESCRIPTOR_RESERVE = 64;

	private static final Object PAUSED = new Object() {
		@Override
		public String toString() {
			return "paused";
		}
	};

	private final SocketAddress address;

	private final ServerOptions options;

	private final StreamOptions streamOptions;

	private final List<MixIn> mixIns;

	private final ServerStatistics statistics = new ServerStatistics();

	private final Connections connections;

	private final SelectorLoop loop;

	private final Gate gate;

	private final Admission admission;

	private final Acceptor acceptor;

	private final Lingerer lingerer;

	private final ReentrantLock lock = new ReentrantLock();

	// The four below are guarded by lock for writing; any thread reads them.
	private volatile ServerState state = ServerState.NEW;

	private volatile @Nullable Drain drain;

	private volatile @Nullable SelectableChannel listener;

	private volatile @Nullable SocketAddress boundAddress;

	// More sockets on the same port, each with a loop of its own.
	private volatile List<Receiver> receivers = List.of();

	// A shutdown that came before the loop did: the loop then ends at once.
	private boolean shutdownFirst; // Guarded by lock.

	/**
	 * Does not bind yet.
	 * @param address where to listen
	 * @param handlers makes a handler per request
	 * @param options how to listen, and what to allow
	 * @param mixIns concurrency and other concerns, the outermost first
	 */
	protected BaseServer(SocketAddress address, RequestHandlerFactory handlers, ServerOptions options,
			MixIn... mixIns) {
		super(handlers);
		this.address = address;
		this.options = options;
		this.streamOptions = options.stream();
		List<MixIn> all = new ArrayList<>();
		// Outermost: it counts in the loop, before a strategy moves the request away.
		all.add(new LimitingMixIn(options.maxConnections()));
		all.addAll(List.of(mixIns));
		this.mixIns = List.copyOf(all);
		this.connections = new Connections(options.name(), this.statistics, options.idleTimeout(),
				options.requestTimeout());
		this.loop = new SelectorLoop(options.name());
		this.gate = new Gate(this.loop, this::updateInterest);
		this.admission = options.proxyProtocol()
			.<Admission>map((protocol) -> new ProxyAdmission(this, this.loop, this.gate, protocol))
			.orElseGet(() -> Admission.direct(this));
		this.acceptor = new Acceptor(this, this::getRequest, this.admission, this::runServiceActions);
		this.lingerer = new Lingerer(this.loop, options.lingerTimeout());
		layOver(this.mixIns);
	}

	@Override
	public String name() {
		return this.options.name();
	}

	/**
	 * What carries the requests: a metric's tag.
	 * @return for example {@code tcp}
	 */
	public abstract String transport();

	/**
	 * How this server listens, and what it allows.
	 * @return the options
	 */
	public ServerOptions options() {
		return this.options;
	}

	/**
	 * The mix-ins, the outermost first, which is the server's own limit of connections.
	 * @return an immutable list
	 */
	public List<MixIn> mixIns() {
		return this.mixIns;
	}

	/**
	 * Where the server is in its life.
	 * @return the state now
	 */
	public ServerState state() {
		return this.state;
	}

	@Override
	public SocketAddress serverAddress() {
		SocketAddress bound = this.boundAddress;
		return (bound != null) ? bound : this.address;
	}

	@Override
	public boolean isDraining() {
		return this.drain != null;
	}

	@Override
	public AcceptGate acceptGate() {
		return this.gate;
	}

	@Override
	public SelectorLoop loop() {
		return this.loop;
	}

	@Override
	public Connections connections() {
		return this.connections;
	}

	@Override
	public ServerStatistics statistics() {
		return this.statistics;
	}

	/**
	 * Has a listener told of connections and requests from now on.
	 * @param value the listener
	 */
	public void addListener(ServerListener value) {
		this.connections.addListener(value);
	}

	/**
	 * How many times the loop has woken up: an idle server's stands still.
	 * @return the number of passes so far
	 */
	public long loopPasses() {
		return this.loop.passes() + this.receivers.stream().mapToLong(Receiver::passes).sum();
	}

	/**
	 * Has more sockets served, as long as the server is bound. Called in
	 * {@code serverBind}.
	 */
	final void receivers(List<Receiver> value) {
		this.receivers = List.copyOf(value);
	}

	/**
	 * Stops accepting. Open connections are served on; who comes waits in the kernel's
	 * queue. No effect if paused.
	 */
	public void pause() {
		this.gate.hold(PAUSED);
	}

	/**
	 * Accepts again after {@link #pause()}. No effect if not paused.
	 */
	public void resume() {
		this.gate.release(PAUSED);
	}

	/**
	 * Whether {@link #pause()} was called last.
	 * @return true until {@link #resume()}
	 */
	public boolean isPaused() {
		return this.gate.holders().contains(PAUSED);
	}

	/**
	 * Opens the socket: from here on the kernel queues clients. No effect if it is open.
	 * @throws BindFailedException if the server cannot listen there; nothing is left open
	 */
	public void bind() {
		this.lock.lock();
		try {
			if (this.state == ServerState.NEW || this.state == ServerState.CLOSED) {
				open();
				enter(ServerState.BOUND);
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	private void open() {
		boolean activated = false;
		PreloadedClasses.load();
		try {
			this.loop.open();
			this.listener = serverBind(this.address);
			this.boundAddress = boundAddress();
			serverActivate();
			activated = true;
		}
		catch (IOException | IllegalArgumentException | SecurityException ex) {
			throw new BindFailedException(name(), this.address, ex);
		}
		finally {
			if (!activated) {
				closeSocket();
			}
		}
		checkDescriptors();
	}

	private void checkDescriptors() {
		DescriptorLimit.current().ifPresent((limit) -> {
			if (limit < (long) this.options.maxConnections() + DESCRIPTOR_RESERVE) {
				logger.log(Level.INFO,
						"{0} allows {1} connections, but this process may open only {2} files: raise that limit"
								+ " (ulimit -n) or lower maxConnections",
						describe(), String.valueOf(this.options.maxConnections()), String.valueOf(limit));
			}
		});
	}

	/**
	 * Binds if need be, and serves in a new thread, which is no daemon.
	 * @return this, which is serving unless it was shut down meanwhile
	 * @throws BindFailedException if the server cannot listen
	 * @throws IllegalStateException if it was closed meanwhile, or a handler that is
	 * stuck holds its loop
	 */
	public BaseServer start() {
		bind();
		this.lock.lock();
		try {
			if (this.state == ServerState.SERVING) {
				return this;
			}
			this.shutdownFirst = false;
		}
		finally {
			this.lock.unlock();
		}
		CompletableFuture<ServerState> begun = new CompletableFuture<>();
		new Thread(() -> serveInNewThread(begun), "socketserver-" + name() + "-loop").start();
		Optional<RuntimeException> failure = begun.handle((began, ex) -> Optional.ofNullable((RuntimeException) ex))
			.join();
		if (failure.isPresent() && this.state != ServerState.SERVING) {
			throw failure.get();
		}
		return this;
	}

	private void serveInNewThread(CompletableFuture<ServerState> begun) {
		boolean serves;
		try {
			serves = beginServing();
		}
		catch (RuntimeException ex) {
			begun.completeExceptionally(ex);
			return;
		}
		begun.complete(this.state);
		if (serves) {
			serve();
		}
	}

	/**
	 * Takes requests until {@link #shutdown()}. Binds if need be. If {@code shutdown} was
	 * called before the first loop, returns at once.
	 * @throws BindFailedException if the server cannot listen
	 * @throws IllegalStateException if it is closed, or already serving
	 */
	public void serveForever() {
		if (beginServing()) {
			serve();
		}
	}

	private void serve() {
		try {
			this.acceptor.budget(Integer.MAX_VALUE);
			scheduleServiceActions();
			this.receivers.forEach(Receiver::start);
			this.loop.run(this::loopMayEnd);
		}
		finally {
			endServing();
		}
	}

	private boolean loopMayEnd() {
		Drain current = this.drain;
		if (current == null) {
			// The drain did not wait for a handler that was stuck in this loop.
			return this.state != ServerState.SERVING;
		}
		return current.loopMayEnd() && this.lingerer.isEmpty();
	}

	/**
	 * Takes one request, waiting for it without a limit.
	 * @return true if a request was taken; false if the server was shut down
	 */
	public boolean handleRequest() {
		return handleRequest(Duration.ofDays(365));
	}

	/**
	 * Takes one request. Binds if need be. The timeout is for the arrival of the request,
	 * not for its handling; when it expires, {@code handleTimeout} is called.
	 * @param timeout how long to wait
	 * @return true if a request was taken
	 * @throws IllegalStateException if the server is closed, or already serving
	 */
	public boolean handleRequest(Duration timeout) {
		if (!beginServing()) {
			return false;
		}
		try {
			this.acceptor.budget(1);
			boolean taken = awaitRequest(System.nanoTime() + timeout.toNanos());
			if (!taken && !isDraining()) {
				handleTimeout();
			}
			return taken;
		}
		finally {
			endServing();
		}
	}

	private boolean awaitRequest(long deadline) {
		long left = deadline - System.nanoTime();
		do {
			this.loop.pass(Duration.ofNanos(Math.max(0, left)));
			left = deadline - System.nanoTime();
		}
		while (!isTaken() && left > 0 && !isDraining());
		return isTaken();
	}

	private boolean isTaken() {
		return this.acceptor.budget() == 0 && this.admission.isIdle();
	}

	private boolean beginServing() {
		awaitDrainEnd();
		this.lock.lock();
		try {
			if (this.state == ServerState.NEW) {
				bind();
			}
			if (this.state != ServerState.BOUND && this.state != ServerState.STOPPED) {
				throw new IllegalStateException(describe() + " cannot serve: it is " + this.state
						+ ((this.state == ServerState.CLOSED) ? ", and bind() would open it anew" : ""));
			}
			if (this.loop.thread() != null) {
				throw new IllegalStateException(
						describe() + " cannot serve: a handler of its last serving is stuck and holds its loop");
			}
			if (this.shutdownFirst) {
				this.shutdownFirst = false;
				enter(ServerState.STOPPED);
				return false;
			}
			this.loop.execute(this::registerAcceptor);
			enter(ServerState.SERVING);
			return true;
		}
		finally {
			this.lock.unlock();
		}
	}

	private void awaitDrainEnd() {
		Drain current = this.drain;
		if (current != null && !isOwnThread()) {
			current.ended().join();
		}
	}

	/**
	 * The loop's thread has nothing to do any more, unless a shutdown came meanwhile.
	 */
	private void endServing() {
		Drain current;
		this.lock.lock();
		try {
			current = this.drain;
			if (current == null) {
				enter((this.state == ServerState.CLOSED) ? ServerState.CLOSED : ServerState.STOPPED);
			}
			if (this.state == ServerState.CLOSED) {
				// The close did not wait for a handler that was stuck in this loop.
				releaseSocket();
			}
		}
		finally {
			this.lock.unlock();
		}
		if (current != null) {
			runLoopFor(current);
		}
		else {
			this.receivers.forEach(Receiver::end);
		}
	}

	private void runLoopFor(Drain current) {
		try {
			this.loop.run(this::loopMayEnd);
		}
		finally {
			current.loopEnded();
		}
	}

	private void registerAcceptor() {
		SelectableChannel channel = this.listener;
		if (channel != null && channel.isOpen() && !this.acceptor.isRegistered()) {
			try {
				this.loop.register(channel, 0, this.acceptor);
			}
			catch (IOException ex) {
				logger.log(Level.ERROR, "The socket of " + describe() + " cannot be registered with its loop", ex);
			}
		}
		updateInterest();
	}

	private void updateInterest() {
		this.acceptor.updateInterest();
		this.receivers.forEach(Receiver::updateInterest);
		this.admission.gateChanged();
	}

	private void scheduleServiceActions() {
		this.mixIns.stream()
			.map(MixIn::serviceInterval)
			.flatMap(Optional::stream)
			.min(Duration::compareTo)
			.ifPresent((interval) -> this.loop.execute(() -> tick(interval)));
	}

	private void tick(Duration interval) {
		if (this.state == ServerState.SERVING) {
			this.loop.schedule(interval, () -> {
				tick(interval);
				runServiceActions();
			});
		}
	}

	/**
	 * Ends {@link #serveForever()} in an orderly way, as {@link #shutdown(Duration)} with
	 * the {@code drainTimeout} of the options.
	 */
	@Override
	public DrainReport shutdown() {
		return shutdown(this.options.drainTimeout());
	}

	/**
	 * Ends {@link #serveForever()} in an orderly way: takes no more requests, closes idle
	 * connections, waits for those in the middle of a request, and resets what is left at
	 * the end of the grace period. The socket stays open: the kernel goes on queueing
	 * clients, and {@code serveForever} may be called again.
	 *
	 * <p>
	 * Returns as soon as the last request is answered. In the loop's thread or a
	 * handler's own it only asks for all this, and returns at once. Before the first loop
	 * it makes that end at once; after the last it has no effect. A second call during
	 * the first waits for the same end, and may bring it forward.
	 * @param grace how long requests under way may take
	 * @return how connections ended, so far if it does not wait
	 */
	public DrainReport shutdown(Duration grace) {
		Drain current = beginDrain(grace, false);
		return (current != null) ? await(current, current.report()) : DrainReport.NOTHING;
	}

	/**
	 * Closes the server, as {@link #close(Duration)} with the {@code drainTimeout} of the
	 * options. Python's {@code server_close}, which here ends the loop too.
	 */
	@Override
	public void close() {
		close(this.options.drainTimeout());
	}

	/**
	 * Closes the server: closes the socket, once those whom the kernel has queued are
	 * taken, then does what {@link #shutdown(Duration)} does, waits for peers to close
	 * their side (up to the {@code lingerTimeout}), and gives all resources back.
	 *
	 * <p>
	 * In the loop's thread or a handler's own it only asks for this, and returns at once.
	 * @param grace how long requests under way may take
	 * @return how connections ended, so far if it does not wait
	 */
	public DrainReport close(Duration grace) {
		Drain current = beginDrain(grace, true);
		if (current == null) {
			closeUnserved();
			return DrainReport.NOTHING;
		}
		return await(current, current.ended());
	}

	/**
	 * Begins what {@link #close(Duration)} does, and never waits.
	 * @param grace how long requests under way may take
	 * @return done when the server is closed
	 */
	public CompletableFuture<DrainReport> closeAsync(Duration grace) {
		Drain current = beginDrain(grace, true);
		if (current == null) {
			closeUnserved();
			return CompletableFuture.completedFuture(DrainReport.NOTHING);
		}
		return current.ended().copy();
	}

	@Override
	void stopServing() {
		beginDrain(this.options.drainTimeout(), false);
	}

	private @Nullable Drain beginDrain(Duration grace, boolean closing) {
		this.lock.lock();
		try {
			Drain current = this.drain;
			if (current != null) {
				hurry(current, grace, closing);
				return current;
			}
			// Whom the kernel has queued meanwhile is owed an end, too.
			boolean listening = this.state == ServerState.STOPPED || this.state == ServerState.BOUND;
			if (this.state == ServerState.SERVING || (listening && closing)) {
				this.shutdownFirst = false;
				return startDrain(grace, closing);
			}
			this.shutdownFirst = !closing && (this.state == ServerState.NEW || this.state == ServerState.BOUND);
			return null;
		}
		finally {
			this.lock.unlock();
		}
	}

	private void hurry(Drain current, Duration grace, boolean closing) {
		boolean closesNow = closing && !current.isClosing();
		current.hurry(grace, closing);
		if (closesNow) {
			// Clients came while the shutdown left the socket open.
			this.loop.execute(() -> stopAccepting(current, false));
		}
	}

	private Drain startDrain(Duration grace, boolean closing) {
		boolean wait = this.mixIns.stream().allMatch(MixIn::blockOnClose);
		Drain created = new Drain(this, grace, closing, wait);
		boolean serving = this.state == ServerState.SERVING;
		enter(ServerState.DRAINING);
		created.start(() -> this.drain = created);
		this.loop.execute(() -> stopAccepting(created, serving));
		if (!serving) {
			// Requests taken by handleRequest may still be under way, and no loop runs.
			Thread thread = new Thread(() -> runLoopFor(created), "socketserver-" + name() + "-loop");
			thread.setDaemon(true);
			thread.start();
		}
		return created;
	}

	private DrainReport await(Drain current, CompletableFuture<DrainReport> end) {
		return isOwnThread() ? current.reportNow() : end.join();
	}

	private boolean isOwnThread() {
		return this.loop.inLoop() || this.receivers.stream().anyMatch(Receiver::inLoop)
				|| this.connections.isHandlerThread();
	}

	/**
	 * Runs in the loop thread.
	 */
	private void stopAccepting(Drain current, boolean serving) {
		boolean closing = current.isClosing();
		List<Receiver> others = this.receivers;
		AtomicInteger sockets = new AtomicInteger(1 + others.size());
		Runnable stopped = () -> {
			if (sockets.decrementAndGet() == 0) {
				current.acceptingEnded();
			}
		};
		others.forEach((receiver) -> receiver.stop(closing, serving, stopped));
		try {
			if (closing) {
				withdraw();
				this.acceptor.deregister();
				this.loop.flushCancelled();
			}
			// Nothing between the last look and the close: a client that gets in between
			// the two is reset by the kernel. By then those who were just answered, and
			// come back at once, are here already.
			List<Request> swept = isListening() ? this.acceptor.sweep(closing) : List.of();
			if (closing && !repliesThroughListener()) {
				closeListener();
			}
			current.acceptingStopped();
			updateInterest();
			this.admission.end();
			this.acceptor.finish(swept, serving);
		}
		catch (IOException ex) {
			logger.log(Level.WARNING, "Cannot give the port of " + describe() + " back yet", ex);
		}
		finally {
			stopped.run();
		}
	}

	/**
	 * Whether requests that are under way still need the listening socket.
	 */
	boolean repliesThroughListener() {
		return false;
	}

	/**
	 * The socket is about to be closed: no more clients ought to find it, if that can be
	 * brought about without closing it. May be called more than once.
	 */
	void withdraw() {
	}

	private boolean isListening() {
		SelectableChannel channel = this.listener;
		return channel != null && channel.isOpen();
	}

	private void closeListener() {
		SelectableChannel channel = this.listener;
		if (channel != null) {
			withdraw();
			try {
				channel.close();
			}
			catch (IOException ex) {
				logger.log(Level.WARNING, "Cannot close the socket of " + describe(), ex);
			}
		}
	}

	/**
	 * Has the loop look whether it may end.
	 */
	void wakeLoop() {
		this.loop.execute(this::updateInterest);
	}

	/**
	 * Gives up those who have not closed their side yet.
	 */
	void endLingering() {
		this.lingerer.resetAll();
		wakeLoop();
	}

	boolean isLoopHeld() {
		return this.connections.isHandledIn(this.loop.thread());
	}

	boolean isLoopHeldByDrained() {
		return this.connections.isDrainedIn(this.loop.thread());
	}

	Lingerer lingerer() {
		return this.lingerer;
	}

	StreamOptions streamOptions() {
		return this.streamOptions;
	}

	void drained(Drain finished) {
		this.receivers.forEach(Receiver::end);
		this.lock.lock();
		try {
			if (finished.isClosing()) {
				closeSocket();
			}
			this.drain = null;
			enter(finished.isClosing() ? ServerState.CLOSED : ServerState.STOPPED);
		}
		finally {
			this.lock.unlock();
		}
	}

	private void closeUnserved() {
		this.lock.lock();
		try {
			if (this.state != ServerState.CLOSED) {
				closeSocket();
				enter(ServerState.CLOSED);
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Gives back whatever is open. Called under the lock.
	 */
	private void closeSocket() {
		releaseSocket();
		try {
			serverClose();
		}
		catch (Throwable ex) {
			logger.log(Level.WARNING, "A serverClose hook of " + describe() + " failed", ex);
		}
	}

	private void releaseSocket() {
		this.receivers.forEach(Receiver::release);
		this.receivers = List.of();
		this.acceptor.deregister();
		try {
			this.loop.close();
		}
		catch (IllegalStateException ex) {
			logger.log(Level.WARNING, "{0} is closed while a handler still holds its loop: the port is free when the"
					+ " handler returns", describe());
		}
		catch (IOException ex) {
			logger.log(Level.WARNING, "Cannot close the selector of " + describe(), ex);
		}
		this.admission.release();
		this.lingerer.resetAll();
		closeListener();
		this.listener = null;
		this.connections.endDrain();
	}

	private void enter(ServerState next) {
		this.state = next;
	}

	/**
	 * The server in a log line.
	 */
	@Override
	String describe() {
		return "The server '" + name() + "' on " + Addresses.text(serverAddress());
	}

}
