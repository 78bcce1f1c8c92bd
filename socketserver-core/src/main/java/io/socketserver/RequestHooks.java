package io.socketserver;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.nio.channels.SelectableChannel;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import io.socketserver.framing.FramingException;
import io.socketserver.internal.LogLimit;
import io.socketserver.internal.LostPeers;
import io.socketserver.internal.Refusals;
import io.socketserver.request.BaseRequest;
import io.socketserver.request.CloseReason;
import io.socketserver.request.ConnectionClosedException;
import io.socketserver.request.LineTooLongException;
import io.socketserver.request.MixIn;
import io.socketserver.request.Request;
import io.socketserver.request.RequestCycle;
import io.socketserver.request.RequestHandler;
import io.socketserver.request.RequestHandlerFactory;
import io.socketserver.request.RequestRefusedException;
import io.socketserver.request.ServerContext;
import io.socketserver.request.StopServing;
import io.socketserver.tls.TlsException;

/**
 * The hooks of a server, as Python has them, and the one place that sees a request
 * through them: whatever any of them throws, {@code shutdownRequest} runs exactly once
 * for each request that was taken, and the loop goes on.
 */
abstract class RequestHooks implements ServerContext {

	private static final Logger logger = System.getLogger(BaseServer.class.getName());

	// The peer went away, each time in its own way: no error.
	private static final Set<CloseReason> GONE = EnumSet.of(CloseReason.PEER_CLOSED, CloseReason.PEER_RESET,
			CloseReason.TLS_TRUNCATED);

	private final RequestHandlerFactory handlers;

	private final LogLimit errorLines = new LogLimit(10, Duration.ofSeconds(1));

	private final Refusals refusals = new Refusals(logger);

	private List<MixIn> mixIns = List.of();

	// The head of the chain: what "self" is in Python.
	private RequestCycle self = new Base();

	RequestHooks(RequestHandlerFactory handlers) {
		this.handlers = handlers;
	}

	final void layOver(List<MixIn> all) {
		this.mixIns = all;
		this.self = RequestCycle.over(this.self, all);
	}

	abstract String describe();

	abstract int acceptOperation();

	/**
	 * Asks for a shutdown, and does not wait.
	 */
	abstract void stopServing();

	// --- The hooks of the socket.

	/**
	 * Python's {@code server_bind}: opens a non-blocking socket that listens. Runs in the
	 * thread that binds.
	 * @param address where to
	 * @return the socket
	 * @throws IOException if it cannot listen there; nothing is left open
	 */
	protected abstract SelectableChannel serverBind(SocketAddress address) throws IOException;

	/**
	 * Where the socket is bound. Runs in the thread that binds.
	 * @return the actual address
	 * @throws IOException if it is not bound
	 */
	protected abstract SocketAddress boundAddress() throws IOException;

	/**
	 * Python's {@code server_activate}: the socket is bound, and serving begins soon. An
	 * override calls super, which tells the mix-ins. Runs in the thread that binds.
	 */
	protected void serverActivate() {
		this.mixIns.forEach((mixIn) -> mixIn.serverActivate(this));
	}

	/**
	 * Python's {@code get_request}: takes a request from the socket, without blocking.
	 * Runs in the loop thread.
	 * @return the request, or null if none is waiting
	 * @throws IOException if the system refuses: {@link #acceptFailed} is told, and the
	 * loop tries again a little later
	 */
	protected abstract @Nullable Request getRequest() throws IOException;

	/**
	 * {@link #getRequest} threw. Does nothing but count by default; the log line comes
	 * once per episode. Runs in the loop thread.
	 * @param error what was thrown
	 */
	protected void acceptFailed(Throwable error) {
		statistics().countAcceptFailure();
	}

	/**
	 * Python's {@code handle_timeout}: {@code handleRequest} waited in vain. Tells the
	 * mix-ins. Runs in the loop thread.
	 */
	protected void handleTimeout() {
		this.mixIns.forEach((mixIn) -> guarded(mixIn::handleTimeout));
	}

	/**
	 * Python's {@code service_actions}: called after requests were taken, and at the
	 * intervals mix-ins ask for. Tells the mix-ins. Runs in the loop thread.
	 */
	protected void serviceActions() {
		this.mixIns.forEach((mixIn) -> guarded(mixIn::serviceActions));
	}

	/**
	 * Python's {@code server_close}: the socket is closed and requests have ended. An
	 * override calls super, which tells the mix-ins, the innermost first. Runs in the
	 * thread that closes.
	 */
	protected void serverClose() {
		for (int i = this.mixIns.size() - 1; i >= 0; i--) {
			guarded(this.mixIns.get(i)::serverClose);
		}
	}

	/**
	 * Calls {@link #serviceActions()}, which may be overridden and throw.
	 */
	final void runServiceActions() {
		guarded(this::serviceActions);
	}

	/**
	 * Calls {@link #acceptFailed}, which may be overridden and throw.
	 */
	final void reportAcceptFailure(Throwable error) {
		guarded(() -> acceptFailed(error));
	}

	private void guarded(Runnable hook) {
		try {
			hook.run();
		}
		catch (Throwable ex) {
			logger.log(Level.WARNING, "A hook of " + describe() + " failed", ex);
		}
	}

	// --- The hooks of a request: what the innermost mix-in's "next" is.

	/**
	 * Python's {@code verify_request}: says yes. Runs in the loop thread.
	 * @param request the request
	 * @return false to close it unserved
	 */
	protected boolean verifyRequest(Request request) {
		return true;
	}

	/**
	 * Python's {@code process_request}: finishes the request in the calling thread, and
	 * sees to errors and to the end.
	 * @param request the request
	 */
	protected void processRequest(Request request) {
		// An interrupt meant for the previous request of this thread would close this
		// one's channel.
		Thread.interrupted();
		base(request).started();
		Throwable failure = null;
		try {
			this.self.finishRequest(request);
			if (base(request).isDriven()) {
				// It has only begun: its driver tells when it ends.
				return;
			}
		}
		catch (StopServing ex) {
			stopServing();
		}
		catch (Throwable ex) {
			failure = ex;
		}
		requestEnded(request, failure);
	}

	@Override
	public final RequestHandlerFactory handlers() {
		return this.handlers;
	}

	@Override
	public final void requestEnded(Request request, @Nullable Throwable error) {
		try {
			base(request).handled(error);
			if (error != null) {
				report(request, error);
			}
		}
		finally {
			end(request, null);
		}
	}

	/**
	 * Python's {@code finish_request}: makes a handler and runs it.
	 * @param request the request
	 * @throws Exception what the handler threw
	 */
	protected void finishRequest(Request request) throws Exception {
		base(request).establish();
		RequestHandler handler = this.handlers.newHandler();
		try {
			handler.setup(request);
			base(request).handledBy(handler);
			handle(handler, base(request));
		}
		finally {
			this.handlers.release(handler);
		}
	}

	private static void handle(RequestHandler handler, BaseRequest request) throws Exception {
		Throwable failure = null;
		try {
			handler.handle();
		}
		catch (Throwable ex) {
			failure = ex;
			request.failing(ex);
			throw ex;
		}
		finally {
			finish(handler, failure);
		}
	}

	private static void finish(RequestHandler handler, @Nullable Throwable failure) throws Exception {
		try {
			handler.finish();
		}
		catch (Throwable ex) {
			if (failure == null) {
				throw ex;
			}
			if (!failure.equals(ex)) {
				failure.addSuppressed(ex);
			}
		}
	}

	/**
	 * Python's {@code shutdown_request}: calls {@code closeRequest}.
	 * @param request the request
	 */
	protected void shutdownRequest(Request request) {
		this.self.closeRequest(request);
	}

	/**
	 * Python's {@code close_request}: gives the request's resources back.
	 * @param request the request
	 */
	protected abstract void closeRequest(Request request);

	/**
	 * Python's {@code handle_error}: logs. A peer that went away is no error: that is
	 * logged at DEBUG, and where its handler noticed at TRACE.
	 * @param request the request
	 * @param error what was thrown
	 */
	protected void handleError(Request request, Throwable error) {
		if (error instanceof ConnectionClosedException || isGone(request)) {
			LostPeers.log(logger, () -> "The connection " + request + " ended under its handler: " + error, error);
		}
		else if (this.errorLines.tryLine()) {
			boolean byPeer = error instanceof LineTooLongException || error instanceof FramingException
					|| error instanceof SocketTimeoutException || error instanceof TlsException;
			String text = "The request " + request + " failed: " + error + this.errorLines.suffix();
			logger.log(Level.WARNING, text, byPeer ? null : error);
		}
	}

	private static boolean isGone(Request request) {
		return base(request).isForced() || base(request).closeReason().filter(GONE::contains).isPresent();
	}

	// --- The way of a request through them.

	/**
	 * Sees to a request that was just taken. Runs in the loop thread.
	 */
	final void take(Request request) {
		try {
			if (!this.self.verifyRequest(request)) {
				end(request, CloseReason.REFUSED);
				return;
			}
			base(request).opened();
			this.self.processRequest(request);
		}
		catch (RequestRefusedException ex) {
			this.refusals.log(ex.reason(), () -> describe() + " refuses " + request + ": " + ex.getMessage());
			end(request, ex.reason());
		}
		catch (StopServing ex) {
			end(request, null);
			stopServing();
		}
		catch (Throwable ex) {
			// By force: a mix-in may have passed the request on before it threw, and
			// neither may its handler go on nor the loop wait for it.
			base(request).close(CloseReason.HANDLER_ERROR);
			report(request, ex);
			end(request, CloseReason.HANDLER_ERROR);
		}
	}

	/**
	 * Ends a request that was taken from the socket, and is not to be served.
	 */
	final void turnAway(Request request, CloseReason reason) {
		end(request, reason);
	}

	private void report(Request request, Throwable error) {
		try {
			this.self.handleError(request, error);
		}
		catch (Throwable ex) {
			logQuietly("handleError of " + describe() + " failed", ex);
		}
	}

	private void end(Request request, @Nullable CloseReason reason) {
		BaseRequest base = base(request);
		if (!base.claimEnd()) {
			return;
		}
		base.settleReason(reason);
		boolean shutDown = false;
		try {
			this.self.shutdownRequest(request);
			shutDown = true;
		}
		catch (Throwable ex) {
			logQuietly("shutdownRequest of " + describe() + " failed", ex);
		}
		finally {
			if (!shutDown) {
				base.closeQuietly();
			}
			base.closed();
		}
	}

	private static BaseRequest base(Request request) {
		return (BaseRequest) request;
	}

	private static void logQuietly(String message, Throwable error) {
		try {
			logger.log(Level.WARNING, message, error);
		}
		catch (Throwable ignored) {
			// Out of memory while reporting it: the server matters more than the line.
		}
	}

	/**
	 * The innermost {@code next}: the server's own hooks.
	 */
	private final class Base implements RequestCycle {

		@Override
		public boolean verifyRequest(Request request) {
			return RequestHooks.this.verifyRequest(request);
		}

		@Override
		public void processRequest(Request request) {
			RequestHooks.this.processRequest(request);
		}

		@Override
		public void finishRequest(Request request) throws Exception {
			RequestHooks.this.finishRequest(request);
		}

		@Override
		public void shutdownRequest(Request request) {
			RequestHooks.this.shutdownRequest(request);
		}

		@Override
		public void closeRequest(Request request) {
			RequestHooks.this.closeRequest(request);
		}

		@Override
		public void handleError(Request request, Throwable error) {
			RequestHooks.this.handleError(request, error);
		}

	}

}
