package io.socketserver.fork;

import java.io.IOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

import org.jspecify.annotations.Nullable;

import io.socketserver.request.ConnectionState;
import io.socketserver.request.StreamRequest;
import io.socketserver.request.Wire;
import io.socketserver.tls.TlsSession;

/**
 * A client's bytes in a worker, which come from and go to the pool. Blocks, as handlers
 * expect.
 */
final class RelayWire implements Wire {

	// For small frames before one of data.
	private static final int ROOM = 1024;

	private final SocketChannel channel;

	private final FrameInput input;

	private final Waiter waiter;

	private final Optional<TlsSession> tls;

	private final ReentrantLock writeLock = new ReentrantLock();

	// Guarded by writeLock, as all below of output. In filling mode: frames that can wait
	// for the next one.
	private final ByteBuffer output = ByteBuffer.allocate(FrameType.HEADER + FrameType.MAX_DATA + ROOM);

	private boolean drainTold; // Guarded by writeLock.

	private boolean outputEnded; // Guarded by writeLock.

	private @Nullable WorkerStream request;

	// The handler's thread only, as the two below.
	private long consumed;

	private boolean inputEnded;

	private boolean lastReadWasFull;

	private volatile boolean reset;

	RelayWire(SocketChannel channel, FrameInput input, Waiter waiter, Optional<TlsSession> tls) {
		this.channel = channel;
		this.input = input;
		this.waiter = waiter;
		this.tls = tls;
	}

	/**
	 * Whose bytes these are. Set before anybody reads.
	 */
	void request(WorkerStream value) {
		this.request = value;
	}

	private StreamRequest stream() {
		WorkerStream current = this.request;
		if (current == null) {
			throw new IllegalStateException("The wire has no request yet");
		}
		return current.stream();
	}

	@Override
	public Optional<TlsSession> tls() {
		return this.tls;
	}

	@Override
	public int read(ByteBuffer into) throws IOException {
		return read(into, Duration.ZERO);
	}

	@Override
	public int read(ByteBuffer into, Duration timeout) throws IOException {
		long begin = System.nanoTime();
		boolean told = false;
		while (true) {
			throwIfReset("Connection reset");
			if (this.inputEnded) {
				return -1;
			}
			if (this.input.next()) {
				if (take()) {
					return copy(into);
				}
				continue;
			}
			if (!told && !this.lastReadWasFull) {
				tellThatItWaits();
				told = true;
			}
			if (told) {
				this.waiter.awaitReadable(this.channel, millisLeft(timeout, begin));
			}
			int count = this.input.fill();
			this.lastReadWasFull = count >= FrameType.MAX_DATA;
			if (count < 0) {
				return streamEnded();
			}
		}
	}

	/**
	 * Looks at a frame.
	 * @return whether it holds bytes
	 */
	private boolean take() throws IOException {
		if (this.input.type() == FrameType.END) {
			this.inputEnded = true;
			return false;
		}
		if (this.input.type() != FrameType.DATA) {
			throw new ProtocolException("The pool said " + this.input.type() + " in the middle of a request");
		}
		return this.input.payload().hasRemaining();
	}

	private int copy(ByteBuffer into) {
		ByteBuffer payload = this.input.payload();
		int count = Math.min(into.remaining(), payload.remaining());
		int limit = payload.limit();
		payload.limit(payload.position() + count);
		into.put(payload);
		payload.limit(limit);
		this.consumed += count;
		return count;
	}

	private int streamEnded() throws IOException {
		if (stream().isForced()) {
			// The connection was closed, and its input with it.
			return -1;
		}
		throw new SocketException("The server is gone");
	}

	/**
	 * How long to wait.
	 * @return at least 1 millisecond, or 0 for ever
	 */
	private static long millisLeft(Duration timeout, long begin) throws SocketTimeoutException {
		if (timeout.isZero()) {
			return 0;
		}
		long left = timeout.toNanos() - (System.nanoTime() - begin);
		if (left <= 0) {
			throw new SocketTimeoutException("Nothing came within " + timeout.toMillis() + " ms");
		}
		return 1 + left / 1_000_000;
	}

	private void tellThatItWaits() throws IOException {
		boolean idle = stream().state() == ConnectionState.IDLE;
		WaitFrame wait = new WaitFrame(idle, this.consumed, stream().requests());
		this.writeLock.lock();
		try {
			begin(FrameType.WAIT, WaitFrame.SIZE);
			wait.encode(this.output);
			flushOutput();
		}
		finally {
			this.writeLock.unlock();
		}
	}

	@Override
	public int write(ByteBuffer from) throws IOException {
		int count = from.remaining();
		this.writeLock.lock();
		try {
			tellOfDrain();
			while (from.hasRemaining()) {
				throwIfReset("Broken pipe");
				int slice = Math.min(from.remaining(), FrameType.MAX_DATA);
				begin(FrameType.DATA, slice);
				int limit = from.limit();
				this.output.put(from.limit(from.position() + slice));
				from.limit(limit);
				flushOutput();
			}
			return count;
		}
		finally {
			this.writeLock.unlock();
		}
	}

	@Override
	public void shutdownOutput() throws IOException {
		this.writeLock.lock();
		try {
			tellOfDrain();
			if (!this.outputEnded && !this.reset) {
				this.outputEnded = true;
				begin(FrameType.END, 0);
				flushOutput();
			}
		}
		finally {
			this.writeLock.unlock();
		}
	}

	/**
	 * Tells the pool something of this request.
	 */
	void send(FrameType type, byte[] payload) throws IOException {
		this.writeLock.lock();
		try {
			tellOfDrain();
			flushOutput();
			this.output.put(type.code()).putInt(payload.length);
			for (int sent = 0; sent < payload.length;) {
				int slice = Math.min(payload.length - sent, this.output.remaining());
				this.output.put(payload, sent, slice);
				sent += slice;
				flushOutput();
			}
			flushOutput();
		}
		finally {
			this.writeLock.unlock();
		}
	}

	/**
	 * The same, but with whatever is sent next: when the handler writes, waits or ends.
	 * For a few bytes, which are dropped if the pool is gone.
	 */
	void sendLater(FrameType type, byte[] payload) {
		this.writeLock.lock();
		try {
			begin(type, payload.length);
			this.output.put(payload);
		}
		catch (IOException ignored) {
			// Whoever reads or writes next finds out.
		}
		finally {
			this.writeLock.unlock();
		}
	}

	/**
	 * Before whatever the handler sends then: the pool ends the connection after it.
	 */
	private void tellOfDrain() throws IOException {
		WorkerStream current = this.request;
		if (current != null && !this.drainTold && current.isDrained()) {
			this.drainTold = true;
			begin(FrameType.DRAINED, 1);
			this.output.put((byte) (current.wasBusyInDrain() ? 1 : 0));
			flushOutput();
		}
	}

	private void begin(FrameType type, int length) throws IOException {
		if (this.output.remaining() < FrameType.HEADER + length) {
			flushOutput();
		}
		this.output.put(type.code()).putInt(length);
	}

	private void flushOutput() throws IOException {
		this.output.flip();
		try {
			while (this.output.hasRemaining()) {
				if (this.channel.write(this.output) == 0) {
					this.waiter.awaitWritable(this.channel);
				}
			}
		}
		finally {
			// What a broken connection has not taken will not be taken later.
			this.output.clear();
		}
	}

	/**
	 * The client has reset the connection. May be called from any thread.
	 */
	void reset() {
		this.reset = true;
		this.waiter.wakeUp();
	}

	private void throwIfReset(String message) throws SocketException {
		if (this.reset) {
			throw new SocketException(message);
		}
	}

}
