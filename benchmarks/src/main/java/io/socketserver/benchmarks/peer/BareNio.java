package io.socketserver.benchmarks.peer;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

import org.jspecify.annotations.Nullable;

/**
 * The floor: a loop over {@code java.nio} that answers lines, and can do nothing else.
 * One thread, one direct buffer to read into, one to answer from, one write for all
 * answers of a read.
 */
public final class BareNio {

	private static final int BUFFER = 128 * 1024;

	private final ByteBuffer in = ByteBuffer.allocateDirect(BUFFER).order(LineFeed.ORDER);

	private final ByteBuffer out = ByteBuffer.allocateDirect(BUFFER);

	private final ServerSocketChannel server;

	private final Selector selector;

	private BareNio(int port) throws IOException {
		this.server = ServerSocketChannel.open();
		this.server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1024);
		this.server.configureBlocking(false);
		this.selector = Selector.open();
		this.server.register(this.selector, SelectionKey.OP_ACCEPT);
	}

	/**
	 * Serves for ever.
	 * @param args the port
	 * @throws IOException if the server cannot go on
	 */
	public static void main(String... args) throws IOException {
		new BareNio(Integer.parseInt(args[0])).serve();
	}

	private void serve() throws IOException {
		while (true) {
			this.selector.select(this::ready);
		}
	}

	private void ready(SelectionKey key) {
		try {
			if (key.attachment() instanceof Client client) {
				serve(key, client);
			}
			else {
				accept();
			}
		}
		catch (IOException ex) {
			close(key);
		}
	}

	private void accept() throws IOException {
		for (SocketChannel channel; (channel = this.server.accept()) != null;) {
			channel.configureBlocking(false);
			channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
			channel.register(this.selector, SelectionKey.OP_READ, new Client(channel));
		}
	}

	private void serve(SelectionKey key, Client client) throws IOException {
		if (client.unsent != null) {
			sendRest(key, client, client.unsent);
			return;
		}
		this.in.clear();
		if (client.started != null) {
			this.in.put(client.started);
			client.started = null;
		}
		if (client.channel.read(this.in) < 0) {
			close(key);
			return;
		}
		int end = this.in.position();
		int rest = answer(end);
		if (rest < end) {
			keep(client, rest, end);
		}
		if (this.out.position() > 0) {
			send(key, client);
		}
	}

	private int answer(int end) {
		int start = 0;
		for (int feed; (feed = LineFeed.find(this.in, start, end)) >= 0; start = feed + 1) {
			int length = feed + 1 - start;
			this.out.put(this.out.position(), this.in, start, length);
			this.out.position(this.out.position() + length);
		}
		return start;
	}

	private void keep(Client client, int start, int end) throws IOException {
		if (end - start == BUFFER) {
			throw new IOException("A line is too long");
		}
		client.started = ByteBuffer.allocate(end - start).put(0, this.in, start, end - start);
	}

	private void send(SelectionKey key, Client client) throws IOException {
		client.channel.write(this.out.flip());
		if (this.out.hasRemaining()) {
			// Reads wait until the client has taken its answers.
			client.unsent = ByteBuffer.allocate(this.out.remaining()).put(this.out).flip();
			key.interestOps(SelectionKey.OP_WRITE);
		}
		this.out.clear();
	}

	private void sendRest(SelectionKey key, Client client, ByteBuffer unsent) throws IOException {
		client.channel.write(unsent);
		if (!unsent.hasRemaining()) {
			client.unsent = null;
			key.interestOps(SelectionKey.OP_READ);
		}
	}

	private void close(SelectionKey key) {
		try {
			key.channel().close();
		}
		catch (IOException ex) {
			// It is gone.
		}
	}

	private static final class Client {

		final SocketChannel channel;

		// A line that has begun and not ended.
		@Nullable ByteBuffer started;

		// Answers that the socket did not take.
		@Nullable ByteBuffer unsent;

		Client(SocketChannel channel) {
			this.channel = channel;
		}

	}

}
