package io.socketserver;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.socketserver.request.Connections;
import io.socketserver.request.DrainReport;

/**
 * Ends the serving of a server: stops accepting, closes what is idle, waits for what is
 * not, cuts off the rest at the deadline. Runs in a thread of its own, so that the caller
 * may be anybody, the loop and handlers included; a second one says good-bye to idle
 * connections, since a peer that does not read could hold that up.
 */
final class Drain {

	private static final Logger logger = System.getLogger(BaseServer.class.getName());

	// For handlers to unwind after their connection was cut off.
	private static final Duration UNWIND = Duration.ofMillis(500);

	// For a loop that no handler holds to stop accepting: long, since a machine may be
	// overloaded, and who is told the end too early comes back and is reset.
	private static final Duration LOOP_REACTION = Duration.ofSeconds(5);

	private static final Duration LOOK_AGAIN = Duration.ofMillis(20);

	private final BaseServer server;

	private final Connections connections;

	private final long begin = System.nanoTime();

	private final CountDownLatch acceptingStopped = new CountDownLatch(1);

	private final CountDownLatch loopEnded = new CountDownLatch(1);

	private final CompletableFuture<DrainReport> report = new CompletableFuture<>();

	private final CompletableFuture<DrainReport> ended = new CompletableFuture<>();

	private final boolean wait;

	private final Thread goodbyes;

	private volatile boolean over;

	private volatile long deadline;

	private volatile boolean closing;

	private volatile boolean acceptingHasEnded;

	// Read by the loop, which ends then.
	private volatile boolean loopMayEnd;

	Drain(BaseServer server, Duration grace, boolean closing, boolean wait) {
		this.server = server;
		this.connections = server.connections();
		this.deadline = this.begin + grace.toNanos();
		this.closing = closing;
		this.wait = wait;
		this.goodbyes = newThread("goodbye", this::sayGoodbyes);
	}

	/**
	 * Begins.
	 * @param announce tells handlers of it, once it is being counted
	 */
	void start(Runnable announce) {
		this.connections.beginDrain();
		announce.run();
		newThread("drain", this::run).start();
		this.goodbyes.start();
	}

	/**
	 * A client that is told the end comes back at once, and should find nobody listening
	 * by then, so accepting ends first. Under the synchronous server it may be the other
	 * way round: one of the connections to end may hold the loop.
	 */
	private void sayGoodbyes() {
		// Half of a short grace period is left for the idle to end in order.
		long bound = this.begin + Math.min(LOOP_REACTION.toNanos(), (this.deadline - this.begin) / 2);
		boolean stopped = false;
		while (!stopped && !this.over && !this.server.isLoopHeld() && System.nanoTime() - bound < 0) {
			stopped = awaitUninterruptibly(this.acceptingStopped, System.nanoTime() + LOOK_AGAIN.toNanos());
		}
		if (!this.over) {
			this.connections.drainIdle();
		}
	}

	/**
	 * A late good-bye would end connections of the next serving.
	 */
	private void endGoodbyes() {
		this.over = true;
		try {
			this.goodbyes.join(UNWIND.toMillis());
		}
		catch (InterruptedException ignored) {
			// Nobody may end a drain half-way, and the wait is short.
		}
	}

	private Thread newThread(String purpose, Runnable task) {
		Thread thread = new Thread(task, "socketserver-" + this.server.name() + "-" + purpose);
		thread.setDaemon(true);
		return thread;
	}

	/**
	 * A second call: it may bring the deadline forward, and ask for the socket to be
	 * closed too.
	 */
	void hurry(Duration grace, boolean alsoClose) {
		long other = System.nanoTime() + grace.toNanos();
		if (other - this.deadline < 0) {
			this.deadline = other;
			this.connections.wakeWaiters();
		}
		if (alsoClose) {
			this.closing = true;
		}
	}

	/**
	 * Done as soon as the last request is answered.
	 */
	CompletableFuture<DrainReport> report() {
		return this.report;
	}

	/**
	 * Done when the loop has ended too, and the socket is closed if that was asked for.
	 */
	CompletableFuture<DrainReport> ended() {
		return this.ended;
	}

	boolean isClosing() {
		return this.closing;
	}

	boolean loopMayEnd() {
		return this.loopMayEnd;
	}

	/**
	 * Nobody else gets in. Those who just did may still be served.
	 */
	void acceptingStopped() {
		this.connections.beginIdleDrain();
		this.acceptingStopped.countDown();
	}

	/**
	 * The loop has passed its last request on.
	 */
	void acceptingEnded() {
		this.acceptingHasEnded = true;
		this.connections.wakeWaiters();
	}

	/**
	 * No thread runs the loop any more.
	 */
	void loopEnded() {
		this.loopEnded.countDown();
	}

	DrainReport reportNow() {
		return this.connections.drainReport(Duration.ofNanos(System.nanoTime() - this.begin));
	}

	private void run() {
		DrainReport result = DrainReport.NOTHING;
		try {
			result = finishRequests();
			this.report.complete(result);
			finishLoop();
		}
		catch (Throwable ex) {
			logger.log(Level.ERROR, "The drain of " + this.server.describe() + " failed", ex);
		}
		finally {
			this.report.complete(result);
			this.server.drained(this);
			this.ended.complete(result);
		}
	}

	private DrainReport finishRequests() {
		if (!this.wait) {
			return reportNow();
		}
		// Under the synchronous server the loop gets to it when the handler returns, so
		// idle connections have to end first: both are waited for at the same time.
		boolean all = this.connections.awaitFinished(this::deadline, this::acceptingHasEnded);
		if (!all) {
			int busy = this.connections.inFlight();
			if (busy > 0) {
				logger.log(Level.WARNING,
						"{0} cuts off {1} connections that are still busy at the deadline of its drain",
						this.server.describe(), busy);
			}
			this.connections.cutOff();
			long unwound = System.nanoTime() + UNWIND.toNanos();
			this.connections.awaitFinished(() -> unwound, this::acceptingHasEnded);
		}
		return reportNow();
	}

	private long deadline() {
		return this.deadline;
	}

	private boolean acceptingHasEnded() {
		// A synchronous server's loop may be held by a client that was told the end and
		// does not close: nothing can begin meanwhile.
		return this.acceptingHasEnded || this.server.isLoopHeldByDrained();
	}

	private void finishLoop() {
		long lingerEnd = System.nanoTime() + this.server.options().lingerTimeout().toNanos();
		if (this.wait) {
			this.connections.awaitEmpty(() -> lingerEnd);
			this.connections.resetRest();
		}
		endGoodbyes();
		this.connections.endDrain();
		this.loopMayEnd = true;
		this.server.wakeLoop();
		if (!awaitUninterruptibly(this.loopEnded, lingerEnd)) {
			this.server.endLingering();
			awaitUninterruptibly(this.loopEnded, System.nanoTime() + UNWIND.toNanos());
		}
	}

	private static boolean awaitUninterruptibly(CountDownLatch latch, long deadline) {
		while (true) {
			try {
				return latch.await(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
			}
			catch (InterruptedException ignored) {
				// Nobody may end a drain half-way, and the wait is short.
			}
		}
	}

}
