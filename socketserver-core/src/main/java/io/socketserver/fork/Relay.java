package io.socketserver.fork;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

import org.jspecify.annotations.Nullable;

import io.socketserver.loop.LoopTimer;
import io.socketserver.loop.Selectable;
import io.socketserver.request.CloseReason;
import io.socketserver.request.ConnectionDriver;
import io.socketserver.request.ConnectionState;
import io.socketserver.request.RequestOutcome;
import io.socketserver.request.StreamRequest;

/**
 * Carries the bytes of one connection between its client and a worker process, and knows
 * from what the worker says what the handler is doing.
 *
 * <p>
 * Runs in the pool's loop thread, but for the methods of {@link ConnectionDriver}, which
 * any thread calls. In each direction there is at most one frame that the other side has
 * not taken yet; meanwhile nothing more is read.
 */
final class Relay extends BaseRelay implements ConnectionDriver, Selectable {

	private static final Logger logger = System.getLogger(Relay.class.getName());

	// For other connections of the loop to get their turn.
	private static final int READS_PER_PASS = 16;

	private final StreamRequest request;

	// What the worker said last when it began to wait for input. Written in the loop
	// thread, as all that is volatile here; read by any.
	private volatile @Nullable WaitFrame wait;

	private volatile long forwarded;

	private volatile long requests;

	private volatile boolean blocked;

	// The connection ends: what the client sends is not for the worker any more.
	private volatile boolean closing;

	private @Nullable SelectionKey key;

	private long timerNanos;

	private long waitNanos;

	// Since when the handler is busy with a request, or has not waited for one yet; 0
	// while it is not.
	private long busyNanos;

	private boolean inputEnded;

	// The client has some of an answer, and maybe not all.
	private boolean answering;

	// Busy when a drain began, and since then answered.
	private boolean finishedInDrain;

	// Nothing reaches the client any more.
	private boolean discarding;

	private @Nullable ResultFrame result;

	Relay(StreamRequest request, Workers workers) {
		super(request, workers);
		this.request = request;
	}

	// --- What the server asks, in any thread.

	@Override
	public ConnectionState state() {
		WaitFrame last = this.wait;
		if (this.closing) {
			return ConnectionState.CLOSING;
		}
		if (this.worker == null) {
			return ConnectionState.QUEUED;
		}
		if (this.blocked) {
			return ConnectionState.WRITING;
		}
		if (last != null && last.consumed() == this.forwarded) {
			return last.idle() ? ConnectionState.IDLE : ConnectionState.READING;
		}
		return ConnectionState.RUNNING;
	}

	@Override
	public long requests() {
		return this.requests;
	}

	@Override
	public void drain() {
		this.workers.execute(this::drainNow);
	}

	@Override
	public void closing() {
		this.workers.execute(this::closeNow);
	}

	@Override
	public void cutOff() {
		this.workers.execute(this::cutOffNow);
	}

	/**
	 * A channel that is registered is closed by its selector.
	 */
	@Override
	public void wasReset() {
		this.workers.execute(this::leaveClient);
	}

	/**
	 * The worker decides whether the handler is idle, since it is there that the next
	 * byte is read.
	 */
	private void drainNow() {
		WorkerProcess current = this.worker;
		if (current != null && !this.ended) {
			current.tell(FrameType.DRAIN, this.request.number());
		}
	}

	private void closeNow() {
		if (this.ended) {
			return;
		}
		this.closing = true;
		CloseReason reason = this.request.closeReason().orElse(CloseReason.CLOSED_BY_SERVER);
		if (this.blocked || reason == CloseReason.WRITE_TIMEOUT) {
			// What waits is lost, also where the peer reads again in this moment: no
			// orderly end may follow what came before it.
			this.request.reset();
		}
		else {
			this.request.shutdownOutputQuietly();
		}
		leaveClient();
		abort(reason, this.workers.options().stopTimeout());
	}

	private void cutOffNow() {
		if (!this.ended) {
			this.closing = true;
			leaveClient();
			WorkerProcess current = this.worker;
			if (current != null) {
				current.tell(FrameType.CUT_OFF, this.request.number());
			}
			abort(CloseReason.CUT_OFF, CUT_OFF_GRACE);
		}
	}

	@Override
	void abort(CloseReason reason) {
		super.abort(reason);
		resumeWorker();
	}

	@Override
	void leaveClient() {
		this.discarding = true;
		this.inputEnded = true;
		this.blocked = false;
		SelectionKey current = this.key;
		if (current != null) {
			current.cancel();
		}
	}

	// --- The life of the relay.

	@Override
	public void begin(WorkerProcess taker, Link data) {
		this.busyNanos = System.nanoTime() | 1;
		attach(taker, data, StartFrame.of(this.request));
		try {
			this.request.channel().configureBlocking(false);
			this.workers.register(this.request.channel(), SelectionKey.OP_READ, this);
			pumpInput();
		}
		catch (IOException ex) {
			clientLost(ex);
		}
		setDeadlines();
	}

	@Override
	public void registered(SelectionKey value) {
		this.key = value;
	}

	@Override
	public void ready(SelectionKey ready) throws IOException {
		if (this.discarding) {
			return;
		}
		if (ready.isWritable()) {
			flushClient();
		}
		if (ready.isValid() && ready.isReadable()) {
			pumpInput();
		}
	}

	@Override
	public void failed(SelectionKey failed, Throwable error) {
		clientLost(error);
	}

	@Override
	public void loopClosed() {
		end(null);
	}

	private void pumpInput() throws IOException {
		Link current = this.link;
		for (int i = 0; current != null && i < READS_PER_PASS; i++) {
			if (this.inputEnded || !current.isFlushed()) {
				break;
			}
			int count = current.transferFrom(this.request.wire());
			if (count > 0) {
				forwarded(count);
			}
			else if (count < 0) {
				endInput();
				this.request.receivedEnd();
			}
			else {
				break;
			}
		}
		// What the wire itself had to answer.
		this.blocked = this.blocked || !this.request.wire().flush();
		if (this.request.wire().hasInput() && current != null && current.isFlushed() && !this.inputEnded) {
			this.workers.execute(this::pumpMore);
		}
		updateInterest();
	}

	private void pumpMore() {
		try {
			if (!this.discarding) {
				pumpInput();
			}
		}
		catch (IOException ex) {
			clientLost(ex);
		}
	}

	private void forwarded(int count) {
		long now = System.nanoTime();
		boolean first = this.forwarded == 0;
		this.forwarded = this.forwarded + count;
		this.request.received(count, now);
		if (this.busyNanos == 0 || first) {
			this.busyNanos = now | 1;
			setDeadlines();
		}
	}

	private void endInput() {
		if (!this.inputEnded) {
			this.inputEnded = true;
			Link current = this.link;
			if (current != null) {
				current.send(FrameType.END);
			}
		}
	}

	@Override
	public void flushed() {
		pumpMore();
	}

	private void clientLost(Throwable error) {
		if (this.ended || this.discarding) {
			return;
		}
		if (!(error instanceof IOException)) {
			logger.log(Level.WARNING, "The relay of " + this.request + " failed", error);
		}
		boolean forced = this.request.isForced();
		if (error instanceof IOException lost) {
			this.request.lostTo(lost);
		}
		else {
			this.request.endsFor(CloseReason.HANDLER_ERROR);
		}
		leaveClient();
		if (!forced) {
			abort(CloseReason.PEER_RESET);
		}
	}

	/**
	 * Waits for what can be done: nothing while no worker is there.
	 */
	void updateInterest() {
		SelectionKey current = this.key;
		Link data = this.link;
		if (current != null && current.isValid()) {
			boolean reads = !this.inputEnded && data != null && data.isFlushed();
			int operations = (reads ? SelectionKey.OP_READ : 0) | (this.blocked ? SelectionKey.OP_WRITE : 0);
			if (current.interestOps() != operations) {
				current.interestOps(operations);
			}
		}
	}

	private void flushClient() throws IOException {
		this.blocked = !this.request.wire().flush();
		if (!this.blocked) {
			resumeWorker();
			ResultFrame last = this.result;
			if (last != null && !this.blocked) {
				finished(last);
			}
		}
		updateInterest();
	}

	private void resumeWorker() {
		Link current = this.link;
		if (current != null) {
			current.resume();
		}
	}

	// --- What the worker says.

	@Override
	public void frame(FrameType type, ByteBuffer payload) throws IOException {
		switch (type) {
			case DATA -> toClient(payload);
			case END -> endOutput();
			case WAIT -> waits(WaitFrame.decode(payload));
			case FINISHED -> requestFinished(payload);
			case DRAINED -> drained(payload.get() == 1);
			case RESULT -> finished(ResultFrame.decode(payload));
			default -> throw new ProtocolException("A worker said " + type + " of a request");
		}
	}

	private void toClient(ByteBuffer payload) {
		if (!this.discarding) {
			try {
				int count = this.request.wire().write(payload);
				if (count > 0) {
					this.answering = true;
					this.request.sent(count, System.nanoTime());
				}
				boolean full = !this.request.wire().flush() || payload.hasRemaining();
				if (full && !this.blocked) {
					this.waitNanos = System.nanoTime();
					armBy(this.request.server().connections().idleTimeout());
				}
				this.blocked = full;
				updateInterest();
				return;
			}
			catch (IOException ex) {
				clientLost(ex);
			}
		}
		payload.position(payload.limit());
	}

	private void endOutput() {
		this.answering = false;
		if (!this.discarding) {
			try {
				this.request.shutdownOutput();
				this.blocked = !this.request.wire().flush();
				updateInterest();
			}
			catch (IOException ex) {
				clientLost(ex);
			}
		}
	}

	private void waits(WaitFrame frame) {
		this.waitNanos = System.nanoTime();
		countRequests(frame.requests());
		if (frame.idle()) {
			this.answering = false;
		}
		if (frame.idle() && frame.consumed() == this.forwarded) {
			this.busyNanos = 0;
		}
		if (frame.idle() && frame.requests() > 0 && this.request.server().isDraining()) {
			this.finishedInDrain = true;
		}
		// Last: whoever sees the connection idle finds what it did counted.
		this.wait = frame;
		armBy(this.request.server().connections().idleTimeout());
	}

	private void countRequests(long total) {
		int more = (int) (total - this.requests);
		if (more > 0) {
			this.requests = total;
			this.request.server().statistics().countRequests(more);
		}
	}

	private void requestFinished(ByteBuffer payload) {
		Duration duration = Duration.ofNanos(payload.getLong());
		RequestOutcome outcome = RequestOutcome.valueOf(StandardCharsets.US_ASCII.decode(payload).toString());
		if (this.busyNanos != 0) {
			// A client may send the next request before it has the answer.
			this.busyNanos = System.nanoTime() | 1;
		}
		this.request.server().connections().requestFinished(this.request, duration, outcome);
	}

	private void drained(boolean wasBusy) {
		if (!this.closing) {
			this.closing = true;
			this.request.drained(wasBusy || this.finishedInDrain);
			// Whoever lingers for the client reads what still comes.
			endInput();
			updateInterest();
		}
	}

	/**
	 * The handler has ended. What it has written was taken before, but for what the
	 * client's wire itself holds.
	 */
	@Override
	public void finished(ResultFrame frame) {
		if (this.ended) {
			return;
		}
		this.result = frame;
		if (this.blocked && !this.discarding) {
			return;
		}
		countRequests(frame.requests());
		CloseReason reason = frame.reason();
		if (reason != null && frame.forced()) {
			this.ended = true;
			this.request.shutdownOutputQuietly();
			this.request.close(reason);
			this.ended = false;
		}
		else if (reason != null) {
			this.request.endsFor(reason);
		}
		endAs(frame);
	}

	/**
	 * Half an answer must not look like a whole one: a client that has some of it is
	 * reset.
	 */
	@Override
	void cutAnswer() {
		if (this.answering && !this.discarding) {
			this.request.reset();
		}
	}

	// --- Time.

	private void setDeadlines() {
		armBy(this.request.server().connections().idleTimeout());
		armBy(this.request.server().connections().requestTimeout());
		armBy(this.workers.options().requestTimeout());
	}

	/**
	 * Looks at the clock at the latest after a while.
	 */
	private void armBy(Duration delay) {
		if (delay.isZero() || this.ended) {
			return;
		}
		long due = System.nanoTime() + delay.toNanos();
		LoopTimer current = this.timer;
		if (current == null || due - this.timerNanos < 0) {
			if (current != null) {
				current.cancel();
			}
			this.timerNanos = due;
			this.timer = this.workers.schedule(delay, this::lookAtTheClock);
		}
	}

	private void lookAtTheClock() {
		this.timer = null;
		long now = System.nanoTime();
		checkIdle(now);
		checkBusy(now);
	}

	private void checkIdle(long now) {
		Duration timeout = this.request.server().connections().idleTimeout();
		ConnectionState state = state();
		boolean waiting = state == ConnectionState.IDLE || state == ConnectionState.READING
				|| state == ConnectionState.WRITING;
		if (timeout.isZero() || !waiting) {
			return;
		}
		long since = Math.min(now - this.request.lastActivityNanos(), now - this.waitNanos);
		if (since < timeout.toNanos()) {
			armBy(timeout.minusNanos(since));
		}
		else {
			this.request
				.close((state == ConnectionState.WRITING) ? CloseReason.WRITE_TIMEOUT : CloseReason.IDLE_TIMEOUT);
		}
	}

	private void checkBusy(long now) {
		WorkerProcess current = this.worker;
		if (this.busyNanos == 0 || this.closing || current == null) {
			return;
		}
		long since = now - this.busyNanos;
		Duration kill = this.workers.options().requestTimeout();
		Duration close = this.request.server().connections().requestTimeout();
		if (!kill.isZero() && since >= kill.toNanos()) {
			this.workers.kill(current, WorkerEnd.REQUEST_TIMEOUT);
		}
		else if (!close.isZero() && since >= close.toNanos() && this.forwarded > 0) {
			this.request.close(CloseReason.REQUEST_TIMEOUT);
		}
		else {
			armBy(left(kill, since));
			armBy(left(close, since));
		}
	}

	private static Duration left(Duration timeout, long sinceNanos) {
		return (timeout.toNanos() > sinceNanos) ? timeout.minusNanos(sinceNanos) : timeout;
	}

}
