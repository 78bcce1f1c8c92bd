package io.socketserver.message;

/**
 * What became of a message that was sent.
 */
public enum SendResult {

	/**
	 * It is on its way: taken by the kernel, or waiting for it.
	 */
	QUEUED,

	/**
	 * It is on its way, but more waits for the peer than the high mark: send no more
	 * until {@link MessageConnection#isWritable()}.
	 */
	CONGESTED,

	/**
	 * It is lost: the connection has ended, or what waits for the peer has reached the
	 * cap and the connection ends for that, or the handler has just
	 * {@link MessageConnection#startTls() started TLS}.
	 */
	REFUSED

}
