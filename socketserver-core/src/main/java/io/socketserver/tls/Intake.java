package io.socketserver.tls;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;

import javax.net.ssl.SSLException;

import io.socketserver.internal.Printable;

/**
 * Encrypted bytes that came and are not decrypted yet. One thread at a time.
 *
 * <p>
 * A thread that waits for an idle peer waits with a small buffer; a large one is lent
 * while large records come. Who does not wait gives the buffer back when it is empty.
 */
final class Intake {

	static final int RECORD_HEADER = 5;

	// RFC 8446, 5.2, and RFC 5246, 6.2.3: TLS 1.2 may expand a record a little more.
	private static final int MAX_RECORD = RECORD_HEADER + 16384 + 2048;

	// RFC 8446, 5.1: from change_cipher_spec to application_data, of versions that all
	// begin with 3.
	private static final int FIRST_TYPE = 20;

	private static final int LAST_TYPE = 23;

	private static final int MAJOR_VERSION = 3;

	private static final int SMALL = 2048;

	private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

	private final Carrier carrier;

	private final Buffers buffers;

	// From position to limit: what has not been decrypted.
	private ByteBuffer buffer = NOTHING;

	private boolean filledUp;

	private long total;

	// When to stop waiting, in nanoTime; 0 to wait as the carrier does.
	private long deadline;

	Intake(Carrier carrier, Buffers buffers) {
		this.carrier = carrier;
		this.buffers = buffers;
	}

	ByteBuffer bytes() {
		return this.buffer;
	}

	/**
	 * How many bytes ever came.
	 */
	long total() {
		return this.total;
	}

	void waitUntil(long nanoTime) {
		// The clock may rightly say 0, which means none here.
		this.deadline = nanoTime | 1;
	}

	void waitForEver() {
		this.deadline = 0;
	}

	/**
	 * The type of the next record.
	 */
	int recordType() {
		return this.buffer.get(this.buffer.position());
	}

	/**
	 * Whether a whole record is there.
	 */
	boolean hasRecord() throws SSLException {
		return this.buffer.remaining() >= RECORD_HEADER && this.buffer.remaining() >= recordSize();
	}

	/**
	 * Whether a read would get on without anything having come.
	 */
	boolean hasInput() {
		try {
			return hasRecord() || this.carrier.hasInput();
		}
		catch (SSLException ignored) {
			// The read will say so.
			return true;
		}
	}

	/**
	 * The size of the next record, whose header is there. Nobody waits for the rest of
	 * what is none.
	 */
	private int recordSize() throws SSLException {
		int at = this.buffer.position();
		int type = this.buffer.get(at);
		int length = this.buffer.getShort(at + 3) & 0xffff;
		if (type < FIRST_TYPE || type > LAST_TYPE || this.buffer.get(at + 1) != MAJOR_VERSION) {
			byte[] head = new byte[Math.min(64, this.buffer.remaining())];
			this.buffer.get(at, head);
			throw new SSLException("No TLS record begins with \"" + Printable.of(head, head.length) + '"');
		}
		if (RECORD_HEADER + length > MAX_RECORD) {
			throw new SSLException("A TLS record of " + length + " bytes is announced, and no valid one is that large");
		}
		return RECORD_HEADER + length;
	}

	/**
	 * Reads more.
	 * @return how many bytes, 0 only from a carrier that does not wait; -1 at the end
	 */
	int fill() throws IOException {
		makeRoom();
		int start = this.buffer.position();
		this.buffer.position(this.buffer.limit()).limit(this.buffer.capacity());
		int count = 0;
		try {
			count = read();
			this.total += Math.max(0, count);
		}
		finally {
			this.filledUp = !this.buffer.hasRemaining();
			this.buffer.limit(this.buffer.position()).position(start);
		}
		if (count <= 0) {
			releaseIfEmpty();
		}
		return count;
	}

	private int read() throws IOException {
		if (this.deadline == 0 || !this.carrier.isBlocking()) {
			return this.carrier.read(this.buffer);
		}
		long left = this.deadline - System.nanoTime();
		if (left <= 0) {
			throw new SocketTimeoutException("The time for TLS to come is up");
		}
		return this.carrier.read(this.buffer, Duration.ofNanos(left));
	}

	private void makeRoom() throws SSLException {
		if (!this.buffer.hasRemaining()) {
			renew();
			return;
		}
		// At least to the end of a record whose size is known, so that it gets complete.
		int wanted = (this.buffer.remaining() < RECORD_HEADER) ? SMALL : recordSize();
		wanted = Math.max(wanted, this.buffer.remaining() + 1);
		if (wanted > this.buffer.capacity() || (this.filledUp && this.buffer.capacity() < Buffers.SIZE)) {
			exchange(lend(wanted).put(this.buffer).flip());
		}
		else if (this.buffer.position() + wanted > this.buffer.capacity()) {
			this.buffer.compact().flip();
		}
	}

	private ByteBuffer lend(int size) {
		return (size <= Buffers.SIZE) ? this.buffers.take() : ByteBuffer.allocate(2 * size);
	}

	/**
	 * The buffer is empty: which one to go on with?
	 */
	private void renew() {
		boolean large = this.filledUp || !this.carrier.isBlocking();
		if (large ? this.buffer.capacity() != Buffers.SIZE : this.buffer.capacity() != SMALL) {
			exchange(large ? this.buffers.take() : ByteBuffer.allocate(SMALL));
		}
		this.buffer.position(0).limit(0);
	}

	/**
	 * Nothing more is wanted for the moment: who does not wait gives the buffer back.
	 */
	void rest() {
		if (!this.carrier.isBlocking()) {
			releaseIfEmpty();
		}
	}

	private void releaseIfEmpty() {
		if (!this.buffer.hasRemaining()) {
			exchange(NOTHING);
		}
	}

	private void exchange(ByteBuffer next) {
		this.buffers.giveBack(this.buffer);
		this.buffer = next;
	}

}
