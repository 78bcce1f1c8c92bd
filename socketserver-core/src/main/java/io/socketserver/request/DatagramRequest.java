package io.socketserver.request;

import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLongFieldUpdater;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;

import org.jspecify.annotations.Nullable;

/**
 * A datagram as a request: what a {@link DatagramRequestHandler} reads and answers.
 *
 * <p>
 * {@link #reply} and {@link #send} may be called from any thread, also after the handler
 * has returned, as long as the server is open. A drain waits for handlers, not for those.
 */
public final class DatagramRequest extends BaseRequest implements Watched {

	private static final AtomicReferenceFieldUpdater<DatagramRequest, @Nullable CloseReason> CLOSE_REASON = AtomicReferenceFieldUpdater
		.newUpdater(DatagramRequest.class, CloseReason.class, "closeReason");

	private static final AtomicLongFieldUpdater<DatagramRequest> REPLIED = AtomicLongFieldUpdater
		.newUpdater(DatagramRequest.class, "replied");

	private static final byte[] EMPTY = new byte[0];

	private final byte[] packet;

	private final boolean truncated;

	private final DatagramOutput output;

	private final DatagramOptions options;

	private volatile @Nullable CloseReason closeReason;

	// What people see of it.
	private volatile @Nullable Connection session;

	private volatile boolean forced;

	private volatile boolean failed;

	@SuppressWarnings("UnusedVariable") // Through REPLIED: bytes of all replies.
	private volatile long replied;

	// Published for the watch, which looks for handlers that take too long.
	private volatile long startNanos;

	// Set before the handling begins, if the handler has no thread here.
	private volatile @Nullable DatagramDriver driver;

	private @Nullable Thread handlerThread; // Guarded by this.

	private boolean interruptible; // Guarded by this.

	/**
	 * A request for a datagram. For the server.
	 * @param server the server that received it
	 * @param from who sent it
	 * @param packet its bytes, which are this request's from here on
	 * @param truncated whether it was longer
	 * @param output the way back
	 * @param options how handlers read and answer it
	 */
	public DatagramRequest(ServerContext server, SocketAddress from, byte[] packet, boolean truncated,
			DatagramOutput output, DatagramOptions options) {
		super(server, server.connections().nextDatagram(packet.length), from, server.serverAddress());
		this.packet = (packet.length == 0) ? EMPTY : packet;
		this.truncated = truncated;
		this.output = output;
		this.options = options;
	}

	/**
	 * A request that another process has received. For a worker process.
	 * @param server what stands for the server in this process
	 * @param packet its bytes
	 * @param truncated whether it was longer
	 * @param output the way back
	 * @param options how handlers read and answer it
	 * @param origin what the other process knows of the request
	 */
	public DatagramRequest(ServerContext server, byte[] packet, boolean truncated, DatagramOutput output,
			DatagramOptions options, RequestOrigin origin) {
		super(server, origin);
		this.packet = packet;
		this.truncated = truncated;
		this.output = output;
		this.options = options;
	}

	/**
	 * Has somebody else than a thread see to this request, who never waits: not to send,
	 * either. For a strategy, before it passes {@code processRequest} on.
	 * @param value the driver
	 */
	public void driver(DatagramDriver value) {
		this.driver = value;
	}

	/**
	 * Who sees to this request instead of a thread.
	 * @return the driver, or null
	 */
	public @Nullable DatagramDriver driver() {
		return this.driver;
	}

	@Override
	public boolean isDriven() {
		return this.driver != null;
	}

	/**
	 * Has logs name the session that this datagram is part of, whose id handlers and
	 * operators know. For sessions.
	 * @param value the session
	 */
	public void partOf(Connection value) {
		this.session = value;
	}

	/**
	 * The bytes of the datagram.
	 * @return the same array each time, exactly as long as the datagram
	 */
	public byte[] packet() {
		return this.packet;
	}

	/**
	 * Whether the datagram was longer than {@code maxPacketSize}, so that its end is
	 * missing. Only a server that was told to hand such datagrams over does so.
	 * @return true if there was more
	 */
	public boolean isTruncated() {
		return this.truncated;
	}

	/**
	 * The way back to the client. For sessions.
	 * @return the socket it came in by
	 */
	public DatagramOutput output() {
		return this.output;
	}

	/**
	 * Where a reply has to be sent to.
	 * @return the client, or the proxy that has passed its datagram on
	 */
	public SocketAddress replyAddress() {
		return proxyAddress().orElseGet(this::clientAddress);
	}

	/**
	 * How handlers read and answer it.
	 * @return the options
	 */
	public DatagramOptions options() {
		return this.options;
	}

	/**
	 * Sends a datagram to the client.
	 * @param reply its bytes
	 * @return false if it was dropped, which is counted with its reason: all replies
	 * would be longer than {@code maxAmplification} allows, or the kernel's send buffer
	 * stayed full
	 * @throws IOException if it is too long for a datagram, or the kernel refuses
	 */
	public boolean reply(byte[] reply) throws IOException {
		return reply(ByteBuffer.wrap(reply));
	}

	/**
	 * Sends a datagram to the client.
	 * @param reply its bytes, from the position to the limit
	 * @return false if it was dropped, as {@link #reply(byte[])}
	 * @throws IOException if it is too long for a datagram, or the kernel refuses
	 */
	public boolean reply(ByteBuffer reply) throws IOException {
		int length = reply.remaining();
		if (!this.options.allows(this.packet.length, REPLIED.addAndGet(this, length))) {
			REPLIED.addAndGet(this, -length);
			this.output.withheld(length, this.packet.length, clientAddress());
			return false;
		}
		return send(reply, replyAddress());
	}

	/**
	 * Sends a datagram to anybody, from the server's socket.
	 * @param datagram its bytes, from the position to the limit
	 * @param to where to
	 * @return false if it was dropped because the kernel's send buffer stayed full
	 * @throws IOException if it is too long for a datagram, or the kernel refuses
	 */
	public boolean send(ByteBuffer datagram, SocketAddress to) throws IOException {
		CloseReason reason = this.closeReason;
		if (this.forced && reason != null) {
			throw new ConnectionClosedException(id(), reason, null);
		}
		return isDriven() ? this.output.offer(datagram, to) : this.output.send(datagram, to);
	}

	/**
	 * Whether {@code handle} has thrown: what {@code finish} may want to know.
	 * @return true once it has
	 */
	public boolean hasFailed() {
		return this.failed;
	}

	@Override
	public void failing(Throwable error) {
		this.failed = true;
	}

	@Override
	public void started() {
		synchronized (this) {
			this.handlerThread = Thread.currentThread();
			this.interruptible = !isDriven();
		}
		// The clock may rightly say 0, which means not started here.
		this.startNanos = System.nanoTime() | 1;
		server().connections().watch().requestBegins();
		server().statistics().countRequest();
	}

	@Override
	public void handled(@Nullable Throwable error) {
		synchronized (this) {
			this.interruptible = false;
		}
		RequestOutcome outcome = (error != null) ? RequestOutcome.ERROR : RequestOutcome.SUCCESS;
		if (error != null) {
			endsFor(CloseReason.HANDLER_ERROR);
		}
		server().connections()
			.requestFinished(this, Duration.ofNanos(System.nanoTime() - this.startNanos),
					this.forced ? RequestOutcome.ABORTED : outcome);
	}

	@Override
	public void settleReason(@Nullable CloseReason reason) {
		endsFor((reason != null) ? reason : CloseReason.COMPLETED);
	}

	@Override
	public boolean endsFor(CloseReason reason) {
		return CLOSE_REASON.compareAndSet(this, null, reason);
	}

	/**
	 * Interrupts the handler, whose replies are refused from here on.
	 */
	@Override
	public boolean close(CloseReason reason) {
		if (!endsFor(reason)) {
			return false;
		}
		this.forced = true;
		DatagramDriver current = this.driver;
		if (current != null) {
			current.closing();
		}
		else {
			interrupt();
		}
		return true;
	}

	private synchronized void interrupt() {
		Thread thread = this.handlerThread;
		if (thread != null && this.interruptible && thread != Thread.currentThread()) {
			thread.interrupt();
		}
	}

	@Override
	public boolean isForced() {
		return this.forced;
	}

	@Override
	public Optional<CloseReason> closeReason() {
		return Optional.ofNullable(this.closeReason);
	}

	@Override
	public void opened() {
		server().connections().opened(this);
	}

	@Override
	public void closed() {
		server().connections().closed(this);
		synchronized (this) {
			this.handlerThread = null;
		}
	}

	/**
	 * Does nothing: the socket is the server's.
	 */
	@Override
	public void closeQuietly() {
	}

	boolean isHandledBy(Thread thread) {
		DatagramDriver current = this.driver;
		return (current != null) ? current.isHandledBy(thread) : isHandlerThread(thread);
	}

	private synchronized boolean isHandlerThread(Thread thread) {
		return this.handlerThread == thread;
	}

	/**
	 * Ends this request at the deadline of a drain.
	 */
	void cutOff() {
		close(CloseReason.CUT_OFF);
	}

	@Override
	public long checkDeadlines(long idleNanos, long requestNanos) {
		long start = this.startNanos;
		if (requestNanos == 0 || start == 0) {
			return Long.MAX_VALUE;
		}
		long left = requestNanos - (System.nanoTime() - start);
		if (left > 0) {
			return left;
		}
		close(CloseReason.REQUEST_TIMEOUT);
		return Long.MAX_VALUE;
	}

	@Override
	public String toString() {
		Connection part = this.session;
		return (part != null) ? part.toString() : super.toString();
	}

}
