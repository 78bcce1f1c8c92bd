package io.socketserver.mixin;

import io.socketserver.request.MixIn;
import io.socketserver.request.Request;
import io.socketserver.request.RequestCycle;
import io.socketserver.request.ServerContext;

/**
 * At most so many requests at a time. At the limit the server stops accepting: nobody is
 * turned away, who comes waits in the kernel's queue. A server has one of these of its
 * own, for {@code maxConnections}.
 */
public final class LimitingMixIn implements MixIn {

	private final AcceptLimit limit;

	/**
	 * A limit.
	 * @param maxRequests how many requests may be served at once, at least 1
	 */
	public LimitingMixIn(int maxRequests) {
		this.limit = new AcceptLimit("connections", maxRequests);
	}

	/**
	 * The limit.
	 * @return how many requests may be served at once
	 */
	public int maxRequests() {
		return this.limit.limit();
	}

	/**
	 * How many requests are being served. May be called from any thread.
	 * @return at most the limit
	 */
	public int activeRequests() {
		return this.limit.count();
	}

	@Override
	public void serverActivate(ServerContext server) {
		this.limit.activate(server);
	}

	/**
	 * Counts the request here already, in the loop: an outer strategy may call
	 * {@code processRequest} in another thread, when more have been accepted.
	 */
	@Override
	public boolean verifyRequest(Request request, RequestCycle next) {
		boolean verified = next.verifyRequest(request);
		if (verified) {
			this.limit.enter(request);
		}
		return verified;
	}

	@Override
	public void processRequest(Request request, RequestCycle next) {
		// No effect if it was counted: an outer mix-in may verify without asking us.
		this.limit.enter(request);
		next.processRequest(request);
	}

	@Override
	public void shutdownRequest(Request request, RequestCycle next) {
		try {
			next.shutdownRequest(request);
		}
		finally {
			this.limit.leave(request);
		}
	}

}
