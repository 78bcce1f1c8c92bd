package io.socketserver.request;

import java.net.SocketAddress;

import org.jspecify.annotations.Nullable;

/**
 * A handler that keeps its request in a field, as Python's {@code BaseRequestHandler}
 * does. Override {@link #setup()}, {@link #handle()} and {@link #finish()}.
 */
public abstract class BaseRequestHandler implements RequestHandler {

	private @Nullable Request request;

	@Override
	public void setup(Request request) throws Exception {
		this.request = request;
		setup();
	}

	/**
	 * Called before {@link #handle()}. Does nothing by default.
	 * @throws Exception to give the request up
	 */
	protected void setup() throws Exception {
	}

	@Override
	public void finish() throws Exception {
	}

	/**
	 * The request.
	 * @return the request, from {@link #setup()} on
	 */
	protected Request request() {
		Request current = this.request;
		if (current == null) {
			throw new IllegalStateException(getClass().getName()
					+ " has no request yet: setup(Request) was not called, or was overridden without calling super");
		}
		return current;
	}

	/**
	 * Who sent the request.
	 * @return the peer's address
	 */
	protected SocketAddress clientAddress() {
		return request().clientAddress();
	}

	/**
	 * The server the request arrived at.
	 * @return the server
	 */
	protected ServerContext server() {
		return request().server();
	}

}
