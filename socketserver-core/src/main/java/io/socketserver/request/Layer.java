package io.socketserver.request;

/**
 * A mix-in laid over the rest of the chain.
 *
 * @param mixIn the mix-in
 * @param next the rest
 */
record Layer(MixIn mixIn, RequestCycle next) implements RequestCycle {

	@Override
	public boolean verifyRequest(Request request) {
		return this.mixIn.verifyRequest(request, this.next);
	}

	@Override
	public void processRequest(Request request) {
		this.mixIn.processRequest(request, this.next);
	}

	@Override
	public void finishRequest(Request request) throws Exception {
		this.mixIn.finishRequest(request, this.next);
	}

	@Override
	public void shutdownRequest(Request request) {
		PassingOn passing = new PassingOn(this.next);
		try {
			this.mixIn.shutdownRequest(request, passing);
		}
		catch (Throwable ex) {
			// One that fails does not keep the others from giving back what they hold.
			passing.shutdownRequestOnce(request);
			throw ex;
		}
	}

	@Override
	public void closeRequest(Request request) {
		this.mixIn.closeRequest(request, this.next);
	}

	@Override
	public void handleError(Request request, Throwable error) {
		this.mixIn.handleError(request, error, this.next);
	}

}
