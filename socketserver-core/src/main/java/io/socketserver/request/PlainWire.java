package io.socketserver.request;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;

/**
 * A connection's own bytes.
 */
final class PlainWire implements Wire {

	private final SocketChannel channel;

	PlainWire(SocketChannel channel) {
		this.channel = channel;
	}

	@Override
	public int read(ByteBuffer into) throws IOException {
		return this.channel.read(into);
	}

	@Override
	public int read(ByteBuffer into, Duration timeout) throws IOException {
		long millis = Math.max(1, Math.min(timeout.toMillis(), Integer.MAX_VALUE));
		if (into.hasArray() && this.channel.getLocalAddress() instanceof InetSocketAddress) {
			// The channel's own read ignores the timeout, and so does everything but the
			// stream adaptor.
			this.channel.socket().setSoTimeout((int) millis);
			int count = this.channel.socket()
				.getInputStream()
				.read(into.array(), into.arrayOffset() + into.position(), into.remaining());
			into.position(into.position() + Math.max(0, count));
			return count;
		}
		awaitReadable(millis);
		return this.channel.read(into);
	}

	/**
	 * Unix sockets have no stream adaptor.
	 */
	private void awaitReadable(long millis) throws IOException {
		this.channel.configureBlocking(false);
		try (Selector selector = Selector.open()) {
			this.channel.register(selector, SelectionKey.OP_READ);
			long deadline = System.nanoTime() + millis * 1_000_000;
			while (selector.select(Math.max(1, (deadline - System.nanoTime()) / 1_000_000)) == 0) {
				if (deadline - System.nanoTime() <= 0) {
					throw new SocketTimeoutException("Nothing came within " + millis + " ms");
				}
			}
		}
		finally {
			this.channel.configureBlocking(true);
		}
	}

	@Override
	public int write(ByteBuffer from) throws IOException {
		return this.channel.write(from);
	}

	@Override
	public void shutdownOutput() throws IOException {
		this.channel.shutdownOutput();
	}

}
