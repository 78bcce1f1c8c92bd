package io.socketserver.benchmarks.load;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Sockets that each send a datagram, await its answer, and send the next. What is not
 * answered in time is an error, and sent again.
 */
final class DatagramLoad implements Workload {

	private static final long TIMEOUT = TimeUnit.MILLISECONDS.toNanos(500);

	private final Selector selector = Selector.open();

	private final List<Slot> slots = new ArrayList<>();

	private final ByteBuffer in = ByteBuffer.allocateDirect(64 * 1024);

	private final Script script;

	private final ByteBuffer view;

	private final Recorder recorder;

	private boolean started;

	DatagramLoad(LoadOptions options, Recorder recorder) throws IOException {
		this.script = options.script();
		this.view = this.script.view();
		this.recorder = recorder;
		for (int id = 0; id < options.connections(); id++) {
			DatagramChannel channel = DatagramChannel.open().connect(options.server());
			channel.configureBlocking(false);
			Slot slot = new Slot(channel, this.script.start(id));
			channel.register(this.selector, SelectionKey.OP_READ, slot);
			this.slots.add(slot);
		}
	}

	@Override
	public void runUntil(long deadline) throws IOException {
		if (!this.started) {
			this.started = true;
			for (Slot slot : this.slots) {
				slot.send();
			}
		}
		long look = System.nanoTime() + TIMEOUT;
		while (System.nanoTime() - deadline < 0) {
			this.selector.select(this::ready, 10);
			if (System.nanoTime() - look > 0) {
				look = System.nanoTime() + TIMEOUT;
				resend(System.nanoTime());
			}
		}
	}

	private void resend(long now) throws IOException {
		for (Slot slot : this.slots) {
			if (now - slot.sentAt > TIMEOUT) {
				this.recorder.error("no answer to a datagram");
				slot.send();
			}
		}
	}

	private void ready(SelectionKey key) {
		try {
			((Slot) key.attachment()).receive();
		}
		catch (IOException ex) {
			this.recorder.error(ex.toString());
		}
	}

	@Override
	public void close() throws IOException {
		for (Slot slot : this.slots) {
			slot.channel.close();
		}
		this.selector.close();
	}

	private final class Slot {

		final DatagramChannel channel;

		int message;

		long sentAt;

		Slot(DatagramChannel channel, int message) {
			this.channel = channel;
			this.message = message;
		}

		void send() throws IOException {
			this.sentAt = System.nanoTime();
			this.channel.write(expected());
		}

		void receive() throws IOException {
			this.channel.read(DatagramLoad.this.in.clear());
			if (!DatagramLoad.this.in.flip().equals(expected())) {
				DatagramLoad.this.recorder.error("a wrong or a late answer");
				return;
			}
			DatagramLoad.this.recorder.answered(System.nanoTime() - this.sentAt, 1);
			this.message = DatagramLoad.this.script.next(this.message);
			send();
		}

		private ByteBuffer expected() {
			Script script = DatagramLoad.this.script;
			return script.show(DatagramLoad.this.view, this.message, 0, script.size());
		}

	}

}
