package io.socketserver;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

import io.socketserver.request.RequestHandler;
import io.socketserver.request.RequestHandlerFactory;
import io.socketserver.support.Script;

/**
 * Counts the handlers it makes, and keeps those that were released.
 */
final class CountingFactory implements RequestHandlerFactory {

	private final AtomicInteger made = new AtomicInteger();

	private final List<RequestHandler> released = new CopyOnWriteArrayList<>();

	@Override
	public RequestHandler newHandler() throws Exception {
		this.made.incrementAndGet();
		return Script.handlers(Script.UPPER).newHandler();
	}

	@Override
	public void release(RequestHandler handler) {
		this.released.add(handler);
	}

	int made() {
		return this.made.get();
	}

	List<RequestHandler> released() {
		return this.released;
	}

}
