package io.socketserver.fork;

import java.nio.ByteBuffer;

/**
 * A handler waits for input. If the pool has sent no more bytes than the worker has read,
 * it does so still.
 *
 * @param idle whether it waits for the first byte of a request
 * @param consumed how many bytes the worker has read so far
 * @param requests how many requests it has begun so far
 */
record WaitFrame(boolean idle, long consumed, long requests) {

	static final int SIZE = 17;

	void encode(ByteBuffer into) {
		into.put((byte) (this.idle ? 1 : 0)).putLong(this.consumed).putLong(this.requests);
	}

	static WaitFrame decode(ByteBuffer payload) {
		return new WaitFrame(payload.get() == 1, payload.getLong(), payload.getLong());
	}

}
