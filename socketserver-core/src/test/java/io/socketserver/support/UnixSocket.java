package io.socketserver.support;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;

/**
 * A client's Unix socket, which the JDK itself only has as a channel.
 */
final class UnixSocket extends Socket {

	private final SocketChannel channel;

	private int timeout;

	UnixSocket() {
		try {
			this.channel = SocketChannel.open(StandardProtocolFamily.UNIX);
		}
		catch (IOException ex) {
			throw new AssertionError("No Unix sockets", ex);
		}
	}

	@Override
	public void connect(SocketAddress endpoint, int timeout) throws IOException {
		this.channel.connect(endpoint);
		this.channel.configureBlocking(false);
	}

	@Override
	public boolean isConnected() {
		return this.channel.isConnected();
	}

	@Override
	public void setTcpNoDelay(boolean on) {
		// Always, here.
	}

	@Override
	public void setReceiveBufferSize(int size) throws SocketException {
		// Senders are bounded by their own buffer.
	}

	@Override
	public synchronized void setSoTimeout(int timeout) {
		this.timeout = timeout;
	}

	@Override
	public void setSoLinger(boolean on, int linger) {
		// Without unread input, the peer sees a plain end.
	}

	@Override
	public void shutdownOutput() throws IOException {
		this.channel.shutdownOutput();
	}

	@Override
	public synchronized void close() throws IOException {
		this.channel.close();
	}

	@Override
	public InputStream getInputStream() {
		return new Input();
	}

	@Override
	public OutputStream getOutputStream() {
		return new Output();
	}

	private void await(int operation, int millis) throws IOException {
		try (Selector selector = Selector.open()) {
			this.channel.register(selector, operation);
			if (selector.select(millis) == 0 && this.channel.isOpen()) {
				throw new SocketTimeoutException("Not within " + millis + " ms");
			}
		}
	}

	private final class Input extends InputStream {

		@Override
		public int read() throws IOException {
			byte[] one = new byte[1];
			return (read(one, 0, 1) < 0) ? -1 : one[0] & 0xff;
		}

		@Override
		public int read(byte[] into, int offset, int length) throws IOException {
			ByteBuffer buffer = ByteBuffer.wrap(into, offset, length);
			for (int count; (count = UnixSocket.this.channel.read(buffer)) != 0 || length == 0;) {
				return count;
			}
			await(SelectionKey.OP_READ, UnixSocket.this.timeout);
			return read(into, offset, length);
		}

	}

	private final class Output extends OutputStream {

		@Override
		public void write(int value) throws IOException {
			write(new byte[] { (byte) value }, 0, 1);
		}

		@Override
		public void write(byte[] from, int offset, int length) throws IOException {
			ByteBuffer buffer = ByteBuffer.wrap(from, offset, length);
			while (buffer.hasRemaining()) {
				if (UnixSocket.this.channel.write(buffer) == 0) {
					await(SelectionKey.OP_WRITE, 0);
				}
			}
		}

	}

}
