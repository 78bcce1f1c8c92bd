package io.socketserver.support;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

import io.socketserver.request.MixIn;
import io.socketserver.request.Request;
import io.socketserver.request.RequestCycle;
import io.socketserver.request.StreamRequest;

/**
 * Counts the hooks of each request, as seen by the outermost mix-in.
 */
public final class Trace implements MixIn {

	private final Map<String, Map<String, AtomicInteger>> calls = new ConcurrentHashMap<>();

	private final List<StreamRequest> requests = new CopyOnWriteArrayList<>();

	private final List<Throwable> errors = new CopyOnWriteArrayList<>();

	private void count(Request request, String hook) {
		this.calls.computeIfAbsent(request.id(), (id) -> new ConcurrentHashMap<>())
			.computeIfAbsent(hook, (name) -> new AtomicInteger())
			.incrementAndGet();
	}

	/**
	 * How often a hook was called in all.
	 * @param hook its name
	 * @return the number
	 */
	public int calls(String hook) {
		return this.calls.values().stream().mapToInt((hooks) -> times(hooks, hook)).sum();
	}

	private static int times(Map<String, AtomicInteger> hooks, String hook) {
		AtomicInteger times = hooks.get(hook);
		return (times != null) ? times.get() : 0;
	}

	/**
	 * Whether each request that was taken was shut down and closed exactly once.
	 * @return false also while requests are under way
	 */
	public boolean isBalanced() {
		return this.calls.values()
			.stream()
			.allMatch((hooks) -> times(hooks, "shutdownRequest") == 1 && times(hooks, "closeRequest") == 1);
	}

	public int requestCount() {
		return this.calls.size();
	}

	public List<StreamRequest> requests() {
		return this.requests;
	}

	/**
	 * The only request so far.
	 * @return the request
	 */
	public StreamRequest request() {
		Await.until(() -> !this.requests.isEmpty(), "a first request");
		return this.requests.get(0);
	}

	/**
	 * What {@code handleError} was told.
	 * @return a live list
	 */
	public List<Throwable> errors() {
		return this.errors;
	}

	@Override
	public boolean verifyRequest(Request request, RequestCycle next) {
		if (request instanceof StreamRequest stream) {
			this.requests.add(stream);
		}
		count(request, "verifyRequest");
		return next.verifyRequest(request);
	}

	@Override
	public void processRequest(Request request, RequestCycle next) {
		count(request, "processRequest");
		next.processRequest(request);
	}

	@Override
	public void finishRequest(Request request, RequestCycle next) throws Exception {
		count(request, "finishRequest");
		next.finishRequest(request);
	}

	@Override
	public void shutdownRequest(Request request, RequestCycle next) {
		count(request, "shutdownRequest");
		next.shutdownRequest(request);
	}

	@Override
	public void closeRequest(Request request, RequestCycle next) {
		try {
			next.closeRequest(request);
		}
		finally {
			// After those of the other mix-ins: whoever waits for it sees theirs.
			count(request, "closeRequest");
		}
	}

	@Override
	public void handleError(Request request, Throwable error, RequestCycle next) {
		count(request, "handleError");
		this.errors.add(error);
		next.handleError(request, error);
	}

}
