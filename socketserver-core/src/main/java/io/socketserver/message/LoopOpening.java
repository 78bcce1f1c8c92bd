package io.socketserver.message;

import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

import io.socketserver.loop.Selectable;
import io.socketserver.request.CloseReason;
import io.socketserver.request.ConnectionDriver;
import io.socketserver.request.ConnectionState;
import io.socketserver.request.StreamRequest;
import io.socketserver.request.Wire;

/**
 * A connection on a selector loop before its wire is open: a TLS handshake, as a rule.
 * Then its {@link LoopDriver} takes over, and only that knows of handlers.
 *
 * <p>
 * All runs in the loop's thread but what the wire has computed elsewhere, and what other
 * threads ask for, which comes as a command; one that comes late is passed on.
 */
final class LoopOpening implements ConnectionDriver, Selectable {

	private final StreamRequest request;

	private final MessageLoop<?, ?> shared;

	private final long until;

	private @Nullable SelectionKey key;

	private @Nullable LoopDriver<?, ?> successor;

	// The wire is computing elsewhere: nothing is waited for but that.
	private boolean computing;

	private volatile boolean ended;

	LoopOpening(StreamRequest request, MessageLoop<?, ?> shared) {
		this.request = request;
		this.shared = shared;
		this.until = System.nanoTime() + request.handshakeTimeout().toNanos();
	}

	void begin() throws IOException {
		this.request.channel().configureBlocking(false);
		this.request.beginTls();
		this.request.wire().offload(this::compute, () -> this.shared.loop().execute(this::computed));
		this.shared.loop().register(this.request.channel(), SelectionKey.OP_READ, this);
		this.shared.sweepBy(this.until);
		if (this.request.server().isDraining()) {
			this.shared.loop().schedule(LoopDriver.FIRST_BYTE_GRACE, this::drainNow);
		}
		advance();
	}

	private void compute(Runnable task) {
		this.computing = true;
		this.shared.handshakes().execute(task);
	}

	private void computed() {
		this.computing = false;
		advance();
	}

	@Override
	public void registered(SelectionKey value) {
		this.key = value;
	}

	@Override
	public void ready(SelectionKey ready) {
		advance();
	}

	@Override
	public void failed(SelectionKey failed, Throwable error) {
		end(error);
	}

	private void advance() {
		if (this.ended || this.successor != null) {
			return;
		}
		try {
			Wire wire = this.request.wire();
			if (wire.advance(this.until)) {
				handOver();
				return;
			}
			int wanted = wire.flush() ? SelectionKey.OP_READ : SelectionKey.OP_WRITE;
			Objects.requireNonNull(this.key).interestOps(this.computing ? 0 : wanted);
		}
		catch (IOException ex) {
			this.request.lostTo(ex);
			end(ex);
		}
		catch (Throwable ex) {
			end(ex);
		}
	}

	private void handOver() {
		SelectionKey current = Objects.requireNonNull(this.key);
		LoopDriver<?, ?> next = this.shared.newDriver(this.request);
		this.successor = next;
		current.attach(next);
		next.registered(current);
		this.request.touched(this.shared.loop().now());
		this.request.driver(next);
		try {
			next.begin();
		}
		catch (Throwable ex) {
			end(ex);
		}
	}

	private void end(@Nullable Throwable error) {
		if (this.ended) {
			return;
		}
		this.ended = true;
		SelectionKey current = this.key;
		if (current != null) {
			current.cancel();
		}
		this.request.server().requestEnded(this.request, error);
	}

	@Override
	public void loopClosed() {
		this.request.endsFor(CloseReason.CUT_OFF);
		this.request.closeQuietly();
		end(null);
	}

	/**
	 * Ends the connection if its time is up.
	 * @return nanoseconds until it may be, or {@link Long#MAX_VALUE}
	 */
	long checkDeadline(long now) {
		if (this.until - now > 0) {
			return this.until - now;
		}
		// The wire knows best what to say of it.
		advance();
		return Long.MAX_VALUE;
	}

	// --- What may be called from any thread.

	@Override
	public ConnectionState state() {
		return this.ended ? ConnectionState.CLOSED : ConnectionState.IDLE;
	}

	@Override
	public boolean opensWires() {
		return true;
	}

	@Override
	public long requests() {
		return 0;
	}

	@Override
	public boolean isHandledBy(Thread thread) {
		return false;
	}

	@Override
	public void drain() {
		this.shared.loop().execute(this::drainNow);
	}

	private void drainNow() {
		LoopDriver<?, ?> next = this.successor;
		if (next != null) {
			next.drain();
		}
		else if (!this.ended) {
			this.request.drained(false);
			end(null);
		}
	}

	@Override
	public void closing() {
		this.request.shutdownQuietly();
		this.shared.loop().execute(this::closingNow);
	}

	private void closingNow() {
		LoopDriver<?, ?> next = this.successor;
		if (next != null) {
			next.closing();
		}
		else {
			end(null);
		}
	}

	@Override
	public void cutOff() {
		wasReset();
	}

	@Override
	public void wasReset() {
		this.shared.loop().execute(this::closingNow);
	}

}
