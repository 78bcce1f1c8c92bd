package io.socketserver;

import io.socketserver.request.Request;

/**
 * What happens between taking a request from the socket and {@code verifyRequest}.
 * Everything runs in the loop thread.
 */
interface Admission {

	/**
	 * Sees to a request that was just taken from the socket, now or later.
	 */
	void admit(Request request);

	/**
	 * Sees to one that was taken because the server is drained: now or not at all.
	 */
	void admitNow(Request request);

	/**
	 * Whether none is on its way.
	 */
	boolean isIdle();

	/**
	 * The gate was opened or shut.
	 */
	void gateChanged();

	/**
	 * The server is drained: those on their way come to their end.
	 */
	void end();

	/**
	 * The loop is closed, or about to be. Runs in whichever thread closes it.
	 */
	void release();

	/**
	 * Admits everybody at once.
	 */
	static Admission direct(BaseServer server) {
		return new Admission() {

			@Override
			public void admit(Request request) {
				server.take(request);
			}

			@Override
			public void admitNow(Request request) {
				server.take(request);
			}

			@Override
			public boolean isIdle() {
				return true;
			}

			@Override
			public void gateChanged() {
			}

			@Override
			public void end() {
			}

			@Override
			public void release() {
			}

		};
	}

}
