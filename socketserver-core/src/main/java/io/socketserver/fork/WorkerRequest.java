package io.socketserver.fork;

import org.jspecify.annotations.Nullable;

import io.socketserver.request.BaseRequest;
import io.socketserver.request.CloseReason;
import io.socketserver.request.RequestHandler;
import io.socketserver.request.RequestHandlerFactory;

/**
 * A request in a worker. {@link #handle()} runs in the handler's thread, the rest in any.
 */
abstract class WorkerRequest {

	private final WorkerServer server;

	WorkerRequest(WorkerServer server) {
		this.server = server;
	}

	WorkerServer server() {
		return this.server;
	}

	/**
	 * What the handler is given.
	 */
	abstract BaseRequest request();

	long number() {
		return request().number();
	}

	/**
	 * Makes a handler, runs it, and says how that ended.
	 */
	final ResultFrame handle() {
		Throwable error = null;
		try {
			finishRequest(this.server.handlers());
		}
		catch (Throwable ex) {
			error = ex;
		}
		request().handled(error);
		return result(error);
	}

	abstract ResultFrame result(@Nullable Throwable error);

	/**
	 * Python's {@code finish_request}.
	 */
	private void finishRequest(RequestHandlerFactory handlers) throws Exception {
		RequestHandler handler = handlers.newHandler();
		try {
			handler.setup(request());
			request().handledBy(handler);
			handle(handler);
		}
		finally {
			handlers.release(handler);
		}
	}

	private void handle(RequestHandler handler) throws Exception {
		Throwable failure = null;
		try {
			handler.handle();
		}
		catch (Throwable ex) {
			failure = ex;
			request().failing(ex);
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
	 * The server is drained: the request ends when it has nothing to do.
	 */
	abstract void drain();

	/**
	 * The client is gone, or the request was closed by force.
	 */
	abstract void abort(CloseReason reason);

	/**
	 * The deadline of a drain has passed.
	 */
	abstract void cutOff();

}
