package io.socketserver;

import java.io.IOException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

import org.jspecify.annotations.Nullable;

import io.socketserver.loop.Selectable;
import io.socketserver.request.AcceptGate;
import io.socketserver.request.CloseReason;
import io.socketserver.request.Request;

/**
 * Takes requests from a server's socket while the gate is open. Runs in the loop thread.
 */
final class Acceptor implements Selectable {

	// Others in the loop get their turn after so many.
	private static final int BATCH = 64;

	// However fast clients come.
	private static final long LONGEST_SWEEP_NANOS = Duration.ofMillis(50).toNanos();

	private static final long QUIET_NANOS = Duration.ofMillis(1).toNanos();

	private static final long SWEEP_STEP_NANOS = 50_000;

	private final BaseServer server;

	private final AcceptGate gate;

	private final Source source;

	private final Runnable tookSome;

	private final Admission admission;

	private final AcceptBackoff backoff;

	private @Nullable SelectionKey key;

	// Set by the thread that is about to run the loop.
	private int budget = Integer.MAX_VALUE;

	/**
	 * An acceptor for one of the server's sockets.
	 * @param server the server
	 * @param source takes requests from the socket
	 * @param admission sees to those taken
	 * @param tookSome told after some were taken
	 */
	Acceptor(BaseServer server, Source source, Admission admission, Runnable tookSome) {
		this.server = server;
		this.gate = server.acceptGate();
		this.source = source;
		this.admission = admission;
		this.tookSome = tookSome;
		this.backoff = new AcceptBackoff(server, this.gate);
	}

	/**
	 * Takes so many requests at most from now on.
	 */
	void budget(int requests) {
		this.budget = requests;
	}

	int budget() {
		return this.budget;
	}

	boolean isRegistered() {
		return this.key != null;
	}

	@Override
	public void registered(SelectionKey key) {
		this.key = key;
		updateInterest();
	}

	@Override
	public void ready(SelectionKey key) throws IOException {
		boolean took = false;
		for (int i = 0; i < BATCH && this.budget > 0 && this.gate.isOpen() && takeOne(); i++) {
			took = true;
		}
		if (took) {
			this.tookSome.run();
		}
		updateInterest();
	}

	private boolean takeOne() throws IOException {
		Request request = this.source.getRequest();
		if (request == null) {
			return false;
		}
		this.budget--;
		this.backoff.succeeded();
		this.admission.admit(request);
		return true;
	}

	@Override
	public void failed(SelectionKey key, Throwable error) {
		if (!key.channel().isOpen()) {
			// Closed while a handler held the loop.
			return;
		}
		this.server.reportAcceptFailure(error);
		this.backoff.failed((error instanceof IOException io) ? io : new IOException(error.toString(), error));
	}

	@Override
	public void loopClosed() {
		this.key = null;
	}

	/**
	 * Waits for requests if they may be taken now.
	 */
	void updateInterest() {
		SelectionKey current = this.key;
		if (current != null && current.isValid()) {
			boolean accept = this.gate.isOpen() && this.budget > 0 && !this.server.isDraining();
			current.interestOps(accept ? this.server.acceptOperation() : 0);
		}
	}

	/**
	 * Takes all that the kernel has queued off it, because the server is drained, and
	 * serves none of them yet: that would be slower than clients come back for more, and
	 * the queue would never be seen empty.
	 * @param untilQuiet whether the queue has to stay empty for a moment
	 * @return those taken
	 */
	List<Request> sweep(boolean untilQuiet) {
		List<Request> taken = new ArrayList<>();
		long begin = System.nanoTime();
		long quietSince = begin;
		try {
			while (System.nanoTime() - begin < LONGEST_SWEEP_NANOS) {
				Request request = this.source.getRequest();
				if (request != null) {
					taken.add(request);
					quietSince = System.nanoTime();
				}
				else if (!untilQuiet || System.nanoTime() - quietSince >= QUIET_NANOS) {
					break;
				}
				else {
					LockSupport.parkNanos(SWEEP_STEP_NANOS);
				}
			}
		}
		catch (Throwable ex) {
			this.server.reportAcceptFailure(ex);
		}
		return taken;
	}

	/**
	 * Serves those of a sweep that may still be served; the others get an orderly end
	 * instead of the reset that closing the socket would have sent them.
	 * @param serving whether the server served when they came
	 */
	void finish(List<Request> swept, boolean serving) {
		for (Request request : swept) {
			if (serving && this.gate.isOpen()) {
				this.admission.admitNow(request);
			}
			else {
				this.server.turnAway(request, CloseReason.DRAINED);
			}
		}
	}

	/**
	 * Ends the registration, without which the channel's close would not give the port
	 * back.
	 */
	void deregister() {
		SelectionKey current = this.key;
		this.key = null;
		if (current != null) {
			current.cancel();
		}
	}

	@Nullable SelectableChannel channel() {
		SelectionKey current = this.key;
		return (current != null) ? current.channel() : null;
	}

	/**
	 * Where requests come from.
	 */
	@FunctionalInterface
	interface Source {

		@Nullable Request getRequest() throws IOException;

	}

}
