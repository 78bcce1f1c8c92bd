package io.socketserver;

import java.io.IOException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;

import org.jspecify.annotations.Nullable;

import io.socketserver.loop.Selectable;
import io.socketserver.request.Request;

/**
 * Takes requests from a server's socket while the gate is open. Runs in the loop thread.
 */
final class Acceptor implements Selectable {

	// Others in the loop get their turn after so many.
	private static final int BATCH = 64;

	private final BaseServer server;

	private final Gate gate;

	private final AcceptBackoff backoff;

	private @Nullable SelectionKey key;

	// Set by the thread that is about to run the loop.
	private int budget = Integer.MAX_VALUE;

	Acceptor(BaseServer server, Gate gate) {
		this.server = server;
		this.gate = gate;
		this.backoff = new AcceptBackoff(gate);
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
			this.server.runServiceActions();
		}
		updateInterest();
	}

	private boolean takeOne() throws IOException {
		Request request = this.server.getRequest();
		if (request == null) {
			return false;
		}
		this.budget--;
		this.backoff.succeeded(this.server.describe());
		this.server.take(request);
		return true;
	}

	@Override
	public void failed(SelectionKey key, Throwable error) {
		this.server.reportAcceptFailure(error);
		this.backoff.failed(this.server.describe(),
				(error instanceof IOException io) ? io : new IOException(error.toString(), error));
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
	 * Takes all that the kernel has queued, because the server is drained: those that may
	 * still be served are, the others get an orderly end instead of the reset that
	 * closing the socket would send them.
	 */
	void sweep() {
		try {
			for (Request request; (request = this.server.getRequest()) != null;) {
				if (this.gate.isOpen()) {
					this.server.take(request);
				}
				else {
					this.server.turnAway(request);
				}
			}
		}
		catch (IOException ex) {
			this.server.reportAcceptFailure(ex);
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

}
