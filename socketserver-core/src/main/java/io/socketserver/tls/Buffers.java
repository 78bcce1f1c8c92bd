package io.socketserver.tls;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Buffers for records, lent while there is something in them: idle connections hold none.
 * A few are kept for the next who asks.
 *
 * <p>
 * May be called from any thread. Nobody waits here: whoever does not get the lock at once
 * makes a buffer, or lets one go.
 */
final class Buffers {

	/**
	 * Room for two of the largest records, so that small ones go out together.
	 */
	static final int SIZE = 34 * 1024;

	private static final int KEPT = 32;

	private final ReentrantLock lock = new ReentrantLock();

	private final Deque<ByteBuffer> free = new ArrayDeque<>(KEPT); // Guarded by lock.

	ByteBuffer take() {
		if (this.lock.tryLock()) {
			try {
				ByteBuffer kept = this.free.pollFirst();
				if (kept != null) {
					return kept.clear();
				}
			}
			finally {
				this.lock.unlock();
			}
		}
		return ByteBuffer.allocate(SIZE);
	}

	void giveBack(ByteBuffer buffer) {
		if (buffer.capacity() == SIZE && this.lock.tryLock()) {
			try {
				if (this.free.size() < KEPT) {
					this.free.addFirst(buffer);
				}
			}
			finally {
				this.lock.unlock();
			}
		}
	}

}
