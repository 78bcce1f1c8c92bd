package io.socketserver.message;

import java.io.IOException;
import java.nio.ByteBuffer;

import org.jspecify.annotations.Nullable;

import io.socketserver.framing.FrameDecoder;
import io.socketserver.request.Wire;

/**
 * What comes in from one peer: reads it into the buffer that the connections of a loop
 * share, finds the frames in it, and keeps the rest. It knows no handler: what becomes of
 * a frame, and whether another may be handled, is the driver's.
 *
 * <p>
 * The loop's thread owns it, but for what is volatile. Others may look at the count, and
 * whether something is kept.
 */
final class Inflow {

	private final FrameDecoder decoder;

	// Made when there is something to keep for the first time: most connections send
	// whole frames.
	private @Nullable KeptBytes kept;

	private long requests;

	private boolean peerEnded;

	private volatile boolean paused;

	// No more messages before a handshake.
	private volatile boolean startingTls;

	Inflow(FrameDecoder decoder) {
		this.decoder = decoder;
	}

	// --- Bytes.

	/**
	 * Reads what is there, and handles the frames in it.
	 */
	void readAll(LoopDriver<?, ?> driver) throws Exception {
		Wire wire = driver.request.wire();
		do {
			readOnce(driver, wire);
		}
		while (wire.hasInput() && driver.mayRead());
	}

	private void readOnce(LoopDriver<?, ?> driver, Wire wire) throws Exception {
		MessageLoop.Buffers buffers = driver.shared.buffers();
		ByteBuffer in = buffers.in.clear();
		ByteBuffer before = keptBytes();
		// A small rest is put in front of what comes; a large one grows by it.
		int offset = (before != null && before.position() <= in.capacity() / 2) ? before.position() : 0;
		int count = receive(driver, wire, in.position(offset));
		if (count <= 0) {
			return;
		}
		if (before == null) {
			handleAll(driver, in, buffers.view, count);
		}
		else if (offset > 0) {
			in.put(0, before, 0, offset);
			forget();
			handleAll(driver, in, buffers.view, offset + count);
		}
		else {
			ByteBuffer grown = withRoom(before, count).put(in.flip());
			forget();
			handleAll(driver, grown, grown.asReadOnlyBuffer().clear(), grown.position());
		}
	}

	private int receive(LoopDriver<?, ?> driver, Wire wire, ByteBuffer in) throws IOException {
		int count;
		try {
			count = wire.read(in);
		}
		catch (IOException ex) {
			driver.lost(ex);
			return 0;
		}
		if (count > 0) {
			driver.request.received(count, driver.shared.loop().now());
		}
		else if (count < 0) {
			driver.request.receivedEnd();
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

	// --- Frames.

	/**
	 * Handles the frames in a buffer, from 0 on, and keeps the rest.
	 * @param bytes the buffer
	 * @param view another of the same memory, for codecs and handlers
	 * @param to where the bytes end
	 */
	private void handleAll(LoopDriver<?, ?> driver, ByteBuffer bytes, ByteBuffer view, int to) throws Exception {
		boolean timed = driver.request.server().connections().hasListeners();
		int from = 0;
		long before = this.requests;
		try {
			for (int next; from < to && driver.mayHandle() && (next = this.decoder.decode(bytes, from, to)) >= 0;) {
				from = next;
				this.requests++;
				view.limit(this.decoder.payloadEnd()).position(this.decoder.payloadStart());
				driver.deliver(view, timed);
			}
		}
		finally {
			driver.request.server().statistics().countRequests((int) (this.requests - before));
		}
		keep(driver, bytes, this.decoder.skip(bytes, from, to), to);
	}

	private void keep(LoopDriver<?, ?> driver, ByteBuffer bytes, int from, int to) {
		KeptBytes room = this.kept;
		if (from == to) {
			if (room != null) {
				room.since(0);
			}
			return;
		}
		if (room == null) {
			room = new KeptBytes();
			this.kept = room;
		}
		if (from > 0 || room.since() == 0) {
			room.since(driver.shared.loop().now() | 1);
			long timeout = driver.service().frameTimeout().toNanos();
			if (timeout > 0) {
				driver.shared.sweepBy(room.since() + timeout);
			}
		}
		// Only what all connections share is outside the heap.
		boolean own = !bytes.isDirect();
		room.keep(bytes, own, from, to);
	}

	/**
	 * Handles what was kept while it must not be handled.
	 */
	void handleKept(LoopDriver<?, ?> driver) throws Exception {
		KeptBytes room = this.kept;
		ByteBuffer bytes = keptBytes();
		if (room == null || bytes == null) {
			return;
		}
		room.forget();
		// The time that it had to wait is not the peer's.
		room.since(0);
		handleAll(driver, bytes, bytes.asReadOnlyBuffer().clear(), bytes.position());
	}

	/**
	 * Handles what was kept when the peer sends no more: it may be a last frame.
	 */
	void handleLast(LoopDriver<?, ?> driver) throws Exception {
		ByteBuffer rest = keptBytes();
		forget();
		if (rest == null || !this.decoder.decodeLast(rest, 0, rest.position())) {
			return;
		}
		this.requests++;
		driver.request.server().statistics().countRequests(1);
		ByteBuffer view = rest.asReadOnlyBuffer().clear();
		view.limit(this.decoder.payloadEnd()).position(this.decoder.payloadStart());
		driver.deliver(view, driver.request.server().connections().hasListeners());
	}

	private @Nullable ByteBuffer keptBytes() {
		KeptBytes room = this.kept;
		return (room != null) ? room.bytes() : null;
	}

	/**
	 * Forgets what was kept.
	 */
	void forget() {
		KeptBytes room = this.kept;
		if (room != null) {
			room.forget();
		}
	}

	/**
	 * Whether something was read and not handled. May be called from any thread.
	 */
	boolean hasKept() {
		return keptBytes() != null;
	}

	/**
	 * When the frame began that is not complete, in nanoTime.
	 * @return 0 if none has begun
	 */
	long frameSince() {
		KeptBytes room = this.kept;
		return (room != null) ? room.since() : 0;
	}

	/**
	 * How many frames have come. May be called from any thread.
	 */
	long requests() {
		return this.requests;
	}

	// --- Whether there is more to come.

	/**
	 * Whether the peer sends no more.
	 */
	boolean hasPeerEnded() {
		return this.peerEnded;
	}

	/**
	 * Whether the handler wants no messages just now: it has paused, or starts TLS. May
	 * be called from any thread.
	 */
	boolean isHeld() {
		return this.paused || this.startingTls;
	}

	/**
	 * The handler pauses, or goes on. May be called from any thread.
	 */
	void paused(boolean value) {
		this.paused = value;
	}

	boolean isStartingTls() {
		return this.startingTls;
	}

	/**
	 * A handshake is to come next, or is over. May be called from any thread.
	 */
	void startingTls(boolean value) {
		this.startingTls = value;
	}

}
