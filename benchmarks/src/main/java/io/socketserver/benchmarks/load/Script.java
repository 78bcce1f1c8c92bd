package io.socketserver.benchmarks.load;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * What connections send, and expect to get back: a ring of messages that all differ, so
 * that answers lost, doubled, out of order or of another connection are noticed. A
 * connection begins at a place of its own.
 */
final class Script {

	// Few enough to stay in the cache with 4 KiB each.
	private static final int MESSAGES = 32;

	private final ByteBuffer ring;

	private final int size;

	private final int batch;

	/**
	 * Makes the messages.
	 * @param protocol how a message is framed
	 * @param size bytes of a message on the wire, with its framing
	 * @param batch how many messages are sent at once
	 */
	Script(Protocol protocol, int size, int batch) {
		this.size = size;
		this.batch = batch;
		// The first messages again behind the last: each batch is contiguous.
		this.ring = ByteBuffer.allocateDirect((MESSAGES + batch) * size);
		for (int index = 0; index < MESSAGES + batch; index++) {
			this.ring.put(message(protocol, index % MESSAGES));
		}
	}

	private ByteBuffer message(Protocol protocol, int index) {
		ByteBuffer message = ByteBuffer.allocate(this.size);
		if (protocol == Protocol.LENGTH_FIELD) {
			message.putInt(this.size - Integer.BYTES);
		}
		message.put("%02d ".formatted(index).getBytes(StandardCharsets.US_ASCII));
		while (message.hasRemaining()) {
			message.put((byte) ('a' + (index * 7 + message.position()) % 26));
		}
		if (protocol == Protocol.LINE) {
			message.put(this.size - 1, (byte) '\n');
		}
		return message.flip();
	}

	int size() {
		return this.size;
	}

	int batchBytes() {
		return this.batch * this.size;
	}

	int start(int connection) {
		return (connection * 7) % MESSAGES;
	}

	int next(int message) {
		return (message + this.batch) % MESSAGES;
	}

	/**
	 * A view of the messages, whose position and limit are the caller's.
	 * @return the view
	 */
	ByteBuffer view() {
		return this.ring.duplicate();
	}

	/**
	 * Lets a view show a part of a batch.
	 * @param view the view
	 * @param message the batch's first message
	 * @param offset where the part begins in the batch
	 * @param length how long it is
	 * @return the view
	 */
	ByteBuffer show(ByteBuffer view, int message, int offset, int length) {
		int start = message * this.size + offset;
		return view.limit(start + length).position(start);
	}

}
