package io.socketserver.fork;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import org.jspecify.annotations.Nullable;

import io.socketserver.internal.NamedPool;
import io.socketserver.loop.LoopCommand;
import io.socketserver.loop.LoopTimer;
import io.socketserver.loop.Selectable;
import io.socketserver.loop.SelectorLoop;
import io.socketserver.request.DatagramRequest;
import io.socketserver.request.Request;
import io.socketserver.request.ServerContext;
import io.socketserver.request.StreamRequest;

/**
 * The worker processes of one server: started ahead of need, given requests, watched,
 * replaced. One thread, the pool's loop, decides everything and relays all bytes; a
 * second one starts processes. Public methods may be called from any thread.
 *
 * <p>
 * Only processes that the pool itself has started are ever waited for or killed.
 */
public final class WorkerPool {

	private static final Logger logger = System.getLogger(Worker.class.getName());

	// Between the end of a worker's connection and that of its process.
	private static final Duration LOST_GRACE = Duration.ofSeconds(2);

	private static final Duration SURPLUS_AFTER = Duration.ofSeconds(30);

	private static final int PINGS_PER_TIMEOUT = 3;

	// A start keeps a core busy. More of them would make none ready sooner, and those who
	// wait may be served by the workers there are before the first is.
	private static final int STARTS_AT_ONCE = Math.max(2, Runtime.getRuntime().availableProcessors());

	private final WorkerTransport transport = WorkerTransport.RELAY;

	private final ServerContext server;

	private final ForkOptions options;

	private final SelectorLoop loop;

	private final Backoff backoff = new Backoff();

	private final Map<String, WorkerProcess> workers = new ConcurrentHashMap<>();

	// The last one first: its memory is warm, and surplus ones get old at the other end.
	private final Deque<WorkerProcess> idle = new ArrayDeque<>();

	private final Deque<Assignment> pending = new ArrayDeque<>();

	private final Recycling recycling = new Recycling(this);

	private final SecureRandom random = new SecureRandom();

	private final WorkerStatistics statistics;

	private final CompletableFuture<Boolean> firstReady = new CompletableFuture<>();

	private final CompletableFuture<Boolean> allEnded = new CompletableFuture<>();

	private final ExecutorService starter;

	private final ExecutorService handshakes;

	private @Nullable Spawner spawner;

	private @Nullable PrivateDirectory directory;

	private @Nullable ServerSocketChannel listener;

	private volatile @Nullable Thread thread;

	private volatile boolean closing;

	private volatile boolean over;

	private @Nullable LoopTimer refillTimer;

	private long lastTick;

	/**
	 * A pool. Starts nothing yet.
	 * @param server whose requests it serves
	 * @param options how many workers, and what they run
	 * @param statistics what counts them
	 */
	public WorkerPool(ServerContext server, ForkOptions options, WorkerStatistics statistics) {
		this.server = server;
		this.options = options;
		this.statistics = statistics;
		this.loop = new SelectorLoop(server.name() + " (workers)");
		ThreadPoolExecutor executor = new ThreadPoolExecutor(1, 1, 5, TimeUnit.SECONDS, new LinkedBlockingQueue<>(),
				(task) -> newThread(task, "spawn"));
		executor.allowCoreThreadTimeOut(true);
		this.starter = executor;
		this.handshakes = NamedPool.of("socketserver-" + server.name() + "-handshake",
				Runtime.getRuntime().availableProcessors());
	}

	/**
	 * Fails where worker processes cannot be had, and says why.
	 */
	public static void requireSupported() {
		PrivateDirectory.requireSupported();
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

	ForkOptions options() {
		return this.options;
	}

	/**
	 * Starts the first workers, and waits until one is ready, unless none is wanted ahead
	 * of need.
	 * @throws IllegalStateException if it ends before, or is not ready in time
	 */
	public void start() {
		boolean started = false;
		try {
			open();
			if (this.options.minIdle() > 0) {
				awaitFirst();
			}
			started = true;
		}
		catch (IOException ex) {
			throw new IllegalStateException(describe() + " cannot listen for workers", ex);
		}
		finally {
			if (!started) {
				close(Duration.ZERO);
			}
		}
	}

	private void open() throws IOException {
		PrivateDirectory created = PrivateDirectory.create();
		this.directory = created;
		this.spawner = new Spawner(this.server.name(), this.options, created.socket());
		ServerSocketChannel channel = created.listen();
		this.listener = channel;
		this.loop.open();
		Thread started = newThread(() -> this.loop.run(() -> this.over), "fork");
		this.thread = started;
		started.start();
		this.loop.execute(() -> begin(channel));
	}

	private Thread newThread(Runnable task, String purpose) {
		Thread created = new Thread(task, "socketserver-" + this.server.name() + "-" + purpose);
		created.setDaemon(true);
		return created;
	}

	private void awaitFirst() {
		try {
			this.firstReady.get(this.options.startTimeout().toMillis(), TimeUnit.MILLISECONDS);
		}
		catch (TimeoutException ex) {
			throw new IllegalStateException(describe() + " cannot start: no worker process was ready within "
					+ this.options.startTimeout().toMillis() + " ms", ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException(describe() + " was interrupted while its first worker process started", ex);
		}
		catch (ExecutionException ex) {
			throw new IllegalStateException(describe() + " cannot start: " + messageOf(ex), ex);
		}
	}

	/**
	 * Has a worker drive a request that is {@link #submit submitted} next.
	 * @param request the request, which nobody drives yet
	 * @throws UnsupportedOperationException if it is of a kind that no worker can serve
	 */
	public void prepare(Request request) {
		this.transport.assign(request, this);
	}

	/**
	 * Takes a request on its way to a worker. It waits if all are busy.
	 * @param request a request that is prepared
	 */
	public void submit(Request request) {
		Object driver = (request instanceof StreamRequest stream) ? stream.driver()
				: (request instanceof DatagramRequest datagram) ? datagram.driver() : null;
		if (driver instanceof Assignment assignment) {
			execute(() -> take(assignment));
		}
		else if (driver instanceof RelayOpening opening) {
			execute(opening::begin);
		}
		else {
			throw new IllegalStateException(request.id() + " is not prepared for a worker process");
		}
	}

	/**
	 * The workers.
	 * @return in no order
	 */
	public List<WorkerInfo> workers() {
		return this.workers.values().stream().filter(WorkerProcess::isStarted).map(WorkerProcess::info).toList();
	}

	/**
	 * How many workers are in a state.
	 * @param state the state
	 * @return the number
	 */
	public int count(WorkerState state) {
		return (int) this.workers.values().stream().filter((worker) -> worker.state() == state).count();
	}

	/**
	 * What is counted of the workers.
	 * @return the counters
	 */
	public WorkerStatistics statistics() {
		return this.statistics;
	}

	/**
	 * Whether the last workers have ended before they were of any use.
	 * @return false once one lives
	 */
	public boolean isFailing() {
		return this.backoff.isFailing();
	}

	/**
	 * Replaces all workers, one after another: the next one is told to end when its
	 * successor is ready. A connection ends as in a drain: when it is idle, else after
	 * its request. Returns at once.
	 * @return how many will be replaced
	 */
	public int recycle() {
		// One that starts just now is new already.
		List<WorkerProcess> all = this.workers.values()
			.stream()
			.filter((worker) -> worker.state() != WorkerState.STARTING)
			.toList();
		execute(() -> this.recycling.add(all));
		return all.size();
	}

	/**
	 * Replaces one worker, as {@link #recycle()} does.
	 * @param pid its process id
	 * @return false if there is no such worker
	 */
	public boolean recycle(long pid) {
		Optional<WorkerProcess> found = this.workers.values()
			.stream()
			.filter((worker) -> worker.isStarted() && worker.pid() == pid)
			.findFirst();
		found.ifPresent((worker) -> execute(() -> this.recycling.add(List.of(worker))));
		return found.isPresent();
	}

	/**
	 * Ends all workers: orderly if they do so within the stop timeout.
	 */
	public void close() {
		close(this.options.stopTimeout());
	}

	private void close(Duration grace) {
		Thread current = this.thread;
		if (current != null) {
			execute(() -> stopAll(grace));
			await(this.allEnded, grace.plusSeconds(2));
			this.over = true;
			execute(() -> {
			});
			join(current);
		}
		this.starter.shutdown();
		this.handshakes.shutdown();
		closeListener();
		try {
			this.loop.close();
		}
		catch (IOException | IllegalStateException ex) {
			logger.log(Level.WARNING, "Cannot close the selector of " + describe(), ex);
		}
		if (this.directory != null) {
			this.directory.delete();
		}
	}

	private static @Nullable String messageOf(ExecutionException error) {
		Throwable cause = error.getCause();
		return (cause != null) ? cause.getMessage() : error.getMessage();
	}

	private static void await(CompletableFuture<Boolean> end, Duration limit) {
		try {
			end.get(limit.toMillis(), TimeUnit.MILLISECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		catch (TimeoutException | ExecutionException ignored) {
			// Killed processes are the kernel's to end.
		}
	}

	private static void join(Thread loopThread) {
		try {
			loopThread.join(TimeUnit.SECONDS.toMillis(2));
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private void closeListener() {
		ServerSocketChannel current = this.listener;
		if (current != null) {
			try {
				current.close();
			}
			catch (IOException ignored) {
				// Nobody connects any more.
			}
		}
	}

	boolean isLoopThread(Thread candidate) {
		return candidate.equals(this.thread);
	}

	void execute(LoopCommand command) {
		this.loop.execute(command);
	}

	LoopTimer schedule(Duration delay, LoopCommand command) {
		return this.loop.schedule(delay, command);
	}

	void register(SelectableChannel channel, int operations, Selectable selectable) throws IOException {
		this.loop.register(channel, operations, selectable);
	}

	// --- From here on, everything runs in the loop thread.

	private void begin(ServerSocketChannel channel) {
		try {
			this.loop.register(channel, SelectionKey.OP_ACCEPT, new WorkerAcceptor(this.loop, channel, this::greeted));
			this.lastTick = System.nanoTime();
			tick();
			refill();
		}
		catch (IOException ex) {
			this.firstReady.completeExceptionally(ex);
		}
	}

	/**
	 * A worker has connected.
	 */
	private void greeted(Link link, FrameType.Channel purpose, String token) {
		WorkerProcess worker = this.workers.get(token);
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
			Assignment next = this.pending.pollFirst();
			if (next != null) {
				assign(worker, next);
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
			this.pending.addLast(assignment);
			schedule(this.options.startTimeout(), () -> expire(assignment));
		}
		refill();
	}

	private void expire(Assignment assignment) {
		if (this.pending.remove(assignment)) {
			assignment.refused("No worker process was free or ready within " + this.options.startTimeout().toMillis()
					+ " ms: " + this.workers.size() + " of " + this.options.maxChildren() + " are running");
		}
	}

	/**
	 * A request that waits for a worker needs none any more.
	 */
	void forget(Assignment assignment) {
		this.pending.remove(assignment);
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
				this.options.maxChildren() + this.recycling.extra() - this.workers.size());
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
		this.workers.put(worker.token(), worker);
		Spawner current = this.spawner;
		this.starter.execute(() -> {
			try {
				if (current != null) {
					Process process = current.start(worker.token());
					this.statistics.countSpawned();
					WorkerOutput output = new WorkerOutput(process);
					output.start(this.server.name());
					execute(() -> started(worker, process, output));
				}
			}
			catch (Throwable ex) {
				execute(() -> spawnFailed(worker, ex));
			}
		});
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
		newThread(this.server::shutdown, "shutdown").start();
	}

	void kill(WorkerProcess worker, WorkerEnd reason) {
		if (this.workers.containsKey(worker.token()) && (worker.end() == null || !worker.end().isKill())) {
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
		this.workers.remove(worker.token());
		this.idle.remove(worker);
		if (this.closing && this.workers.isEmpty()) {
			this.allEnded.complete(true);
		}
		this.recycling.step();
		refill();
	}

	private void stopAll(Duration grace) {
		this.closing = true;
		List.copyOf(this.pending).forEach((waiting) -> waiting.refused("The server is closed"));
		this.pending.clear();
		for (WorkerProcess worker : List.copyOf(this.workers.values())) {
			worker.endsFor(WorkerEnd.STOPPED);
			worker.stopping(schedule(grace, () -> kill(worker, WorkerEnd.STOP_TIMEOUT)));
			if (!worker.wasReady()) {
				worker.kill();
			}
		}
		if (this.workers.isEmpty()) {
			this.allEnded.complete(true);
		}
	}

	// --- The watch over them.

	/**
	 * Asks each worker whether it is there, and kills those that owe an answer for too
	 * long.
	 */
	private void tick() {
		long now = System.nanoTime();
		long timeout = this.options.heartbeatTimeout().toNanos();
		long interval = timeout / PINGS_PER_TIMEOUT;
		if (now - this.lastTick > 2 * interval) {
			// This process was held up itself, and has not read yet what they answered.
			this.workers.values().forEach(WorkerProcess::forgetPing);
		}
		this.lastTick = now;
		long next = interval;
		for (WorkerProcess worker : this.workers.values()) {
			long pinged = worker.ping(now);
			if (worker.owesAnswer()) {
				long left = timeout - (now - pinged);
				if (left <= 0) {
					kill(worker, WorkerEnd.UNRESPONSIVE);
				}
				else {
					next = Math.min(next, left);
				}
			}
		}
		retireSurplus();
		if (!this.closing) {
			schedule(Duration.ofNanos(Math.max(next, 1_000_000)), this::tick);
		}
	}

	/**
	 * One at a time: a burst may come again.
	 */
	private void retireSurplus() {
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
		return this.workers.containsKey(worker.token());
	}

	private String describe() {
		return "The server '" + this.server.name() + "'";
	}

}
