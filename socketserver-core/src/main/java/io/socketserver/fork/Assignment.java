package io.socketserver.fork;

/**
 * A request on its way to a worker process, or with one. How its bytes get there is its
 * own business: see {@link WorkerTransport}. All methods run in the pool's loop thread,
 * but for {@link #isHandledBy}.
 */
interface Assignment {

	/**
	 * The request's number, by which a worker knows it.
	 */
	long number();

	/**
	 * Whether the request has ended, so that no worker has to take it any more.
	 */
	boolean isEnded();

	/**
	 * Whether a thread is one that ends the request, so that it must not wait for it. May
	 * be called from any thread.
	 */
	boolean isHandledBy(Thread thread);

	/**
	 * A worker takes the request.
	 */
	void begin(WorkerProcess taker, Link data);

	/**
	 * The server is drained: the request ends when it has nothing to do.
	 */
	void drain();

	/**
	 * The handler has ended.
	 */
	void finished(ResultFrame result);

	/**
	 * The worker's process has ended without a result.
	 */
	void workerEnded(WorkerExit exit);

	/**
	 * No worker takes the request.
	 */
	void refused(String why);

}
