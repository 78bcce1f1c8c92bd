package io.socketserver.proxy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;

import io.socketserver.request.Wire;

/**
 * Gives bytes back that were read ahead, before those that come after.
 */
public final class PushbackWire implements Wire {

	private final Wire below;

	private ByteBuffer ahead;

	/**
	 * A wire.
	 * @param below where further bytes come from
	 * @param ahead the bytes that were read, from position to limit
	 */
	public PushbackWire(Wire below, ByteBuffer ahead) {
		this.below = below;
		this.ahead = ByteBuffer.allocate(ahead.remaining()).put(ahead.duplicate()).flip();
	}

	@Override
	public int read(ByteBuffer into) throws IOException {
		return this.ahead.hasRemaining() ? readAhead(into) : this.below.read(into);
	}

	@Override
	public int read(ByteBuffer into, Duration timeout) throws IOException {
		return this.ahead.hasRemaining() ? readAhead(into) : this.below.read(into, timeout);
	}

	private int readAhead(ByteBuffer into) {
		int count = Math.min(into.remaining(), this.ahead.remaining());
		into.put(this.ahead.slice(this.ahead.position(), count));
		this.ahead.position(this.ahead.position() + count);
		if (!this.ahead.hasRemaining()) {
			// Not kept for as long as the connection lasts.
			this.ahead = ByteBuffer.allocate(0);
		}
		return count;
	}

	@Override
	public int write(ByteBuffer from) throws IOException {
		return this.below.write(from);
	}

	@Override
	public boolean flush() throws IOException {
		return this.below.flush();
	}

	@Override
	public boolean hasInput() {
		return this.ahead.hasRemaining() || this.below.hasInput();
	}

	@Override
	public void shutdownOutput() throws IOException {
		this.below.shutdownOutput();
	}

}
