package io.socketserver.message;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.Executor;

import org.jspecify.annotations.Nullable;

import io.socketserver.framing.Framing;
import io.socketserver.loop.LoopTimer;
import io.socketserver.loop.Selectable;
import io.socketserver.loop.SelectorLoop;
import io.socketserver.request.StreamRequest;

/**
 * A selector loop that serves message connections, and what these share: one buffer to
 * read into, one to gather replies in, and one timer for all deadlines. For a strategy.
 *
 * @param <I> what comes in
 * @param <O> what goes out
 */
public final class MessageLoop<I, O> {

	static final int BUFFER_SIZE = 64 * 1024;

	// Sweeps are at least this far apart, however many deadlines there are.
	private static final long RESOLUTION_NANOS = Duration.ofMillis(20).toNanos();

	private final SelectorLoop loop;

	private final MessageService<I, O> service;

	private final @Nullable Executor executor;

	private final Executor handshakes;

	private final Framing framing;

	private final Codec<I, O> codec;

	private @Nullable Buffers buffers;

	private @Nullable Gathering<O> gathering;

	// Whose handler runs on the loop. Others need not see it at once.
	private @Nullable LoopDriver<?, ?> handling;

	// The next sweep; in the loop thread only.
	private @Nullable LoopTimer sweep;

	private long sweepAt;

	/**
	 * A loop. Nothing runs yet.
	 * @param loop the loop
	 * @param service what is served
	 * @param executor where handlers run; null for on the loop
	 * @param handshakes where the costly parts of handshakes are computed, never on the
	 * loop
	 */
	public MessageLoop(SelectorLoop loop, MessageService<I, O> service, @Nullable Executor executor,
			Executor handshakes) {
		this.loop = loop;
		this.service = service;
		this.executor = executor;
		this.handshakes = handshakes;
		this.framing = service.framing();
		this.codec = service.codec();
	}

	/**
	 * The selector loop.
	 * @return the loop
	 */
	public SelectorLoop loop() {
		return this.loop;
	}

	/**
	 * Takes a connection over. May be called from any thread.
	 * @param request the connection, whose handling has not begun
	 */
	public void drive(StreamRequest request) {
		boolean opens = !request.handshakeTimeout().isZero();
		request.driver(opens ? new LoopOpening(request, this) : newDriver(request));
	}

	MessageService<I, O> service() {
		return this.service;
	}

	LoopDriver<I, O> newDriver(StreamRequest request) {
		return (this.executor != null) ? new OffLoopDriver<>(request, this) : new OnLoopDriver<>(request, this);
	}

	/**
	 * Begins the handling of a connection that {@link #drive} has taken over. Runs in the
	 * loop thread, and returns while the connection goes on.
	 * @param request the connection
	 * @throws Exception if it cannot begin
	 */
	public void begin(StreamRequest request) throws Exception {
		if (request.driver() instanceof LoopDriver<?, ?> driver) {
			driver.begin();
		}
		else if (request.driver() instanceof LoopOpening opening) {
			opening.begin();
		}
	}

	@Nullable Executor executor() {
		return this.executor;
	}

	Executor handshakes() {
		return this.handshakes;
	}

	Framing framing() {
		return this.framing;
	}

	Codec<I, O> codec() {
		return this.codec;
	}

	/**
	 * Made at the first use, in the loop thread.
	 */
	Buffers buffers() {
		Buffers current = this.buffers;
		if (current == null) {
			current = new Buffers();
			this.buffers = current;
		}
		return current;
	}

	/**
	 * Made at the first use, in the loop thread.
	 */
	Gathering<O> gathering() {
		Gathering<O> current = this.gathering;
		if (current == null) {
			current = new Gathering<>(this.service);
			this.gathering = current;
		}
		return current;
	}

	/**
	 * A connection's handler is called on the loop from now on, or none is.
	 */
	void handling(@Nullable LoopDriver<?, ?> driver) {
		this.handling = driver;
	}

	/**
	 * Whether a handler is being called on the loop.
	 */
	boolean isHandling() {
		return this.handling != null;
	}

	/**
	 * Whether that of a connection is.
	 */
	boolean isHandling(LoopConnection<?, ?> connection) {
		return this.handling == connection;
	}

	/**
	 * Whether that of a connection is, in a thread.
	 */
	boolean isHandling(LoopConnection<?, ?> connection, Thread thread) {
		return this.handling == connection && this.loop.thread() == thread;
	}

	/**
	 * Has the deadlines looked at after a time that begins now. Runs in the loop thread.
	 * @param timeout the time; zero for one that does not end
	 */
	void sweepAfter(Duration timeout) {
		long nanos = timeout.toNanos();
		if (nanos > 0) {
			sweepBy(System.nanoTime() + nanos);
		}
	}

	/**
	 * Has the deadlines looked at by a time. Runs in the loop thread.
	 */
	void sweepBy(long deadline) {
		LoopTimer current = this.sweep;
		if (current != null && deadline - this.sweepAt >= 0) {
			return;
		}
		if (current != null) {
			current.cancel();
		}
		long delay = Math.max(RESOLUTION_NANOS, deadline - System.nanoTime());
		this.sweepAt = System.nanoTime() + delay;
		this.sweep = this.loop.schedule(Duration.ofNanos(delay), this::sweep);
	}

	private void sweep() {
		this.sweep = null;
		long now = System.nanoTime();
		long[] next = { Long.MAX_VALUE };
		this.loop.forEach((selectable) -> next[0] = Math.min(next[0], nanosLeft(selectable, now)));
		if (next[0] != Long.MAX_VALUE) {
			sweepBy(now + next[0]);
		}
	}

	private static long nanosLeft(Selectable selectable, long now) {
		if (selectable instanceof LoopOpening opening) {
			return opening.checkDeadline(now);
		}
		return (selectable instanceof LoopDriver<?, ?> driver) ? Deadlines.check(driver, now) : Long.MAX_VALUE;
	}

	/**
	 * What is read into: outside the heap, which spares the JDK a copy.
	 */
	static final class Buffers {

		final ByteBuffer in = ByteBuffer.allocateDirect(BUFFER_SIZE);

		// Of the same memory: what codecs and handlers see.
		final ByteBuffer view = this.in.asReadOnlyBuffer();

	}

}
