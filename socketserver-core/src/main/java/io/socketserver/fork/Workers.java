package io.socketserver.fork;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.channels.SelectableChannel;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;

import org.jspecify.annotations.Nullable;

import io.socketserver.loop.LoopCommand;
import io.socketserver.loop.LoopTimer;
import io.socketserver.loop.Selectable;
import io.socketserver.loop.SelectorLoop;
import io.socketserver.request.ServerContext;

/**
 * The worker processes of a pool: how many there are, which of them serves what, and why
 * each of them ends. Runs in the pool's loop thread, but for what says otherwise.
 *
 * <p>
 * Only processes that the pool itself has started are ever waited for or killed.
 */
final class Workers {

	private static final Logger logger = System.getLogger(Worker.class.getName());

	// Between the end of a worker's connection and that of its process.
	private static final Duration LOST_GRACE = Duration.ofSeconds(2);

	private static final Duration SURPLUS_AFTER = Duration.ofSeconds(30);

	// A start keeps a core busy. More of them would make none ready sooner, and those who
	// wait may be served by the workers there are before the first is.
	private static final int STARTS_AT_ONCE = Math.max(2, Runtime.getRuntime().availableProcessors());

	private final ServerContext server;

	private final ForkOptions options;

	private final WorkerStatistics statistics;

	private final SelectorLoop loop;

	private final Executor handshakes;

	private final Backoff backoff = new Backoff();

	// Written in the loop thread, read by any.
	private final Map<String, WorkerProcess> all = new ConcurrentHashMap<>();

	// The last one first: its memory is warm, and surplus ones get old at the other end.
	private final Deque<WorkerProcess> idle = new ArrayDeque<>();

	private final Deque<Waiting> pending = new ArrayDeque<>();

	private final Recycling recycling = new Recycling(this);

	private final SecureRandom random = new SecureRandom();

	private final CompletableFuture<Boolean> firstReady = new CompletableFuture<>();

	private final CompletableFuture<Boolean> allEnded = new CompletableFuture<>();

	private @Nullable Spawner spawner;

	private @Nullable LoopTimer refillTimer;

	private boolean closing;

	Workers(ServerContext server, ForkOptions options, WorkerStatistics statistics, SelectorLoop loop,
			Executor handshakes) {
		this.server = server;
		this.options = options;
		this.statistics = statistics;
		this.loop = loop;
		this.handshakes = handshakes;
	}

	// --- What may be called from any thread.

	ForkOptions options() {
		return this.options;
	}

	SelectorLoop loop() {
		return this.loop;
	}

	/**
	 * Where the costly parts of handshakes are computed.
	 */
	Executor handshakes() {
		return this.handshakes;
	}

	void execute(LoopCommand command) {
		this.loop.execute(command);
	}

	/**
	 * Completed by the first worker that is ready, or by the first that cannot be.
	 */
	CompletableFuture<Boolean> firstReady() {
		return this.firstReady;
	}

	/**
	 * Completed by the end of the last worker after {@link #stopAll}.
	 */
	CompletableFuture<Boolean> allEnded() {
		return this.allEnded;
	}

	/**
	 * All of them, those that are not started yet too.
	 */
	Collection<WorkerProcess> all() {
		return this.all.values();
	}

	int count(WorkerState state) {
		return (int) this.all.values().stream().filter((worker) -> worker.state() == state).count();
	}

	boolean isFailing() {
		return this.backoff.isFailing();
	}

	// --- From here on, everything runs in the loop thread.

	LoopTimer schedule(Duration delay, LoopCommand command) {
		return this.loop.schedule(delay, command);
	}

	void register(SelectableChannel channel, int operations, Selectable selectable) throws IOException {
		this.loop.register(channel, operations, selectable);
	}

	/**
	 * Starts the first ones.
	 */
	void begin(Spawner starter) {
		this.spawner = starter;
		new Heartbeats(this).begin();
		refill();
	}

	/**
	 * A worker has connected.
	 */
	void greeted(Link link, FrameType.Channel purpose, String token) {
		WorkerProcess worker = this.all.get(token);
		if (worker == null) {
			link.close();
		}
		else if (purpose == FrameType.Channel.CONTROL) {
			worker.control(link);
		}
		else {
			ready(worker, link);
		}
	}

	private void ready(WorkerProcess worker, Link link) {
		boolean first = !worker.wasReady();
		worker.idle(link);
		if (first) {
			logger.log(Level.DEBUG, "The worker process {0} of {1} is ready after {2} ms", worker, this.server.name(),
					worker.age().toMillis());
			this.firstReady.complete(true);
		}
		else {
			this.backoff.succeeded();
		}
		WorkerEnd end = worker.end();
		if (worker.state() == WorkerState.STOPPING) {
			link.close();
		}
		else if (end != null) {
			stop(worker, end);
		}
		else {
			Waiting next = this.pending.pollFirst();
			if (next != null) {
				next.expiry().cancel();
				assign(worker, next.assignment());
			}
			else {
				this.idle.addLast(worker);
			}
		}
		this.recycling.step();
		refill();
	}

	void take(Assignment assignment) {
		if (this.closing) {
			assignment.refused("The server is closed");
			return;
		}
		if (assignment.isEnded()) {
			// Closed while it was on its way here.
			return;
		}
		WorkerProcess worker = this.idle.pollLast();
		if (worker != null) {
			assign(worker, assignment);
		}
		else {
			LoopTimer expiry = schedule(this.options.startTimeout(), () -> expire(assignment));
			this.pending.addLast(new Waiting(assignment, expiry));
		}
		refill();
	}

	private void expire(Assignment assignment) {
		forget(assignment);
		assignment.refused("No worker process was free or ready within " + this.options.startTimeout().toMillis()
				+ " ms: " + this.all.size() + " of " + this.options.maxChildren() + " are running");
	}

	/**
	 * A request that waits for a worker needs none any more.
	 */
	void forget(Assignment assignment) {
		Iterator<Waiting> waiting = this.pending.iterator();
		while (waiting.hasNext()) {
			Waiting each = waiting.next();
			if (each.assignment().equals(assignment)) {
				each.expiry().cancel();
				waiting.remove();
				return;
			}
		}
	}

	private void assign(WorkerProcess worker, Assignment assignment) {
		Link link = worker.busy(assignment);
		if (worker.end() == null && worker.requests() >= worker.requestLimit()) {
			worker.endsFor(WorkerEnd.RETIRED);
		}
		assignment.begin(worker, link);
	}

	/**
	 * Starts workers if there are too few.
	 */
	void refill() {
		int starting = count(WorkerState.STARTING);
		int missing = this.pending.size() + this.options.minIdle() - this.idle.size() - starting
				+ this.recycling.extra();
		int room = Math.min(STARTS_AT_ONCE - starting,
				this.options.maxChildren() + this.recycling.extra() - this.all.size());
		for (int i = 0; i < Math.min(missing, room) && !this.closing; i++) {
			Duration delay = this.backoff.delay();
			if (!delay.isZero() || (this.backoff.isFailing() && count(WorkerState.STARTING) > 0)) {
				refillLater(delay);
				return;
			}
			spawn();
		}
	}

	private void refillLater(Duration delay) {
		if (this.refillTimer == null && !delay.isZero()) {
			this.refillTimer = schedule(delay, () -> {
				this.refillTimer = null;
				refill();
			});
		}
	}

	private void spawn() {
		byte[] secret = new byte[16];
		this.random.nextBytes(secret);
		WorkerProcess worker = new WorkerProcess(this, HexFormat.of().formatHex(secret), requestLimit());
		this.all.put(worker.token(), worker);
		Objects.requireNonNull(this.spawner).start(worker.token(), (process) -> {
			this.statistics.countSpawned();
			WorkerOutput output = new WorkerOutput(process);
			output.start(this.server.name());
			execute(() -> started(worker, process, output));
		}, (failure) -> execute(() -> spawnFailed(worker, failure)));
	}

	/**
	 * Up to a tenth less than is configured, so that workers that were started together
	 * do not end together.
	 */
	private long requestLimit() {
		int most = this.options.maxRequests();
		return (most == 0) ? Long.MAX_VALUE : most - this.random.nextInt(most / 10 + 1);
	}

	// The process's end is told by a command.
	@SuppressWarnings("FutureReturnValueIgnored")
	private void started(WorkerProcess worker, Process process, WorkerOutput output) {
		worker.started(process, output);
		process.onExit().thenAccept((ended) -> execute(() -> exited(worker, ended.exitValue())));
		if (worker.state() == WorkerState.STOPPING) {
			worker.kill();
		}
		else if (!worker.wasReady()) {
			worker.deadline(schedule(this.options.startTimeout(), () -> kill(worker, WorkerEnd.START_TIMEOUT)));
		}
	}

	private void spawnFailed(WorkerProcess worker, Throwable error) {
		logger.log(Level.WARNING, "A worker process of " + this.server.name() + " cannot be started", error);
		this.firstReady.completeExceptionally(new IOException("a worker process cannot be started: " + error, error));
		this.statistics.countEnded(WorkerEnd.START_FAILED);
		this.backoff.failed();
		gone(worker);
	}

	/**
	 * Tells a worker that has no request to end.
	 */
	void stop(WorkerProcess worker, WorkerEnd reason) {
		this.idle.remove(worker);
		worker.endsFor(reason);
		worker.stopping(schedule(this.options.stopTimeout(), () -> kill(worker, WorkerEnd.STOP_TIMEOUT)));
	}

	/**
	 * Has a worker end: now if it is idle, else after its request, which ends as in a
	 * drain.
	 */
	void retire(WorkerProcess worker, WorkerEnd reason) {
		if (worker.state() == WorkerState.IDLE) {
			stop(worker, reason);
		}
		else if (worker.end() == null) {
			worker.endsFor(reason);
			Assignment current = worker.assignment();
			if (current != null) {
				current.drain();
			}
		}
	}

	/**
	 * A worker was asked, by a signal, to end.
	 */
	void endsItself(WorkerProcess worker) {
		retire(worker, WorkerEnd.DIED);
	}

	/**
	 * A handler has asked for the end of the server.
	 */
	void shutdownServer() {
		// It waits for requests to end, whose ends are told in this thread.
		Thread asking = new Thread(this.server::shutdown, "socketserver-" + this.server.name() + "-shutdown");
		asking.setDaemon(true);
		asking.start();
	}

	void kill(WorkerProcess worker, WorkerEnd reason) {
		if (this.all.containsKey(worker.token()) && (worker.end() == null || !worker.end().isKill())) {
			this.idle.remove(worker);
			worker.endsFor(reason);
			worker.kill();
		}
	}

	/**
	 * A worker has closed its control connection, or the one it was idle on.
	 */
	void lost(WorkerProcess worker, @Nullable Throwable error) {
		if (error != null) {
			logger.log(Level.WARNING, "The worker process " + worker + " cannot be understood", error);
			kill(worker, WorkerEnd.DIED);
			return;
		}
		this.idle.remove(worker);
		schedule(LOST_GRACE, () -> kill(worker, (worker.end() != null) ? worker.end() : WorkerEnd.DIED));
	}

	/**
	 * A request's connection with its worker has ended without a result.
	 */
	void orphaned(WorkerProcess worker, Assignment assignment) {
		worker.orphaned(assignment);
		schedule(LOST_GRACE, () -> kill(worker, WorkerEnd.DIED));
	}

	/**
	 * A worker has said nonsense of a request.
	 */
	void misunderstood(WorkerProcess worker, Assignment assignment, Throwable error) {
		logger.log(Level.WARNING, "The worker process " + worker + " cannot be understood", error);
		kill(worker, WorkerEnd.DIED);
		orphaned(worker, assignment);
	}

	private void exited(WorkerProcess worker, int code) {
		WorkerEnd end = worker.end();
		if (end == null) {
			end = worker.wasReady() ? WorkerEnd.DIED : WorkerEnd.START_FAILED;
		}
		WorkerExit exit = new WorkerExit(worker.pid(), end, code);
		this.statistics.countEnded(end);
		tellOf(worker, exit);
		boolean useless = !worker.wasReady()
				|| (worker.requests() == 0 && end == WorkerEnd.DIED && this.backoff.isShort(worker.age()));
		if (useless && !this.closing) {
			this.backoff.failed();
		}
		worker.exited(exit);
		gone(worker);
	}

	private void tellOf(WorkerProcess worker, WorkerExit exit) {
		boolean wanted = !exit.end().isKill() && exit.end() != WorkerEnd.DIED && exit.end() != WorkerEnd.START_FAILED;
		String text = "The worker process " + exit.pid() + " of " + this.server.name() + " " + exit.describe();
		if (!worker.wasReady()) {
			text = text + " before it was ready" + System.lineSeparator() + worker.lastWords();
			this.firstReady.completeExceptionally(new IOException(text));
		}
		logger.log((wanted || this.closing) ? Level.DEBUG : Level.WARNING, text);
	}

	private void gone(WorkerProcess worker) {
		this.all.remove(worker.token());
		this.idle.remove(worker);
		if (this.closing && this.all.isEmpty()) {
			this.allEnded.complete(true);
		}
		this.recycling.step();
		refill();
	}

	void stopAll(Duration grace) {
		this.closing = true;
		for (Waiting each : List.copyOf(this.pending)) {
			each.expiry().cancel();
			each.assignment().refused("The server is closed");
		}
		this.pending.clear();
		for (WorkerProcess worker : List.copyOf(this.all.values())) {
			worker.endsFor(WorkerEnd.STOPPED);
			worker.stopping(schedule(grace, () -> kill(worker, WorkerEnd.STOP_TIMEOUT)));
			if (!worker.wasReady()) {
				worker.kill();
			}
		}
		if (this.all.isEmpty()) {
			this.allEnded.complete(true);
		}
	}

	/**
	 * Replaces some, one after another.
	 */
	void recycle(Collection<WorkerProcess> some) {
		this.recycling.add(some);
	}

	/**
	 * Whether the server is being closed: nothing is watched any more.
	 */
	boolean isClosing() {
		return this.closing;
	}

	/**
	 * Ends one that has been idle for long, if there are more than are wanted ahead of
	 * need. One at a time: a burst may come again.
	 */
	void retireSurplus() {
		WorkerProcess oldest = this.idle.peekFirst();
		if (oldest != null && this.idle.size() > this.options.minIdle()
				&& oldest.idleTime().compareTo(SURPLUS_AFTER) > 0) {
			stop(oldest, WorkerEnd.SURPLUS);
		}
		if (oldest != null && this.backoff.isFailing() && !this.backoff.isShort(oldest.idleTime())) {
			this.backoff.succeeded();
			refill();
		}
	}

	/**
	 * Whether there are more idle workers than are wanted ahead of need.
	 */
	boolean hasSpare() {
		return this.idle.size() > this.options.minIdle();
	}

	boolean hasWorker(WorkerProcess worker) {
		return this.all.containsKey(worker.token());
	}

	/**
	 * A request that no worker is free for.
	 *
	 * @param assignment the request
	 * @param expiry when it is refused
	 */
	private record Waiting(Assignment assignment, LoopTimer expiry) {
	}

}
