package io.socketserver.request;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;

import io.socketserver.framing.Framing;
import io.socketserver.framing.FramingException;

/**
 * What a peer is sent: buffered bytes, and lines. Python's {@code wfile}, but buffered.
 *
 * <p>
 * May be written to from any thread while the handler runs, so that one connection can
 * push to another: each call is atomic. What another thread than the handler's writes
 * goes out with its {@link #flush()}. A write blocks while the peer does not read, until
 * the idle timeout resets it.
 */
public final class RequestOutputStream extends OutputStream {

	private static final byte[] LINE_FEED = { '\n' };

	private static final byte[] NOTHING = new byte[0];

	private final StreamRequest request;

	private final ThreadDriver driver;

	private final ReentrantLock lock = new ReentrantLock();

	private byte[] buffer = NOTHING; // Guarded by lock, as is the count.

	private int count;

	RequestOutputStream(StreamRequest request) {
		this.request = request;
		this.driver = request.thread();
		this.driver.output(this);
	}

	@Override
	public void write(int value) throws IOException {
		write(new byte[] { (byte) value }, 0, 1);
	}

	@Override
	public void write(byte[] from, int offset, int length) throws IOException {
		Objects.checkFromIndexSize(offset, length, from.length);
		this.lock.lock();
		try {
			append(from, offset, length);
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Writes text in the character set of the {@link StreamOptions}.
	 * @param text the text
	 * @throws IOException if the connection is gone or was closed
	 */
	public void print(CharSequence text) throws IOException {
		byte[] bytes = text.toString().getBytes(this.request.options().charset());
		write(bytes, 0, bytes.length);
	}

	/**
	 * Writes a line, which ends with LF on every platform.
	 * @param line the line
	 * @throws IOException if the connection is gone or was closed
	 */
	public void println(CharSequence line) throws IOException {
		byte[] bytes = line.toString().getBytes(this.request.options().charset());
		byte[] end = lineEnd();
		this.lock.lock();
		try {
			append(bytes, 0, bytes.length);
			append(end, 0, end.length);
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Writes a frame.
	 * @param framing how
	 * @param payload the payload
	 * @throws FramingException if the payload cannot be framed; nothing is written then
	 * @throws IOException if the connection is gone or was closed
	 */
	public void writeFrame(Framing framing, byte[] payload) throws IOException {
		ByteBuffer frame = ByteBuffer.allocate(payload.length + framing.overhead());
		framing.encode(ByteBuffer.wrap(payload), frame);
		write(frame.array(), 0, frame.position());
	}

	private byte[] lineEnd() {
		// In UTF-16 and its like a line feed is not one byte.
		return this.request.options().charset().equals(StandardCharsets.UTF_8) ? LINE_FEED
				: "\n".getBytes(this.request.options().charset());
	}

	private void append(byte[] from, int offset, int length) throws IOException {
		// Here and not when it is sent: a flush may come when the next request has begun.
		this.driver.answering();
		if (this.buffer.length == 0) {
			this.buffer = new byte[this.request.options().bufferSize()];
		}
		if (length > this.buffer.length - this.count) {
			send();
		}
		if (length >= this.buffer.length) {
			this.driver.send(from, offset, length);
			return;
		}
		System.arraycopy(from, offset, this.buffer, this.count, length);
		this.count += length;
	}

	@Override
	public void flush() throws IOException {
		this.lock.lock();
		try {
			send();
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Has other threads wait that write, flush or close, while something is done.
	 */
	<T> T holdOthersWhile(Step<T> step) throws IOException {
		this.lock.lock();
		try {
			return step.run();
		}
		finally {
			this.lock.unlock();
		}
	}

	private void send() throws IOException {
		int length = this.count;
		if (length > 0) {
			// Forgotten before it is sent: a second flush after a failure sends nothing.
			this.count = 0;
			this.driver.send(this.buffer, 0, length);
		}
	}

	/**
	 * Flushes. The connection is closed when the handler has returned.
	 * @throws IOException if the connection is gone or was closed
	 */
	@Override
	public void close() throws IOException {
		flush();
	}

	/**
	 * What is done.
	 *
	 * @param <T> what comes of it
	 */
	@FunctionalInterface
	interface Step<T> {

		T run() throws IOException;

	}

}
