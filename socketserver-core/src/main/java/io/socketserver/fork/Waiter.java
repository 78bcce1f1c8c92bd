package io.socketserver.fork;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;

/**
 * Waits for a request's connection to be readable or writable: its channel does not
 * block, because Unix sockets have no timeouts otherwise. One selector for each
 * direction, used by one thread at a time, for all requests of a worker.
 */
final class Waiter {

	// Both made at once: whoever wakes them must find them.
	private final Selector reading;

	private final Selector writing;

	Waiter() throws IOException {
		this.reading = Selector.open();
		this.writing = Selector.open();
	}

	/**
	 * Waits for input, or to be woken up.
	 * @param millis how long, 0 for ever
	 */
	void awaitReadable(SocketChannel channel, long millis) throws IOException {
		await(this.reading, channel, SelectionKey.OP_READ, millis);
	}

	/**
	 * Waits for room, or to be woken up.
	 */
	void awaitWritable(SocketChannel channel) throws IOException {
		await(this.writing, channel, SelectionKey.OP_WRITE, 0);
	}

	private static void await(Selector selector, SocketChannel channel, int operation, long millis) throws IOException {
		channel.register(selector, operation);
		selector.select((key) -> {
		}, millis);
		if (Thread.currentThread().isInterrupted()) {
			// As a channel that blocks would.
			channel.close();
			throw new ClosedByInterruptException();
		}
	}

	/**
	 * Has those who wait look again. May be called from any thread.
	 */
	void wakeUp() {
		this.reading.wakeup();
		this.writing.wakeup();
	}

}
