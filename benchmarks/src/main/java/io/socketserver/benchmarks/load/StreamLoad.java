package io.socketserver.benchmarks.load;

import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;

/**
 * Connections that stay, each in a closed loop: the next batch goes out when the last is
 * answered.
 */
final class StreamLoad implements Workload {

	private final Selector selector = Selector.open();

	private final List<StreamClient> clients = new ArrayList<>();

	private final ByteBuffer in = ByteBuffer.allocateDirect(256 * 1024);

	private final ByteBuffer view;

	private final Recorder recorder;

	private boolean started;

	StreamLoad(LoadOptions options, Recorder recorder) throws IOException {
		Script script = options.script();
		this.view = script.view();
		this.recorder = recorder;
		for (int id = 0; id < options.connections(); id++) {
			SocketChannel channel = SocketChannel.open(options.server());
			channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
			channel.configureBlocking(false);
			SelectionKey key = channel.register(this.selector, SelectionKey.OP_READ);
			StreamClient client = new StreamClient(channel, key, script, id);
			key.attach(client);
			this.clients.add(client);
		}
	}

	@Override
	public void runUntil(long deadline) throws IOException {
		if (!this.started) {
			this.started = true;
			this.clients.forEach(this::start);
		}
		while (System.nanoTime() - deadline < 0) {
			this.selector.select(this::ready, 10);
		}
	}

	private void start(StreamClient client) {
		try {
			client.send(this.view);
		}
		catch (IOException ex) {
			failed(client, ex);
		}
	}

	private void ready(SelectionKey key) {
		StreamClient client = (StreamClient) key.attachment();
		try {
			if (key.isWritable()) {
				client.write(this.view);
			}
			if (key.isReadable() && client.receive(this.in.clear(), this.view, this.recorder)) {
				client.send(this.view);
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

	@Override
	public void close() throws IOException {
		this.clients.forEach(StreamClient::close);
		this.selector.close();
	}

}
