package io.socketserver.message;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletionStage;

import org.jspecify.annotations.Nullable;

import io.socketserver.framing.FrameDecoder;
import io.socketserver.loop.Selectable;
import io.socketserver.request.CloseReason;
import io.socketserver.request.ConnectionDriver;
import io.socketserver.request.ConnectionState;
import io.socketserver.request.RequestOutcome;
import io.socketserver.request.StreamRequest;
import io.socketserver.request.Wire;
import io.socketserver.tls.TlsException;
import io.socketserver.tls.TlsOptions;

/**
 * A message connection on a selector loop. Reads what is there, calls the handler for
 * each frame in it, and sends all replies with one write.
 *
 * <p>
 * The loop's thread owns everything here, but for what waits for the peer
 * ({@link Outbound}) and replies still to come ({@link PendingReplies}), which have their
 * monitors. Where handlers run off the loop, it is the {@link Turn} that calls them:
 * while there is one, the loop neither reads nor handles this connection.
 *
 * @param <I> what comes in
 * @param <O> what goes out
 */
final class LoopDriver<I, O> extends BaseMessageConnection<I, O> implements ConnectionDriver, Selectable {

	// Encoded messages up to this size are copied rather than viewed.
	private static final int SMALL = 2048;

	private final MessageLoop<I, O> shared;

	private final FrameDecoder decoder;

	private final Outbound outbound;

	private @Nullable MessageHandler<I, O> handler;

	private @Nullable SelectionKey key;

	// Bytes of a frame that is not complete, or that must not be handled yet.
	private @Nullable ByteBuffer kept;

	private volatile @Nullable PendingReplies pending;

	// Written in the loop thread, read in any.
	private volatile @Nullable Turn<I, O> turn;

	private @Nullable Throwable failure;

	private long requests;

	// When the incomplete frame began, in nanoTime; 0 for none.
	private long frameSince;

	private volatile boolean paused;

	// No more messages before a handshake.
	private volatile boolean startingTls;

	private boolean peerEnded;

	private boolean draining;

	private boolean finishedInDrain;

	// No more messages: ends when what waits has been sent.
	private volatile boolean closing;

	private volatile boolean ended;

	LoopDriver(StreamRequest request, MessageService<I, O> service, MessageLoop<I, O> shared) {
		super(request, service);
		this.shared = shared;
		this.decoder = service.framing().newDecoder();
		this.outbound = new Outbound(this);
	}

	// --- The life of the connection, in the loop thread.

	void begin() throws Exception {
		boolean begun = false;
		try {
			this.handler = this.service.handlerFactory().newHandler();
			this.request.channel().configureBlocking(false);
			begun = true;
		}
		finally {
			this.ended = !begun;
		}
		if (this.request.isForced()) {
			end();
			return;
		}
		long idle = this.request.server().connections().idleTimeout().toNanos();
		if (idle > 0) {
			this.shared.sweepBy(System.nanoTime() + idle);
		}
		open();
		// Clients that have sent something already, and may be gone soon, are served
		// without having been registered.
		read();
		// The first message may have started TLS, and this connection be another's now.
		if (!this.ended && this.request.driver() == this) {
			this.shared.loop().register(this.request.channel(), interest(), this);
			if (this.request.server().isDraining()) {
				this.shared.loop().schedule(FIRST_BYTE_GRACE, this::drainNow);
			}
		}
	}

	private void open() {
		if (isOffLoop()) {
			if (Overrides.onOpen(handler().getClass())) {
				launch(Turn.calling(this, handler()::onOpen));
			}
			return;
		}
		callHandler(() -> handler().onOpen(this));
	}

	/**
	 * Has the handler called on the loop. Whatever it does, what it was gathered to send
	 * is written before another connection gathers in the same buffer.
	 */
	private void callHandler(Step step) {
		this.shared.handling(this);
		try {
			step.run();
		}
		catch (Throwable ex) {
			fail(ex);
		}
		finally {
			send();
			this.shared.handling(null);
		}
	}

	@Override
	public void registered(SelectionKey value) {
		this.key = value;
	}

	@Override
	public void ready(SelectionKey key) throws IOException {
		int ready = key.readyOps();
		if ((ready & SelectionKey.OP_WRITE) != 0) {
			flush();
		}
		if ((ready & SelectionKey.OP_READ) != 0) {
			read();
		}
	}

	@Override
	public void failed(SelectionKey key, Throwable error) {
		lost(error);
	}

	@Override
	public void loopClosed() {
		this.request.endsFor(CloseReason.CUT_OFF);
		this.request.closeQuietly();
		end();
	}

	private void read() {
		if (this.ended) {
			return;
		}
		if (isBusy()) {
			// Off until the turn is over, which now tells so.
			SelectionKey current = this.key;
			if (current != null) {
				current.interestOpsAnd(~SelectionKey.OP_READ);
			}
			return;
		}
		if (!this.startingTls) {
			callHandler(this::readAll);
		}
		// Else what comes is the handshake's, whose time it is: the turn is over.
		settle();
	}

	private void readAll() throws Exception {
		Wire wire = this.request.wire();
		do {
			readOnce(wire);
		}
		while (wire.hasInput() && mayRead());
	}

	private void readOnce(Wire wire) throws Exception {
		MessageLoop.Buffers buffers = this.shared.buffers();
		ByteBuffer in = buffers.in.clear();
		ByteBuffer before = this.kept;
		// A small rest is put in front of what comes; a large one grows by it.
		int offset = (before != null && before.position() <= in.capacity() / 2) ? before.position() : 0;
		int count = receive(wire, in.position(offset));
		if (count <= 0) {
			return;
		}
		if (before == null) {
			handleAll(in, buffers.view, false, count);
		}
		else if (offset > 0) {
			in.put(0, before, 0, offset);
			this.kept = null;
			handleAll(in, buffers.view, false, offset + count);
		}
		else {
			ByteBuffer grown = withRoom(before, count).put(in.flip());
			this.kept = null;
			handleAll(grown, grown.asReadOnlyBuffer().clear(), true, grown.position());
		}
	}

	private int receive(Wire wire, ByteBuffer in) throws IOException {
		int count;
		try {
			count = wire.read(in);
		}
		catch (IOException ex) {
			lost(ex);
			return 0;
		}
		if (count > 0) {
			this.request.received(count, this.shared.loop().now());
		}
		else if (count < 0) {
			this.request.receivedEnd();
			this.peerEnded = true;
		}
		return count;
	}

	private ByteBuffer withRoom(ByteBuffer before, int count) {
		if (before.remaining() >= count) {
			return before;
		}
		// As bytes come, never as they are announced.
		int needed = before.position() + count;
		int size = Math.max(needed, Math.min(2 * before.position(), this.decoder.expectedSize(before.position())));
		return ByteBuffer.allocate(size).put(before.flip());
	}

	/**
	 * Handles the frames in a buffer, from 0 on, and keeps the rest.
	 * @param own whether the buffer is this connection's
	 */
	private void handleAll(ByteBuffer bytes, ByteBuffer view, boolean own, int to) throws Exception {
		boolean timed = this.request.server().connections().hasListeners();
		int from = 0;
		long before = this.requests;
		try {
			for (int next; from < to && mayHandle() && (next = this.decoder.decode(bytes, from, to)) >= 0;) {
				from = next;
				this.requests++;
				view.limit(this.decoder.payloadEnd()).position(this.decoder.payloadStart());
				deliver(view, timed);
			}
		}
		finally {
			this.request.server().statistics().countRequests((int) (this.requests - before));
		}
		keep(bytes, own, this.decoder.skip(bytes, from, to), to);
	}

	private void deliver(ByteBuffer payload, boolean timed) throws Exception {
		if (isOffLoop()) {
			turn().add(this.shared.codec().decode(this.shared.codec().sharesPayload() ? copy(payload) : payload));
		}
		else if (timed) {
			handleTimed(payload);
		}
		else {
			handle(payload);
		}
	}

	private void handle(ByteBuffer payload) throws Exception {
		I message = this.shared.codec().decode(payload);
		Object reply = handler().onMessage(this, message);
		if (reply != null) {
			reply(reply);
		}
	}

	private void handleTimed(ByteBuffer payload) throws Exception {
		long start = System.nanoTime();
		RequestOutcome outcome = RequestOutcome.ERROR;
		try {
			handle(payload);
			outcome = RequestOutcome.SUCCESS;
		}
		finally {
			finished(start, outcome);
		}
	}

	void finished(long start, RequestOutcome outcome) {
		this.request.server()
			.connections()
			.requestFinished(this.request, Duration.ofNanos(System.nanoTime() - start), outcome);
	}

	private static ByteBuffer copy(ByteBuffer payload) {
		return ByteBuffer.allocate(payload.remaining()).put(payload).flip().asReadOnlyBuffer();
	}

	private void keep(ByteBuffer bytes, boolean own, int from, int to) {
		int rest = to - from;
		if (rest == 0) {
			this.frameSince = 0;
			return;
		}
		if (from > 0 || this.frameSince == 0) {
			this.frameSince = this.shared.loop().now() | 1;
			long timeout = this.service.frameTimeout().toNanos();
			if (timeout > 0) {
				this.shared.sweepBy(this.frameSince + timeout);
			}
		}
		if (from == 0 && own) {
			this.kept = bytes.limit(bytes.capacity()).position(to);
			return;
		}
		ByteBuffer room = ByteBuffer.allocate(rest);
		room.put(0, bytes, from, rest);
		this.kept = room.position(rest);
	}

	/**
	 * Handles what was kept while it must not be handled. Nothing new is read before.
	 */
	private void handleKept() {
		ByteBuffer before = this.kept;
		if (before == null || !mayHandle() || isBusy()) {
			return;
		}
		this.kept = null;
		// The time that it had to wait is not the peer's.
		this.frameSince = 0;
		callHandler(() -> handleAll(before, before.asReadOnlyBuffer().clear(), true, before.position()));
	}

	private boolean mayHandle() {
		PendingReplies replies = this.pending;
		return !this.closing && !mustWait() && (replies == null || replies.size() < this.service.maxPendingReplies());
	}

	private boolean mayRead() {
		return mayHandle() && !this.peerEnded && !this.ended && !isBusy();
	}

	// --- Replies.

	private void reply(Object reply) throws Exception {
		PendingReplies replies = this.pending;
		if (reply instanceof CompletionStage<?> stage) {
			send();
			pending().add(stage, this::replyCame);
		}
		else if (replies != null && replies.size() > 0) {
			replies.add(reply);
		}
		else {
			gather(this.service.message(reply));
		}
	}

	private PendingReplies pending() {
		PendingReplies replies = this.pending;
		if (replies == null) {
			replies = new PendingReplies();
			this.pending = replies;
		}
		return replies;
	}

	private void replyCame() {
		this.shared.loop().execute(this::sendReplies);
	}

	private void sendReplies() {
		PendingReplies replies = this.pending;
		if (this.ended || replies == null || isBusy()) {
			return;
		}
		callHandler(() -> gatherAll(replies));
		handleKept();
		settle();
	}

	private void gatherAll(PendingReplies replies) throws Exception {
		for (PendingReplies.Slot slot; (slot = replies.poll()) != null;) {
			if (slot.error != null) {
				replies.clear();
				fail(slot.error);
				return;
			}
			if (slot.reply != null) {
				gather(this.service.message(slot.reply));
			}
		}
	}

	/**
	 * Puts a message behind the others that the end of this pass will write.
	 */
	private void gather(O message) throws Exception {
		ByteBuffer out = this.shared.buffers().out;
		ByteBuffer payload = this.service.payload(message);
		int size = payload.remaining() + this.shared.framing().overhead();
		if (out.remaining() >= size) {
			encode(payload, out);
			return;
		}
		send();
		if (out.capacity() >= size) {
			encode(payload, out);
		}
		else {
			ByteBuffer large = ByteBuffer.allocate(size);
			encode(payload, large);
			transmit(large.flip(), true, true, this.shared.loop().now());
		}
	}

	private void encode(ByteBuffer payload, ByteBuffer out) throws IOException {
		int position = payload.position();
		this.shared.framing().encode(payload, out);
		// The user's own buffer stays as it was.
		payload.position(position);
	}

	/**
	 * Writes what was gathered.
	 */
	private void send() {
		ByteBuffer out = this.shared.buffers().out;
		if (out.position() > 0) {
			try {
				transmit(out.flip(), false, true, this.shared.loop().now());
			}
			finally {
				// Another connection's turn comes next.
				out.clear();
			}
		}
	}

	private SendResult transmit(ByteBuffer frame, boolean kept, boolean own, long now) {
		Outbound.Outcome outcome;
		try {
			outcome = this.outbound.write(frame, kept, own, now);
		}
		catch (IOException ex) {
			onLoop(() -> lost(ex));
			return SendResult.REFUSED;
		}
		return switch (outcome) {
			case WRITTEN -> SendResult.QUEUED;
			case BEGUN -> {
				if (this.shared.loop().inLoop()) {
					sendingBegan();
				}
				else {
					this.shared.loop().execute(this::sendingBegan);
				}
				yield this.outbound.isCongested() ? SendResult.CONGESTED : SendResult.QUEUED;
			}
			case QUEUED -> this.outbound.isCongested() ? SendResult.CONGESTED : SendResult.QUEUED;
			case OVERFLOW -> {
				this.request.endsFor(CloseReason.WRITE_OVERFLOW);
				onLoop(this::reset);
				yield SendResult.REFUSED;
			}
			case CLOSED -> SendResult.REFUSED;
		};
	}

	private void onLoop(Runnable task) {
		if (this.shared.loop().inLoop() && !this.shared.isHandling()) {
			task.run();
		}
		else {
			// Also in the midst of a handler's call, another connection's too: first that
			// comes to its end.
			this.shared.loop().execute(task::run);
		}
	}

	private void sendingBegan() {
		long timeout = this.service.writeLimits().stalledTimeout().toNanos();
		if (timeout > 0) {
			this.shared.sweepBy(System.nanoTime() + timeout);
		}
		updateInterest();
	}

	private void flush() throws IOException {
		this.outbound.flush(this.shared.loop().now());
		// Does nothing while still too much waits.
		handleKept();
		settle();
	}

	// --- The turns of handlers off the loop.

	private boolean isOffLoop() {
		return this.shared.executor() != null;
	}

	/**
	 * The turn that is not over.
	 */
	private @Nullable Turn<I, O> currentTurn() {
		Turn<I, O> current = this.turn;
		if (current != null && current.isOver()) {
			current = null;
			this.turn = null;
		}
		return current;
	}

	/**
	 * Whether a turn is under way, which then tells when it is over.
	 */
	private boolean isBusy() {
		Turn<I, O> current = currentTurn();
		return current != null && current.isUnderWay();
	}

	/**
	 * The turn that is being filled.
	 */
	private Turn<I, O> turn() {
		Turn<I, O> current = currentTurn();
		if (current == null) {
			current = Turn.ofMessages(this);
			this.turn = current;
		}
		return current;
	}

	private void launch(Turn<I, O> next) {
		this.turn = next;
		long timeout = this.request.server().connections().requestTimeout().toNanos();
		if (timeout > 0) {
			this.shared.sweepBy(System.nanoTime() + timeout);
		}
		try {
			next.begin(Objects.requireNonNull(this.shared.executor()));
		}
		catch (Throwable ex) {
			this.turn = null;
			this.failure = ex;
			this.closing = true;
		}
	}

	/**
	 * A turn is over, and there is something to do. May be called from any thread.
	 */
	void tellTurnEnded(Turn<I, O> over) {
		this.shared.loop().execute(() -> turnEnded(over));
	}

	private void turnEnded(Turn<I, O> over) {
		over.end();
		if (this.turn == over) {
			this.turn = over.rest();
		}
		if (this.ended) {
			closeOffLoop();
			return;
		}
		Throwable thrown = over.failure();
		if (thrown != null && this.failure == null) {
			this.failure = thrown;
			this.closing = true;
		}
		sendReplies();
		handleKept();
		settle();
	}

	MessageHandler<I, O> handler() {
		return Objects.requireNonNull(this.handler, "the connection has not begun");
	}

	/**
	 * Sends what a turn has gathered. Runs in its thread.
	 */
	void transmitFromTurn(ByteBuffer frames) {
		transmit(frames, true, true, System.nanoTime());
	}

	/**
	 * A reply that has to wait its turn among others. Runs in a turn's thread.
	 * @return false if nothing waits before it
	 */
	boolean replyLater(Object reply) {
		if (reply instanceof CompletionStage<?> stage) {
			pending().add(stage, this::replyCame);
			return true;
		}
		PendingReplies replies = this.pending;
		if (replies != null && replies.size() > 0) {
			replies.add(reply);
			return true;
		}
		return false;
	}

	/**
	 * Whether no message may be handled now, because the handler has paused or starts
	 * TLS, or too much waits for the peer.
	 */
	boolean mustWait() {
		return this.paused || this.startingTls || this.outbound.isCongested();
	}

	// --- The end.

	/**
	 * Something was thrown. The handler may send a last message.
	 */
	private void fail(Throwable error) {
		if (this.ended || this.failure != null) {
			return;
		}
		if (isOffLoop()) {
			// First the messages that came before.
			turn().failWith(error);
			return;
		}
		this.closing = true;
		this.failure = error;
		try {
			O last = handler().onError(this, error);
			if (last != null) {
				gather(last);
			}
		}
		catch (Throwable ex) {
			error.addSuppressed(ex);
		}
	}

	/**
	 * The connection is gone.
	 */
	private void lost(Throwable error) {
		if (error instanceof IOException cause) {
			this.request.lostTo(cause);
		}
		this.request.endsFor(CloseReason.PEER_RESET);
		if (!(error instanceof IOException) || error instanceof TlsException) {
			this.failure = error;
		}
		end();
	}

	/**
	 * The end of each step: ends the connection if it has come to that, else waits for
	 * what it has to wait for.
	 */
	private void settle() {
		if (this.ended) {
			return;
		}
		Turn<I, O> next = currentTurn();
		if (next != null && next.isReady() && !mustWait()) {
			launch(next);
		}
		boolean ends = this.peerEnded || this.draining || this.closing;
		// Asked only where it matters: a turn that is asked wakes the loop when it ends.
		if (ends && !isBusy()) {
			if (this.peerEnded && !this.closing && mayHandle() && currentTurn() == null) {
				finishInput();
			}
			if (this.draining && isIdle()) {
				sayGoodbye();
			}
			boolean answered = hasAnswered() || this.failure != null;
			if (this.closing && this.outbound.isEmpty() && answered && !isBusy()) {
				end();
				return;
			}
		}
		if (this.startingTls) {
			if (this.request.driver() != this) {
				// The handshake has begun, and the connection is its own: a command that
				// comes late has nothing to say.
				return;
			}
			if (!this.closing && !isBusy() && hasAnswered() && this.outbound.isEmpty()) {
				openTls();
				return;
			}
		}
		updateInterest();
		if (hasInput() && mayRead()) {
			// No selector tells of what the wire has read ahead.
			this.shared.loop().execute(this::read);
		}
	}

	/**
	 * All that goes out in clear is out: a handshake comes, in which this connection is
	 * another's.
	 */
	private void openTls() {
		if (this.kept != null || currentTurn() != null || hasInput()) {
			lost(TlsException.inClear());
			return;
		}
		TlsOptions options = this.request.tlsToStart();
		this.request.layTls(options);
		LoopOpening opening = new LoopOpening(this.request, this.shared, options.handshakeTimeout(), this);
		this.request.driver(opening);
		opening.begin();
	}

	/**
	 * The handshake is complete, and this connection is this one's again.
	 */
	void tlsStarted() throws IOException {
		this.startingTls = false;
		this.outbound.hold(false);
		flush();
	}

	void endedInHandshake(@Nullable Throwable error) {
		if (error != null) {
			lost(error);
		}
		else {
			end();
		}
	}

	private boolean hasInput() {
		return this.request.wire().hasInput();
	}

	/**
	 * The peer sends no more: what is left may be a last frame.
	 */
	private void finishInput() {
		ByteBuffer rest = this.kept;
		this.kept = null;
		this.closing = rest == null || rest.position() == 0;
		if (this.closing || rest == null) {
			return;
		}
		callHandler(() -> deliverLast(rest));
		Turn<I, O> next = currentTurn();
		if (next != null && next.isReady()) {
			launch(next);
			// It tells when it is over, unless it is already.
			this.closing = this.closing || !isBusy();
		}
	}

	private void deliverLast(ByteBuffer rest) throws Exception {
		if (this.decoder.decodeLast(rest, 0, rest.position())) {
			this.requests++;
			this.request.server().statistics().countRequests(1);
			ByteBuffer view = rest.asReadOnlyBuffer().clear();
			view.limit(this.decoder.payloadEnd()).position(this.decoder.payloadStart());
			deliver(view, this.request.server().connections().hasListeners());
		}
		this.closing = this.closing || !isOffLoop();
	}

	private boolean isIdle() {
		return this.kept == null && currentTurn() == null && this.outbound.isEmpty() && !this.closing && hasAnswered()
				&& !hasInput();
	}

	private boolean hasAnswered() {
		PendingReplies replies = this.pending;
		return replies == null || replies.size() == 0;
	}

	private void sayGoodbye() {
		this.request.drained(this.finishedInDrain);
		this.draining = false;
		this.closing = true;
		if (isOffLoop()) {
			launch(Turn.calling(this, handler()::onGoodbye));
			return;
		}
		callHandler(this::sayGoodbyeHere);
	}

	private void sayGoodbyeHere() {
		try {
			handler().onGoodbye(this);
		}
		catch (Throwable ex) {
			this.request.server().connections().goodbyeFailed(this.request, ex);
		}
	}

	private void reset() {
		this.request.reset();
		end();
	}

	private void end() {
		if (this.ended || this.handler == null) {
			// Not begun yet: that sees why it is to end.
			return;
		}
		this.ended = true;
		this.outbound.close();
		this.kept = null;
		SelectionKey current = this.key;
		if (current != null) {
			current.cancel();
		}
		Throwable error = this.failure;
		if (error != null) {
			this.request.endsWith(error);
		}
		this.request.settleReason(null);
		if (isOffLoop()) {
			closeOffLoop();
		}
		else {
			close(handler());
		}
		this.request.server().requestEnded(this.request, error);
	}

	/**
	 * Has the handler told of the end, once it is not called any more.
	 */
	private void closeOffLoop() {
		if (isBusy()) {
			return;
		}
		if (!Overrides.onClose(handler().getClass())) {
			close(handler());
			return;
		}
		Turn<I, O> last = Turn.calling(this, (connection) -> close(handler()));
		try {
			last.begin(Objects.requireNonNull(this.shared.executor()));
		}
		catch (Throwable ex) {
			close(handler());
		}
	}

	/**
	 * The last call of the handler.
	 */
	void close(MessageHandler<I, O> last) {
		try {
			last.onClose(this, closeReason().orElse(CloseReason.COMPLETED));
		}
		catch (Throwable ex) {
			this.request.server().connections().goodbyeFailed(this.request, ex);
		}
		finally {
			this.service.handlerFactory().release(last);
		}
	}

	// --- What the loop waits for.

	private int interest() {
		int read = (mayHandle() && !this.peerEnded) ? SelectionKey.OP_READ : 0;
		return this.outbound.isEmpty() ? read : read | SelectionKey.OP_WRITE;
	}

	private void updateInterest() {
		SelectionKey current = this.key;
		if (current != null && current.isValid()) {
			int wanted = interest();
			if (current.interestOps() != wanted) {
				current.interestOps(wanted);
			}
		}
	}

	/**
	 * Ends the connection if its time is up.
	 * @return nanoseconds until it may be, or {@link Long#MAX_VALUE}
	 */
	long checkDeadlines(long now) {
		long left = Long.MAX_VALUE;
		long stalled = this.outbound.stalledSince();
		if (stalled != 0) {
			left = left(stalled, this.service.writeLimits().stalledTimeout(), now);
			if (left <= 0) {
				this.request.endsFor(CloseReason.WRITE_TIMEOUT);
				reset();
				return Long.MAX_VALUE;
			}
		}
		if (currentTurn() != null) {
			return Math.min(left, checkTurn(now));
		}
		if (this.frameSince != 0 && mayHandle()) {
			long frame = left(this.frameSince, this.service.frameTimeout(), now);
			if (frame <= 0) {
				this.request.close(CloseReason.FRAME_TIMEOUT);
				return Long.MAX_VALUE;
			}
			left = Math.min(left, frame);
		}
		return Math.min(left, checkIdle(now));
	}

	private long checkTurn(long now) {
		Turn<I, O> current = this.turn;
		long left = (current != null) ? left(current.since(), this.request.server().connections().requestTimeout(), now)
				: Long.MAX_VALUE;
		if (left <= 0) {
			this.request.close(CloseReason.REQUEST_TIMEOUT);
			return Long.MAX_VALUE;
		}
		return left;
	}

	private long checkIdle(long now) {
		Duration timeout = this.request.server().connections().idleTimeout();
		if (this.closing) {
			// It ends when what waits has been sent, which has its own deadline.
			return Long.MAX_VALUE;
		}
		long left = left(this.request.lastActivityNanos(), timeout, now);
		if (left > 0) {
			return left;
		}
		this.request.touched(now);
		if (!hasAnswered()) {
			// It is the peer that waits.
			return timeout.toNanos();
		}
		if (isOffLoop()) {
			launch(Turn.calling(this, handler()::onIdle));
			return timeout.toNanos();
		}
		callHandler(() -> handler().onIdle(this));
		settle();
		return timeout.toNanos();
	}

	private static long left(long since, Duration timeout, long now) {
		return timeout.isZero() ? Long.MAX_VALUE : timeout.toNanos() - (now - since);
	}

	// --- What may be called from any thread.

	@Override
	public SendResult send(O message) {
		return sendFrame(frame(message));
	}

	@Override
	public SendResult send(EncodedMessage message) {
		boolean here = message.size() <= SMALL && this.shared.isHandling(this, Thread.currentThread());
		return here ? sendHere(message) : sendFrame(message.frame());
	}

	/**
	 * Sends from the loop, together with what was gathered before: with no view of the
	 * message, and no write, of its own.
	 */
	private SendResult sendHere(EncodedMessage message) {
		if (this.ended) {
			return SendResult.REFUSED;
		}
		ByteBuffer out = this.shared.buffers().out;
		if (out.remaining() < message.size()) {
			send();
		}
		message.copyTo(out);
		try {
			return transmit(out.flip(), false, true, System.nanoTime());
		}
		finally {
			out.clear();
		}
	}

	private SendResult sendFrame(ByteBuffer frame) {
		Thread current = Thread.currentThread();
		if (this.ended || (this.closing && !isHandledBy(current))) {
			return SendResult.REFUSED;
		}
		// What the handler has replied before goes first.
		Turn<I, O> running = this.turn;
		boolean own = true;
		if (running != null && running.isRunBy(current)) {
			running.flush();
		}
		else if (this.shared.isHandling(this, current)) {
			send();
		}
		else {
			own = false;
		}
		return transmit(frame, true, own, System.nanoTime());
	}

	@Override
	public boolean isWritable() {
		return !this.ended && !this.closing && !this.startingTls && !this.outbound.isCongested();
	}

	@Override
	public void pauseReads() {
		this.paused = true;
	}

	@Override
	public void resumeReads() {
		this.paused = false;
		this.shared.loop().execute(this::resumed);
	}

	private void resumed() {
		if (!this.ended) {
			handleKept();
			settle();
		}
	}

	@Override
	public void startTls() {
		Thread current = Thread.currentThread();
		this.request.tlsToStart();
		if (!isHandledBy(current)) {
			throw new IllegalStateException("TLS of " + id() + " can be started by its handler only, in onMessage");
		}
		this.outbound.hold(true);
		this.startingTls = true;
		if (!this.shared.isHandling(this, current)) {
			// Which so waits for the end of the turn.
			this.shared.loop().execute(this::settle);
		}
	}

	@Override
	public void close() {
		this.request.endsFor(CloseReason.CLOSED_BY_SERVER);
		this.closing = true;
		onLoop(this::settle);
	}

	boolean isClosing() {
		return this.closing || this.ended;
	}

	@Override
	public long requests() {
		return this.requests;
	}

	@Override
	public boolean isHandledBy(Thread thread) {
		Turn<I, O> current = this.turn;
		return this.shared.isHandling(this, thread) || (current != null && current.isRunBy(thread));
	}

	@Override
	public ConnectionState state() {
		Turn<I, O> current = this.turn;
		PendingReplies replies = this.pending;
		if (this.ended) {
			return ConnectionState.CLOSED;
		}
		if (this.closing) {
			return ConnectionState.CLOSING;
		}
		if ((current != null && !current.isOver()) || this.shared.isHandling(this)) {
			return ConnectionState.RUNNING;
		}
		if (!this.outbound.isEmpty()) {
			return ConnectionState.WRITING;
		}
		if (replies != null && replies.size() > 0) {
			return ConnectionState.RUNNING;
		}
		return (this.kept != null) ? ConnectionState.READING : ConnectionState.IDLE;
	}

	@Override
	public void drain() {
		this.shared.loop().execute(this::drainNow);
	}

	private void drainNow() {
		if (!this.ended && this.handler != null && !this.closing) {
			this.finishedInDrain = this.finishedInDrain || !isIdle();
			this.draining = true;
			settle();
		}
	}

	@Override
	public void closing() {
		this.request.shutdownQuietly();
		this.shared.loop().execute(this::end);
	}

	@Override
	public void cutOff() {
		Turn<I, O> current = this.turn;
		if (current != null) {
			current.interrupt();
		}
		wasReset();
	}

	@Override
	public void wasReset() {
		this.shared.loop().execute(this::end);
	}

	/**
	 * Something that may call the handler.
	 */
	@FunctionalInterface
	private interface Step {

		void run() throws Exception;

	}

}
