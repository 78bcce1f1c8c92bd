package io.socketserver.tls;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.locks.ReentrantLock;

import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;

import org.jspecify.annotations.Nullable;

/**
 * Encrypted bytes on their way out. May be called from any thread, one after another
 * under its lock; the reader comes here too, with what the protocol itself has to say.
 */
final class Outlet {

	private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

	private final Carrier carrier;

	private final Buffers buffers;

	// Held while bytes are sent, which may take as long as the peer does not read.
	private final ReentrantLock lock = new ReentrantLock();

	// From 0 to position: what is to be sent. Guarded by lock, as is all below.
	private ByteBuffer buffer = NOTHING;

	private boolean closing;

	private boolean closed;

	Outlet(Carrier carrier, Buffers buffers) {
		this.carrier = carrier;
		this.buffers = buffers;
	}

	/**
	 * Encrypts and sends.
	 * @return how many bytes were taken: all, from a carrier that waits
	 */
	int write(SSLEngine engine, ByteBuffer from) throws IOException {
		this.lock.lock();
		try {
			int start = from.position();
			boolean more = send();
			while (more && from.hasRemaining()) {
				SSLEngineResult result = wrap(engine, from);
				if (result.getStatus() == Status.CLOSED) {
					throw new IOException("The output was shut down: nothing can be written after that");
				}
				more = result.getStatus() == Status.OK;
				if (more && result.bytesProduced() == 0) {
					throw new IllegalStateException("TLS takes no bytes: " + result);
				}
			}
			send();
			return from.position() - start;
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Encrypts what the protocol itself has to say, such as handshake messages and
	 * alerts; sends nothing yet.
	 * @return what the engine says; overflow if there is no room before more is sent
	 */
	Status wrapOwn(SSLEngine engine) throws IOException {
		this.lock.lock();
		try {
			SSLEngineResult result;
			do {
				result = wrap(engine, NOTHING);
			}
			while (result.getHandshakeStatus() == HandshakeStatus.NEED_WRAP && result.bytesProduced() > 0);
			return result.getStatus();
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Adds bytes that go out as they are.
	 */
	void append(byte[] bytes) {
		this.lock.lock();
		try {
			if (this.buffer.capacity() == 0) {
				this.buffer = this.buffers.take();
			}
			this.buffer.put(bytes);
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Sends what there is.
	 * @return true if nothing is left
	 */
	boolean flush() throws IOException {
		this.lock.lock();
		try {
			if (!send()) {
				return false;
			}
			if (this.closing && !this.closed) {
				this.closed = true;
				this.carrier.shutdownOutput();
			}
			return true;
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Says that nothing more will come, by TLS's means if it has begun, then by the
	 * carrier's.
	 */
	void close(@Nullable SSLEngine engine) throws IOException {
		this.lock.lock();
		try {
			if (engine != null && !this.closing) {
				engine.closeOutbound();
				wrapOwn(engine);
			}
			this.closing = true;
			flush();
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Frees a writer that waits for the peer, if there is one.
	 */
	void cut() throws IOException {
		if (!this.lock.tryLock()) {
			this.carrier.shutdownOutput();
			return;
		}
		this.lock.unlock();
	}

	private SSLEngineResult wrap(SSLEngine engine, ByteBuffer from) throws IOException {
		if (this.buffer.capacity() == 0) {
			this.buffer = this.buffers.take();
		}
		SSLEngineResult result = engine.wrap(from, this.buffer);
		if (result.getStatus() == Status.BUFFER_OVERFLOW && send()) {
			int size = engine.getSession().getPacketBufferSize();
			// A peer can make the JDK use records that are larger than the standard's.
			this.buffer = (size > Buffers.SIZE) ? ByteBuffer.allocate(size) : this.buffers.take();
			result = engine.wrap(from, this.buffer);
		}
		return result;
	}

	private boolean send() throws IOException {
		if (this.buffer.position() > 0) {
			this.buffer.flip();
			try {
				this.carrier.write(this.buffer);
			}
			finally {
				this.buffer.compact();
			}
		}
		if (this.buffer.position() > 0) {
			return false;
		}
		release();
		return this.carrier.flush();
	}

	private void release() {
		if (this.buffer.capacity() > 0) {
			this.buffers.giveBack(this.buffer);
			this.buffer = NOTHING;
		}
	}

}
