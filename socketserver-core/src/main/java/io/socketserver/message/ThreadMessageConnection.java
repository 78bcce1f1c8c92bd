package io.socketserver.message;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

import org.jspecify.annotations.Nullable;

import io.socketserver.request.CloseReason;
import io.socketserver.request.RequestOutputStream;
import io.socketserver.request.StreamRequest;

/**
 * A message connection whose handler has a thread. What that thread sends it writes
 * itself, and waits for the peer, which slows the peer's requests down. What others send
 * waits in a bounded queue, for a thread that exists only while there is something in it:
 * nobody else ever waits for this peer.
 *
 * @param <I> what comes in
 * @param <O> what goes out
 */
final class ThreadMessageConnection<I, O> extends BaseMessageConnection<I, O> {

	// How often a handler that waits looks whether its server is drained, or its
	// connection gone.
	private static final long POLL_MILLIS = 100;

	private final MessageService<I, O> service;

	private final RequestOutputStream output;

	private final ReentrantLock lock = new ReentrantLock();

	private final Condition changed = this.lock.newCondition();

	// All below are guarded by lock for writing.
	private final ArrayDeque<ByteBuffer> queue = new ArrayDeque<>();

	private volatile long queuedBytes;

	private volatile boolean congested;

	private volatile boolean ending;

	private boolean sending;

	private boolean ended;

	private volatile boolean paused;

	// From the handler's wish to the end of the handshake.
	private volatile boolean startingTls;

	// In whose turn the handler is called just now.
	private volatile Thread turn = Thread.currentThread();

	ThreadMessageConnection(StreamRequest request, MessageService<I, O> service, RequestOutputStream output) {
		super(request);
		this.service = service;
		this.output = output;
	}

	@Override
	MessageService<I, O> service() {
		return this.service;
	}

	/**
	 * Calls the handler in the calling thread, while the one it has waits.
	 */
	void inTurn(Turn.Call<O> call) throws Exception {
		Thread owner = this.turn;
		this.turn = Thread.currentThread();
		try {
			call.on(this);
		}
		finally {
			this.turn = owner;
		}
	}

	/**
	 * Writes in the handler's thread.
	 */
	void reply(O message) throws IOException {
		ByteBuffer frame = frame(message);
		this.output.write(frame.array(), frame.arrayOffset() + frame.position(), frame.remaining());
	}

	@Override
	public SendResult send(O message) {
		return send(frame(message));
	}

	@Override
	public SendResult send(EncodedMessage message) {
		return send(message.frame());
	}

	private SendResult send(ByteBuffer frame) {
		if (this.turn == Thread.currentThread()) {
			return sendNow(frame);
		}
		this.lock.lock();
		try {
			if (this.ended || this.ending || this.startingTls || !this.request.isWritable()) {
				return SendResult.REFUSED;
			}
			if (this.queuedBytes + frame.remaining() <= this.service.writeLimits().cap()) {
				return enqueue(frame);
			}
		}
		finally {
			this.lock.unlock();
		}
		close(CloseReason.WRITE_OVERFLOW);
		return SendResult.REFUSED;
	}

	private SendResult sendNow(ByteBuffer frame) {
		try {
			this.output.write(frame.array(), frame.arrayOffset() + frame.position(), frame.remaining());
			return SendResult.QUEUED;
		}
		catch (IOException ex) {
			// The handler's next read says so too.
			return SendResult.REFUSED;
		}
	}

	private SendResult enqueue(ByteBuffer frame) {
		this.queue.add(frame);
		count(frame.remaining());
		if (!this.sending) {
			this.sending = true;
			Thread sender = new Thread(this::sendQueued, "socketserver-" + id() + "-send");
			sender.setDaemon(true);
			sender.start();
		}
		return this.congested ? SendResult.CONGESTED : SendResult.QUEUED;
	}

	private void count(int bytes) {
		this.queuedBytes = this.queuedBytes + bytes;
		WriteLimits limits = this.service.writeLimits();
		this.congested = this.queuedBytes > (this.congested ? limits.lowMark() : limits.highMark());
	}

	private void sendQueued() {
		try {
			for (ByteBuffer frame; (frame = next()) != null;) {
				this.output.write(frame.array(), frame.arrayOffset() + frame.position(), frame.remaining());
				if (sent(frame.remaining())) {
					this.output.flush();
				}
			}
		}
		catch (IOException ex) {
			// The connection is gone: its handler's thread learns of that by itself.
			abandon();
		}
		if (this.ending) {
			close(CloseReason.CLOSED_BY_SERVER);
		}
	}

	private @Nullable ByteBuffer next() {
		this.lock.lock();
		try {
			ByteBuffer frame = this.queue.poll();
			if (frame == null) {
				this.sending = false;
				this.changed.signalAll();
			}
			return frame;
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Whether nothing else waits.
	 */
	private boolean sent(int bytes) {
		this.lock.lock();
		try {
			count(-bytes);
			return this.queue.isEmpty();
		}
		finally {
			this.lock.unlock();
		}
	}

	@Override
	public boolean isWritable() {
		return !this.congested && !this.ending && !this.startingTls && this.request.isWritable();
	}

	@Override
	public void pauseReads() {
		paused(true);
	}

	@Override
	public void resumeReads() {
		paused(false);
	}

	private void paused(boolean value) {
		this.lock.lock();
		try {
			this.paused = value;
			this.changed.signalAll();
		}
		finally {
			this.lock.unlock();
		}
	}

	boolean isPaused() {
		return this.paused;
	}

	/**
	 * Waits while reads are paused. Runs in the handler's thread.
	 */
	void awaitReads() throws InterruptedException {
		this.lock.lock();
		try {
			while (this.paused && !this.ending && !this.request.isForced() && !server().isDraining()) {
				this.changed.awaitNanos(TimeUnit.MILLISECONDS.toNanos(POLL_MILLIS));
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	@Override
	public void startTls() {
		this.request.tlsToStart();
		if (this.turn != Thread.currentThread()) {
			throw new IllegalStateException("TLS of " + id() + " can be started by its handler only, in onMessage");
		}
		this.lock.lock();
		try {
			this.startingTls = true;
			// What was taken before goes out before the reply, which is the last in
			// clear.
			awaitSent();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Makes the handshake, if the handler has asked for it. Runs in its thread.
	 */
	void openTls() throws IOException {
		if (this.startingTls) {
			this.request.startTls();
			this.startingTls = false;
		}
	}

	private void awaitSent() throws InterruptedException {
		while (this.sending && this.request.isWritable()) {
			this.changed.awaitNanos(TimeUnit.MILLISECONDS.toNanos(POLL_MILLIS));
		}
	}

	@Override
	public void close() {
		boolean now;
		this.lock.lock();
		try {
			this.ending = true;
			this.changed.signalAll();
			now = !this.sending && this.turn != Thread.currentThread();
		}
		finally {
			this.lock.unlock();
		}
		if (now) {
			close(CloseReason.CLOSED_BY_SERVER);
		}
	}

	boolean isEnding() {
		return this.ending;
	}

	private void abandon() {
		this.lock.lock();
		try {
			this.ended = true;
			this.queue.clear();
			this.sending = false;
			this.changed.signalAll();
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Nothing can be sent any more. What was taken goes out before, unless the connection
	 * is gone. Runs in the handler's thread.
	 */
	void end() {
		if (this.ending) {
			this.request.endsFor(CloseReason.CLOSED_BY_SERVER);
		}
		this.lock.lock();
		try {
			this.ended = true;
			awaitSent();
			this.queue.clear();
		}
		catch (InterruptedException ex) {
			// The connection is cut off.
			Thread.currentThread().interrupt();
			this.queue.clear();
		}
		finally {
			this.lock.unlock();
		}
	}

}
