package io.socketserver.request;

/**
 * Who sees to a datagram whose handler has no thread in this process. Called from any
 * thread; none of its methods may wait.
 */
public interface DatagramDriver {

	/**
	 * The request was closed by force: its handler has to end.
	 */
	void closing();

	/**
	 * Whether a thread is one that ends this request, so that it must not wait for it.
	 * @param thread the thread
	 * @return true if it is
	 */
	boolean isHandledBy(Thread thread);

}
