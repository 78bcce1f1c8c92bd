package io.socketserver.tls;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;

import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;

import org.jspecify.annotations.Nullable;

import io.socketserver.tls.TlsException.Problem;

/**
 * The server's side of a TLS connection, over a {@link Carrier}.
 *
 * <p>
 * Over a carrier that waits, {@link #handshake} comes first, then reads and writes. Over
 * one that does not, {@link #advance} makes the handshake piece by piece; {@link #flush}
 * sends what is held back.
 *
 * <p>
 * May be called from any thread. Readers exclude each other, writers too; a reader that
 * has to answer for the protocol (a key update, an alert) waits for a writer under way.
 * Order of the locks: the reader's, then the writer's.
 */
public final class TlsChannel {

	private static final int END = -1;

	// Records that carry nothing: key updates, empty ones. A sane peer sends one in
	// millions of bytes; each costs as much as a full one.
	private static final int MAX_CONTROL_RECORDS = 32;

	private static final int BYTES_PER_CONTROL_RECORD = 64 * 1024;

	private static final int HANDSHAKE_RECORD = 22;

	private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

	private final TlsOptions options;

	private final Intake intake;

	private final Outlet outlet;

	private final Handshake handshake;

	private final ReentrantLock readLock = new ReentrantLock();

	private volatile @Nullable TlsSession session;

	// What was decrypted and did not fit, from position to limit. Guarded by readLock, as
	// is all below.
	private ByteBuffer plain = NOTHING;

	// What the executor has met, for the reader to throw.
	private @Nullable IOException failure;

	private boolean ended;

	private int controlRecords;

	private int bytesSinceControl;

	/**
	 * Speaks TLS over a carrier, from its next byte on.
	 * @param carrier the carrier
	 * @param options how
	 */
	public TlsChannel(Carrier carrier, TlsOptions options) {
		this.options = options;
		this.intake = new Intake(carrier, options.buffers());
		this.outlet = new Outlet(carrier, options.buffers());
		this.handshake = new Handshake(options, this.intake, this.outlet);
	}

	/**
	 * Has the costly parts of the handshake computed elsewhere, and answered from there.
	 * For carriers that do not wait; before the first read. A reader that comes meanwhile
	 * has to wait.
	 * @param executor where
	 * @param whenNeeded called in that thread if the handshake cannot go on with what the
	 * peer will send: {@link #advance} has to be called again
	 */
	public void offload(Executor executor, Runnable whenNeeded) {
		this.handshake.offload(executor, () -> {
			if (advanceElsewhere()) {
				whenNeeded.run();
			}
		});
	}

	/**
	 * Goes on with the handshake in the executor.
	 * @return true if there is something to do for the reader: it is over, or its answer
	 * waits for the peer
	 */
	private boolean advanceElsewhere() {
		this.readLock.lock();
		try {
			return this.handshake.advanceElsewhere() || !this.outlet.flush();
		}
		catch (IOException ex) {
			this.failure = ex;
		}
		catch (Throwable ex) {
			this.failure = new TlsException(Problem.HANDSHAKE_FAILED, "The TLS handshake failed: " + ex, ex);
		}
		finally {
			this.readLock.unlock();
		}
		return true;
	}

	/**
	 * Waits for the handshake to complete, for no longer than the options allow.
	 * @param timeout how long to wait if that is less
	 * @throws java.net.SocketTimeoutException if this timeout was the lesser one
	 * @throws TlsException if the handshake fails
	 * @throws IOException if the connection is lost
	 */
	public void handshake(Duration timeout) throws IOException {
		Duration allowed = this.options.handshakeTimeout();
		boolean shorter = timeout.compareTo(allowed) < 0;
		this.readLock.lock();
		try {
			this.intake.waitUntil(System.nanoTime() + (shorter ? timeout : allowed).toNanos());
			if (!establish()) {
				throw new IllegalStateException("A handshake that waits needs a carrier that does");
			}
		}
		catch (SocketTimeoutException ex) {
			throw shorter ? ex : this.handshake.timedOut(ex);
		}
		finally {
			this.intake.waitForEver();
			this.readLock.unlock();
		}
	}

	/**
	 * Goes on with the handshake as far as a carrier that does not wait allows.
	 * @param until when it has to be complete, in nanoTime
	 * @return true once it is
	 * @throws TlsException if it fails, or the time is up
	 * @throws IOException if the connection is lost
	 */
	public boolean advance(long until) throws IOException {
		this.readLock.lock();
		try {
			if (establish() && this.outlet.flush()) {
				return true;
			}
			if (System.nanoTime() - until >= 0) {
				throw this.handshake.timedOut(null);
			}
			return false;
		}
		finally {
			this.readLock.unlock();
		}
	}

	/**
	 * Whether the handshake is complete.
	 * @return true from then on
	 */
	public boolean isEstablished() {
		return this.session != null;
	}

	/**
	 * What the handshake agreed on.
	 * @return null until it is complete
	 */
	public @Nullable TlsSession session() {
		return this.session;
	}

	/**
	 * Reads and decrypts.
	 * @param into where to, with room for at least one byte
	 * @return how many bytes; 0 if nothing is there yet; -1 once the peer has said that
	 * nothing more will come
	 * @throws TlsException if the handshake fails, the peer breaks the rules, or its
	 * bytes end without TLS having said so
	 * @throws IOException if the connection is lost
	 */
	public int read(ByteBuffer into) throws IOException {
		this.readLock.lock();
		try {
			return establish() ? decrypt(into) : 0;
		}
		finally {
			this.readLock.unlock();
		}
	}

	/**
	 * Reads and decrypts, waiting for no longer than a timeout.
	 * @param into as {@link #read(ByteBuffer)}
	 * @param timeout how long
	 * @return as {@link #read(ByteBuffer)}
	 * @throws java.net.SocketTimeoutException if nothing came
	 * @throws IOException as {@link #read(ByteBuffer)}
	 */
	public int read(ByteBuffer into, Duration timeout) throws IOException {
		this.readLock.lock();
		try {
			this.intake.waitUntil(System.nanoTime() + timeout.toNanos());
			return establish() ? decrypt(into) : 0;
		}
		finally {
			this.intake.waitForEver();
			this.readLock.unlock();
		}
	}

	/**
	 * Encrypts and writes. Only once the handshake is complete.
	 * @param from what to write
	 * @return how many bytes were taken: all, by a carrier that waits
	 * @throws IOException if the connection is lost
	 */
	public int write(ByteBuffer from) throws IOException {
		SSLEngine engine = this.handshake.engine();
		return (engine != null && isEstablished()) ? this.outlet.write(engine, from) : 0;
	}

	/**
	 * Sends what a carrier that does not wait has not taken yet.
	 * @return true if nothing is left
	 * @throws IOException if the connection is lost
	 */
	public boolean flush() throws IOException {
		return this.outlet.flush();
	}

	/**
	 * Whether a read would answer without anything having come.
	 * @return true if it has to be called again
	 */
	public boolean hasInput() {
		this.readLock.lock();
		try {
			return this.plain.hasRemaining() || this.intake.hasInput();
		}
		finally {
			this.readLock.unlock();
		}
	}

	/**
	 * Tells the peer that nothing more will come. It may go on sending.
	 * @throws IOException if the connection is gone
	 */
	public void shutdownOutput() throws IOException {
		this.outlet.close(this.handshake.engine());
	}

	/**
	 * Frees a thread that waits in a write; never waits itself. Nothing can be written
	 * after that if there was one.
	 * @throws IOException if the connection is gone
	 */
	public void cutOutput() throws IOException {
		this.outlet.cut();
	}

	private boolean establish() throws IOException {
		IOException met = this.failure;
		if (met != null) {
			throw met;
		}
		if (this.session == null && this.handshake.advance()) {
			this.session = this.handshake.session(engine());
		}
		return this.session != null;
	}

	private SSLEngine engine() {
		return Objects.requireNonNull(this.handshake.engine());
	}

	private int decrypt(ByteBuffer into) throws IOException {
		try {
			int start = into.position();
			takePlain(into);
			while (into.position() == start && !this.ended) {
				if (!this.intake.hasRecord()) {
					int count = this.intake.fill();
					if (count <= 0) {
						return (count == 0) ? 0 : truncated();
					}
				}
				unwrapAll(into);
			}
			int count = into.position() - start;
			countData(count);
			return (count > 0) ? count : END;
		}
		catch (SSLException ex) {
			sendAlert();
			throw new TlsException(Problem.VIOLATION, "The TLS session failed: " + ex.getMessage(), ex);
		}
	}

	private int truncated() throws TlsException {
		throw new TlsException(Problem.TRUNCATED,
				"The peer's bytes ended without a close_notify of TLS: some may be missing", null);
	}

	/**
	 * Decrypts what is there and fits.
	 */
	private void unwrapAll(ByteBuffer into) throws IOException {
		while (this.intake.hasRecord() && !this.ended && into.hasRemaining()) {
			refuseRenegotiation();
			SSLEngineResult result = engine().unwrap(this.intake.bytes(), into);
			switch (result.getStatus()) {
				case OK -> afterRecord(result);
				case CLOSED -> end();
				case BUFFER_OVERFLOW -> {
					unwrapAside(into);
					return;
				}
				case BUFFER_UNDERFLOW -> throw new SSLException("A complete record is incomplete");
			}
		}
		this.intake.rest();
	}

	/**
	 * The record does not fit: it is decrypted elsewhere, if the caller gets nothing else
	 * before.
	 */
	private void unwrapAside(ByteBuffer into) throws IOException {
		ByteBuffer aside = this.options.buffers().take();
		SSLEngineResult result = engine().unwrap(this.intake.bytes(), aside);
		if (result.getStatus() == SSLEngineResult.Status.BUFFER_OVERFLOW) {
			throw new SSLException("A record is larger than " + aside.capacity() + " bytes");
		}
		this.plain = aside.flip();
		takePlain(into);
	}

	private void takePlain(ByteBuffer into) {
		if (this.plain.hasRemaining()) {
			int count = Math.min(into.remaining(), this.plain.remaining());
			into.put(into.position(), this.plain, this.plain.position(), count).position(into.position() + count);
			this.plain.position(this.plain.position() + count);
		}
		if (!this.plain.hasRemaining() && this.plain.capacity() > 0) {
			this.options.buffers().giveBack(this.plain);
			this.plain = NOTHING;
		}
	}

	private void end() {
		this.ended = true;
	}

	private void afterRecord(SSLEngineResult result) throws IOException {
		if (result.bytesProduced() > 0) {
			return;
		}
		this.controlRecords++;
		if (this.controlRecords > MAX_CONTROL_RECORDS) {
			throw new SSLException(
					"The peer sends key updates or empty records without end (" + this.controlRecords + ")");
		}
		if (engine().getHandshakeStatus() == HandshakeStatus.NEED_WRAP) {
			this.outlet.wrapOwn(engine());
			this.outlet.flush();
		}
	}

	private void countData(int count) {
		this.bytesSinceControl += count;
		if (this.bytesSinceControl >= BYTES_PER_CONTROL_RECORD) {
			this.bytesSinceControl = 0;
			this.controlRecords = Math.max(0, this.controlRecords - 1);
		}
	}

	/**
	 * In TLS 1.2 a client may ask for another handshake at any time, which costs it
	 * little and the server much. In TLS 1.3 there is no such thing, and the type of a
	 * record is not visible.
	 */
	private void refuseRenegotiation() throws TlsException {
		if (this.intake.recordType() == HANDSHAKE_RECORD) {
			throw new TlsException(Problem.VIOLATION, "The peer asks for a TLS renegotiation, which is refused", null);
		}
	}

	private void sendAlert() {
		try {
			this.outlet.wrapOwn(engine());
			this.outlet.flush();
		}
		catch (IOException ignored) {
			// The session is over already, and why is what counts.
		}
	}

}
