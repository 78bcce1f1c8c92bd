package io.socketserver.benchmarks.load;

import java.io.EOFException;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * A connection for each message: connect, send, get the answer, close.
 */
final class ConnectLoad implements Workload {

	private final Selector selector = Selector.open();

	private final ByteBuffer in = ByteBuffer.allocateDirect(256 * 1024);

	private final List<Slot> slots = new ArrayList<>();

	private final LoadOptions options;

	private final Script script;

	private final ByteBuffer view;

	private final Recorder recorder;

	private boolean started;

	ConnectLoad(LoadOptions options, Recorder recorder) throws IOException {
		this.options = options;
		this.script = options.script();
		this.view = this.script.view();
		this.recorder = recorder;
		for (int id = 0; id < options.connections(); id++) {
			this.slots.add(new Slot(id));
		}
	}

	@Override
	public void runUntil(long deadline) throws IOException {
		if (!this.started) {
			this.started = true;
			for (Slot slot : this.slots) {
				slot.connect();
			}
		}
		while (System.nanoTime() - deadline < 0) {
			this.selector.select(this::ready, 10);
		}
	}

	private void ready(SelectionKey key) {
		((Slot) key.attachment()).ready(key);
	}

	@Override
	public void close() throws IOException {
		for (Slot slot : this.slots) {
			slot.disconnect();
		}
		this.selector.close();
	}

	/**
	 * One connection after another. Each slot has a local address of its own and takes
	 * its ports in turn: else the ports in TIME_WAIT would bound the rate.
	 */
	private final class Slot {

		private static final int FIRST_PORT = 10_000;

		private static final int LAST_PORT = 60_000;

		private final String address;

		private int port;

		private int message;

		private int received;

		private long startedAt;

		private @Nullable SocketChannel channel;

		Slot(int id) {
			this.address = "127.0.1." + (id + 1);
			// Not where the run before has just ended.
			this.port = FIRST_PORT + (int) (System.nanoTime() / 1000 % (LAST_PORT - FIRST_PORT));
			this.message = ConnectLoad.this.script.start(id);
		}

		void connect() throws IOException {
			this.startedAt = System.nanoTime();
			this.received = 0;
			SocketChannel open = bound();
			this.channel = open;
			open.configureBlocking(false);
			boolean connected = open.connect(ConnectLoad.this.options.server());
			SelectionKey key = open.register(ConnectLoad.this.selector,
					connected ? SelectionKey.OP_READ : SelectionKey.OP_CONNECT, this);
			if (connected) {
				send(open, key);
			}
		}

		private SocketChannel bound() throws IOException {
			while (true) {
				SocketChannel open = SocketChannel.open();
				this.port = (this.port < LAST_PORT) ? this.port + 1 : FIRST_PORT;
				try {
					open.setOption(StandardSocketOptions.SO_REUSEADDR, true);
					return open.bind(new InetSocketAddress(this.address, this.port));
				}
				catch (BindException ex) {
					// Somebody else's port: take the next.
					open.close();
				}
			}
		}

		void ready(SelectionKey key) {
			SocketChannel open = (SocketChannel) key.channel();
			try {
				if (key.isConnectable()) {
					open.finishConnect();
					send(open, key);
				}
				else if (receive(open)) {
					ConnectLoad.this.recorder.answered(System.nanoTime() - this.startedAt, 1);
					this.message = ConnectLoad.this.script.next(this.message);
					disconnect();
					connect();
				}
			}
			catch (IOException ex) {
				ConnectLoad.this.recorder.error(ex.toString());
				again();
			}
		}

		private void again() {
			try {
				disconnect();
				connect();
			}
			catch (IOException ex) {
				ConnectLoad.this.recorder.error("gave up: " + ex);
			}
		}

		private void send(SocketChannel open, SelectionKey key) throws IOException {
			int size = ConnectLoad.this.script.batchBytes();
			open.write(ConnectLoad.this.script.show(ConnectLoad.this.view, this.message, 0, size));
			if (ConnectLoad.this.view.hasRemaining()) {
				throw new IOException("a fresh connection did not take " + size + " bytes");
			}
			key.interestOps(SelectionKey.OP_READ);
		}

		private boolean receive(SocketChannel open) throws IOException {
			int count = open.read(ConnectLoad.this.in.clear());
			if (count < 0) {
				throw new EOFException("closed by the server before its answer");
			}
			int size = ConnectLoad.this.script.batchBytes();
			if (this.received + count > size) {
				throw new IOException("more bytes than were sent");
			}
			ConnectLoad.this.script.show(ConnectLoad.this.view, this.message, this.received, count);
			if (!ConnectLoad.this.in.flip().equals(ConnectLoad.this.view)) {
				throw new IOException("wrong answer");
			}
			this.received += count;
			return this.received == size;
		}

		void disconnect() throws IOException {
			SocketChannel open = this.channel;
			if (open != null) {
				open.close();
			}
		}

	}

}
