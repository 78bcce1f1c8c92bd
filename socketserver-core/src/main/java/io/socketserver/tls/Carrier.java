package io.socketserver.tls;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;

/**
 * What carries the encrypted bytes. Waits, or never waits: reads then answer 0 with
 * nothing to read, and writes take what fits.
 */
public interface Carrier {

	/**
	 * Reads what is there.
	 * @param into where to, an array underneath
	 * @return how many bytes were read, or -1 at the end
	 * @throws IOException if the connection is lost
	 */
	int read(ByteBuffer into) throws IOException;

	/**
	 * Reads what is there, waiting for no longer than a timeout.
	 * @param into where to, an array underneath
	 * @param timeout how long to wait for the first byte
	 * @return how many bytes were read, or -1 at the end
	 * @throws SocketTimeoutException if nothing came
	 * @throws IOException if the connection is lost
	 */
	int read(ByteBuffer into, Duration timeout) throws IOException;

	/**
	 * Writes.
	 * @param from what to write
	 * @return how many bytes were taken
	 * @throws IOException if the connection is lost
	 */
	int write(ByteBuffer from) throws IOException;

	/**
	 * Sends what the carrier itself holds back.
	 * @return true if nothing is left
	 * @throws IOException if the connection is lost
	 */
	boolean flush() throws IOException;

	/**
	 * Whether the carrier has bytes that no selector knows of.
	 * @return true if a read has to follow
	 */
	boolean hasInput();

	/**
	 * Tells the peer that nothing more will come.
	 * @throws IOException if the connection is gone
	 */
	void shutdownOutput() throws IOException;

	/**
	 * Whether reads and writes wait.
	 * @return true if they do
	 */
	boolean isBlocking();

}
