package io.socketserver.message;

import java.io.IOException;
import java.nio.ByteBuffer;

import io.socketserver.framing.Framing;

/**
 * Where replies that are made on a loop are put one behind another, to go out with one
 * write. One for all connections of a loop, which use it one after another: whatever a
 * handler's call gathers is sent at its end. The loop's thread owns it.
 *
 * @param <O> what goes out
 */
final class Gathering<O> {

	private final MessageService<?, O> service;

	private final Framing framing;

	// Outside the heap, which spares the JDK a copy.
	private final ByteBuffer out = ByteBuffer.allocateDirect(MessageLoop.BUFFER_SIZE);

	Gathering(MessageService<?, O> service) {
		this.service = service;
		this.framing = service.framing();
	}

	/**
	 * Puts a message behind the others that the end of this pass will write.
	 */
	void add(LoopConnection<?, O> connection, O message) throws Exception {
		ByteBuffer payload = this.service.payload(message);
		int size = payload.remaining() + this.framing.overhead();
		if (this.out.remaining() >= size) {
			encode(payload, this.out);
			return;
		}
		send(connection);
		if (this.out.capacity() >= size) {
			encode(payload, this.out);
		}
		else {
			ByteBuffer large = ByteBuffer.allocate(size);
			encode(payload, large);
			connection.transmit(large.flip(), true, true, connection.shared.loop().now());
		}
	}

	private void encode(ByteBuffer payload, ByteBuffer room) throws IOException {
		int position = payload.position();
		this.framing.encode(payload, room);
		// The user's own buffer stays as it was.
		payload.position(position);
	}

	/**
	 * Writes what was gathered.
	 */
	void send(LoopConnection<?, O> connection) {
		if (this.out.position() > 0) {
			try {
				connection.transmit(this.out.flip(), false, true, connection.shared.loop().now());
			}
			finally {
				// Another connection's turn comes next.
				this.out.clear();
			}
		}
	}

	/**
	 * Writes what was gathered together with an encoded message: with no view of that,
	 * and no write, of its own.
	 * @param message one that fits in here
	 */
	SendResult send(LoopConnection<?, O> connection, EncodedMessage message) {
		if (this.out.remaining() < message.size()) {
			send(connection);
		}
		message.copyTo(this.out);
		try {
			return connection.transmit(this.out.flip(), false, true, System.nanoTime());
		}
		finally {
			this.out.clear();
		}
	}

}
