package io.socketserver.request;

/**
 * A mix-in's {@code next} at the end of a request, which remembers whether the mix-in has
 * passed on.
 */
final class PassingOn implements RequestCycle {

	private final RequestCycle next;

	private boolean passed;

	PassingOn(RequestCycle next) {
		this.next = next;
	}

	void shutdownRequestOnce(Request request) {
		if (!this.passed) {
			shutdownRequest(request);
		}
	}

	@Override
	public void shutdownRequest(Request request) {
		this.passed = true;
		this.next.shutdownRequest(request);
	}

	@Override
	public boolean verifyRequest(Request request) {
		return this.next.verifyRequest(request);
	}

	@Override
	public void processRequest(Request request) {
		this.next.processRequest(request);
	}

	@Override
	public void finishRequest(Request request) throws Exception {
		this.next.finishRequest(request);
	}

	@Override
	public void closeRequest(Request request) {
		this.next.closeRequest(request);
	}

	@Override
	public void handleError(Request request, Throwable error) {
		this.next.handleError(request, error);
	}

}
