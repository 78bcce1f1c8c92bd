package io.socketserver.request;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.util.Arrays;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

import io.socketserver.framing.FrameDecoder;
import io.socketserver.framing.FramingException;

/**
 * What a peer sends: buffered bytes, and bounded lines. Python's {@code rfile}.
 *
 * <p>
 * Not thread-safe: for the handler's thread. A read that has to wait first sends what was
 * written to the peer. The buffer is taken at the first read.
 */
public final class RequestInputStream extends InputStream {

	private static final byte[] NOTHING = new byte[0];

	private final StreamRequest request;

	private final ThreadDriver driver;

	private final RequestOutputStream output;

	private byte[] buffer = NOTHING;

	private int position;

	private int limit;

	private boolean ended;

	private boolean lineRead;

	RequestInputStream(StreamRequest request, RequestOutputStream output) {
		this.request = request;
		this.driver = request.thread();
		this.driver.input(this);
		this.output = output;
	}

	@Override
	public int read() throws IOException {
		return fill() ? this.buffer[this.position++] & 0xff : ThreadDriver.END;
	}

	@Override
	public int read(byte[] into, int offset, int length) throws IOException {
		Objects.checkFromIndexSize(offset, length, into.length);
		if (length == 0) {
			return 0;
		}
		if (!fill()) {
			return ThreadDriver.END;
		}
		int count = Math.min(length, this.limit - this.position);
		System.arraycopy(this.buffer, this.position, into, offset, count);
		this.position += count;
		return count;
	}

	/**
	 * How many bytes can be read without waiting.
	 * @return the bytes in the buffer
	 */
	@Override
	public int available() {
		return this.limit - this.position;
	}

	/**
	 * Reads a line in the character set of the {@link StreamOptions}.
	 * @return the line without its LF or CR LF; what is left at the end of the stream if
	 * the peer ended it without a line's end; null at the end of the stream
	 * @throws LineTooLongException if it is longer than the limit: the bytes beyond stay
	 * unread
	 * @throws IOException if the connection is gone, was closed, or a read timed out
	 */
	public @Nullable String readLine() throws IOException {
		return readLine(this.request.options().charset());
	}

	/**
	 * Reads a line in another character set.
	 * @param charset the character set, one in which LF is the byte 10
	 * @return as {@link #readLine()}
	 * @throws LineTooLongException as {@link #readLine()}
	 * @throws IOException as {@link #readLine()}
	 */
	public @Nullable String readLine(Charset charset) throws IOException {
		if (!fill()) {
			return null;
		}
		refuseTls();
		int end = indexOfLineEnd();
		if (end >= 0) {
			int start = this.position;
			// Taken even if it is too long: a handler that goes on gets the next line.
			this.position = end + 1;
			checkLength(end - start, this.buffer, start);
			return text(this.buffer, start, end, charset);
		}
		return readLongLine(charset);
	}

	/**
	 * No text begins as a ClientHello does, and its client waits for an answer that a
	 * handler of lines will never give.
	 */
	private void refuseTls() throws FramingException {
		if (this.lineRead) {
			return;
		}
		this.lineRead = true;
		if (this.limit - this.position > 1 && this.buffer[this.position] == 0x16
				&& this.buffer[this.position + 1] == 3) {
			throw new FramingException(
					"The first line of " + this.request.id()
							+ " looks like a TLS ClientHello: the client expects TLS on a port that does not speak it",
					0);
		}
	}

	private String readLongLine(Charset charset) throws IOException {
		ByteArrayOutputStream line = new ByteArrayOutputStream(2 * this.buffer.length);
		while (true) {
			int end = indexOfLineEnd();
			int stop = (end >= 0) ? end : this.limit;
			line.write(this.buffer, this.position, stop - this.position);
			this.position = (end >= 0) ? end + 1 : stop;
			checkLength(line.size(), line);
			if (end >= 0 || !fillMore()) {
				return text(line.toByteArray(), 0, line.size(), charset);
			}
		}
	}

	private int indexOfLineEnd() {
		// A loop of its own, so that the compiler makes it a tight one.
		byte[] bytes = this.buffer;
		for (int i = this.position, end = this.limit; i < end; i++) {
			if (bytes[i] == '\n') {
				return i;
			}
		}
		return -1;
	}

	private void checkLength(int length, ByteArrayOutputStream line) throws LineTooLongException {
		if (length > this.request.options().maxLineLength()) {
			checkLength(length, line.toByteArray(), 0);
		}
	}

	private void checkLength(int length, byte[] bytes, int start) throws LineTooLongException {
		int max = this.request.options().maxLineLength();
		// The CR of a CR LF does not count.
		boolean withReturn = length == max + 1 && bytes[start + length - 1] == '\r';
		if (length > max && !withReturn) {
			byte[] head = Arrays.copyOfRange(bytes, start, start + Math.min(length, 64));
			throw new LineTooLongException(this.request.id(), max, head, head.length);
		}
	}

	private static String text(byte[] bytes, int start, int end, Charset charset) {
		int stop = (end > start && bytes[end - 1] == '\r') ? end - 1 : end;
		return new String(bytes, start, stop - start, charset);
	}

	/**
	 * Reads a frame.
	 * @param decoder this connection's decoder, always the same one
	 * @return the frame's payload, or null at the end of the stream
	 * @throws FramingException if the bytes are no frame, are too many, or the stream
	 * ended in the middle of one
	 * @throws IOException if the connection is gone, was closed, or a read timed out
	 */
	public byte @Nullable [] readFrame(FrameDecoder decoder) throws IOException {
		this.position = decoder.skip(ByteBuffer.wrap(this.buffer), this.position, this.limit);
		long begun = this.driver.requests();
		while (fill()) {
			ByteBuffer bytes = ByteBuffer.wrap(this.buffer);
			int next = decoder.decode(bytes, this.position, this.limit);
			if (next >= 0) {
				this.position = next;
				return payload(decoder);
			}
			this.position = decoder.skip(bytes, this.position, this.limit);
			int rest = this.limit - this.position;
			if (rest == 0) {
				this.driver.forgetRequestsSince(begun);
			}
			else if (!append(decoder.expectedSize(rest))) {
				int start = this.position;
				this.position = this.limit;
				return decoder.decodeLast(bytes, start, this.limit) ? payload(decoder) : null;
			}
		}
		return null;
	}

	private byte[] payload(FrameDecoder decoder) {
		return Arrays.copyOfRange(this.buffer, decoder.payloadStart(), decoder.payloadEnd());
	}

	/**
	 * Reads more behind the bytes of an incomplete frame. The array grows only as bytes
	 * arrive, at most to twice what is there: a length that was merely announced takes no
	 * memory.
	 */
	private boolean append(int expected) throws IOException {
		int available = this.limit - this.position;
		if (this.limit == this.buffer.length) {
			int size = (available < this.buffer.length) ? this.buffer.length
					: Math.max(available + 1, Math.min(expected, 2 * available));
			byte[] target = (size == this.buffer.length) ? this.buffer : new byte[size];
			System.arraycopy(this.buffer, this.position, target, 0, available);
			this.buffer = target;
			this.position = 0;
			this.limit = available;
		}
		this.output.flush();
		int count = this.driver.receive(this.buffer, this.limit);
		this.ended = count < 0;
		this.limit += Math.max(0, count);
		return !this.ended;
	}

	private boolean fill() throws IOException {
		this.driver.wantInput(this.position < this.limit);
		return this.position < this.limit || fillMore();
	}

	private boolean fillMore() throws IOException {
		if (this.ended) {
			return false;
		}
		if (this.buffer.length == 0) {
			this.buffer = new byte[this.request.options().bufferSize()];
		}
		this.output.flush();
		int count = this.driver.receive(this.buffer, 0);
		this.position = 0;
		this.limit = Math.max(0, count);
		this.ended = count < 0;
		return !this.ended;
	}

	/**
	 * Does nothing: the connection is closed when the handler has returned.
	 */
	@Override
	public void close() {
	}

}
