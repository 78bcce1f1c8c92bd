package io.socketserver.benchmarks.load;

import java.io.Closeable;
import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Connections that stay, and the one thread's selector over them.
 */
final class Connections implements Closeable {

	private final Selector selector = Selector.open();

	private final List<StreamClient> clients = new ArrayList<>();

	private final ByteBuffer in = ByteBuffer.allocateDirect(256 * 1024);

	private final LoadOptions options;

	private final Script script;

	private final ByteBuffer view;

	private final Recorder recorder;

	private final Consumer<StreamClient> answered;

	/**
	 * No connections yet.
	 * @param options where to connect, and what to say
	 * @param recorder who gets latencies and errors
	 * @param answered what to do when a connection has its answers
	 * @throws IOException if there is no selector
	 */
	Connections(LoadOptions options, Recorder recorder, Consumer<StreamClient> answered) throws IOException {
		this.options = options;
		this.script = options.script();
		this.view = this.script.view();
		this.recorder = recorder;
		this.answered = answered;
	}

	void open(int count) throws IOException {
		for (int id = 0; id < count; id++) {
			SocketChannel channel = SocketChannel.open(this.options.server());
			channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
			channel.configureBlocking(false);
			SelectionKey key = channel.register(this.selector, SelectionKey.OP_READ);
			StreamClient client = new StreamClient(channel, key, this.script, id);
			key.attach(client);
			this.clients.add(client);
		}
	}

	List<StreamClient> all() {
		return this.clients;
	}

	void send(StreamClient client) {
		try {
			client.send(this.view);
		}
		catch (IOException ex) {
			failed(client, ex);
		}
	}

	/**
	 * Reads and writes once what is ready.
	 * @param millis how long to wait for something, 0 for not at all
	 * @throws IOException if the selector fails
	 */
	void select(long millis) throws IOException {
		if (millis == 0) {
			this.selector.selectNow(this::ready);
		}
		else {
			this.selector.select(this::ready, millis);
		}
	}

	private void ready(SelectionKey key) {
		StreamClient client = (StreamClient) key.attachment();
		try {
			if (key.isWritable()) {
				client.write(this.view);
			}
			if (key.isReadable() && client.receive(this.in.clear(), this.view, this.recorder)) {
				this.answered.accept(client);
			}
		}
		catch (IOException ex) {
			failed(client, ex);
		}
	}

	private void failed(StreamClient client, IOException ex) {
		this.recorder.error(ex.toString());
		client.close();
	}

	void closeAll() throws IOException {
		this.clients.forEach(StreamClient::close);
		this.clients.clear();
		// Only a selection lets go of closed channels.
		this.selector.selectNow();
	}

	@Override
	public void close() throws IOException {
		closeAll();
		this.selector.close();
	}

}
