package io.socketserver.benchmarks.load;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;

/**
 * A connection that sends a batch of messages, awaits all answers, and compares them.
 */
final class StreamClient {

	private final SocketChannel channel;

	private final SelectionKey key;

	private final Script script;

	private int message;

	private int written;

	private int received;

	private long sentAt;

	StreamClient(SocketChannel channel, SelectionKey key, Script script, int id) {
		this.channel = channel;
		this.key = key;
		this.script = script;
		this.message = script.start(id);
	}

	/**
	 * Sends the next batch.
	 * @param view a view of the script
	 * @throws IOException if the server is gone
	 */
	void send(ByteBuffer view) throws IOException {
		this.written = 0;
		this.received = 0;
		this.sentAt = System.nanoTime();
		write(view);
	}

	/**
	 * Writes as much of the batch as the socket takes.
	 * @param view a view of the script
	 * @throws IOException if the server is gone
	 */
	void write(ByteBuffer view) throws IOException {
		int left = this.script.batchBytes() - this.written;
		this.written += this.channel.write(this.script.show(view, this.message, this.written, left));
		boolean all = this.written == this.script.batchBytes();
		int interest = all ? SelectionKey.OP_READ : SelectionKey.OP_READ | SelectionKey.OP_WRITE;
		if (this.key.interestOps() != interest) {
			this.key.interestOps(interest);
		}
	}

	/**
	 * Reads what has come, and compares it.
	 * @param in an empty buffer
	 * @param view a view of the script
	 * @param recorder who gets the latencies
	 * @return whether the batch is answered
	 * @throws IOException if the server is gone, or answers something else
	 */
	boolean receive(ByteBuffer in, ByteBuffer view, Recorder recorder) throws IOException {
		int count = this.channel.read(in);
		if (count < 0) {
			throw new EOFException("closed by the server");
		}
		if (count > this.written - this.received) {
			throw new IOException("more bytes than were sent");
		}
		this.script.show(view, this.message, this.received, count);
		int difference = in.flip().mismatch(view);
		if (difference >= 0) {
			throw new IOException("wrong answer at byte " + (this.received + difference));
		}
		int before = this.received / this.script.size();
		this.received += count;
		recorder.answered(System.nanoTime() - this.sentAt, this.received / this.script.size() - before);
		if (this.received < this.script.batchBytes()) {
			return false;
		}
		this.message = this.script.next(this.message);
		return true;
	}

	void close() {
		try {
			this.channel.close();
		}
		catch (IOException ex) {
			// It is gone.
		}
	}

}
