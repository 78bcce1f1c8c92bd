package io.socketserver.fork;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import org.jspecify.annotations.Nullable;

import io.socketserver.internal.NamedPool;
import io.socketserver.loop.SelectorLoop;
import io.socketserver.request.DatagramRequest;
import io.socketserver.request.Request;
import io.socketserver.request.ServerContext;
import io.socketserver.request.StreamRequest;

/**
 * The worker processes of one server: started ahead of need, given requests, watched,
 * replaced. One thread, the pool's loop, owns the {@link Workers} and relays all bytes; a
 * second one starts processes. May be called from any thread, but for {@link #start()}
 * and {@link #close()}, which are for the thread that binds and closes the server.
 */
public final class WorkerPool {

	private static final Logger logger = System.getLogger(Worker.class.getName());

	private final WorkerTransport transport = WorkerTransport.RELAY;

	private final ServerContext server;

	private final ForkOptions options;

	private final WorkerStatistics statistics;

	private final SelectorLoop loop;

	private final ExecutorService handshakes;

	private final Workers workers;

	private @Nullable Spawner spawner;

	private @Nullable PrivateDirectory directory;

	private @Nullable ServerSocketChannel listener;

	private @Nullable Thread thread;

	private volatile boolean over;

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
		this.handshakes = NamedPool.of("socketserver-" + server.name() + "-handshake",
				Runtime.getRuntime().availableProcessors());
		this.workers = new Workers(server, options, statistics, this.loop, this.handshakes);
	}

	/**
	 * Fails where worker processes cannot be had, and says why.
	 */
	public static void requireSupported() {
		PrivateDirectory.requireSupported();
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
		Spawner starter = new Spawner(this.server.name(), this.options, created.socket());
		this.spawner = starter;
		ServerSocketChannel channel = created.listen();
		this.listener = channel;
		this.loop.open();
		Thread started = new Thread(() -> this.loop.run(() -> this.over),
				"socketserver-" + this.server.name() + "-fork");
		started.setDaemon(true);
		this.thread = started;
		started.start();
		this.loop.execute(() -> begin(channel, starter));
	}

	private void begin(ServerSocketChannel channel, Spawner starter) {
		try {
			this.loop.register(channel, SelectionKey.OP_ACCEPT,
					new WorkerAcceptor(this.loop, channel, this.workers::greeted));
			this.workers.begin(starter);
		}
		catch (IOException ex) {
			this.workers.firstReady().completeExceptionally(ex);
		}
	}

	private void awaitFirst() {
		try {
			this.workers.firstReady().get(this.options.startTimeout().toMillis(), TimeUnit.MILLISECONDS);
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
		this.transport.assign(request, this.workers);
	}

	/**
	 * Takes a request on its way to a worker. It waits if all are busy.
	 * @param request a request that is prepared
	 */
	public void submit(Request request) {
		Object driver = (request instanceof StreamRequest stream) ? stream.driver()
				: (request instanceof DatagramRequest datagram) ? datagram.driver() : null;
		if (driver instanceof Assignment assignment) {
			this.loop.execute(() -> this.workers.take(assignment));
		}
		else if (driver instanceof RelayOpening opening) {
			this.loop.execute(opening::begin);
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
		return this.workers.all().stream().filter(WorkerProcess::isStarted).map(WorkerProcess::info).toList();
	}

	/**
	 * How many workers are in a state.
	 * @param state the state
	 * @return the number
	 */
	public int count(WorkerState state) {
		return this.workers.count(state);
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
		return this.workers.isFailing();
	}

	/**
	 * Replaces all workers, one after another: the next one is told to end when its
	 * successor is ready. A connection ends as in a drain: when it is idle, else after
	 * its request. Returns at once.
	 * @return how many will be replaced
	 */
	public int recycle() {
		// One that starts just now is new already.
		List<WorkerProcess> all = this.workers.all()
			.stream()
			.filter((worker) -> worker.state() != WorkerState.STARTING)
			.toList();
		this.loop.execute(() -> this.workers.recycle(all));
		return all.size();
	}

	/**
	 * Replaces one worker, as {@link #recycle()} does.
	 * @param pid its process id
	 * @return false if there is no such worker
	 */
	public boolean recycle(long pid) {
		Optional<WorkerProcess> found = this.workers.all()
			.stream()
			.filter((worker) -> worker.isStarted() && worker.pid() == pid)
			.findFirst();
		found.ifPresent((worker) -> this.loop.execute(() -> this.workers.recycle(List.of(worker))));
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
			this.loop.execute(() -> this.workers.stopAll(grace));
			await(this.workers.allEnded(), grace.plusSeconds(2));
			this.over = true;
			this.loop.execute(() -> {
			});
			join(current);
		}
		if (this.spawner != null) {
			this.spawner.close();
		}
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

	private String describe() {
		return "The server '" + this.server.name() + "'";
	}

}
