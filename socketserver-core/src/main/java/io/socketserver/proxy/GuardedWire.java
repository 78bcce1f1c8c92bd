package io.socketserver.proxy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;

import io.socketserver.request.Wire;

/**
 * Refuses a connection that begins with a PROXY header. What has been read of the header
 * up to then is all a handler sees of it.
 */
public final class GuardedWire implements Wire {

	private final Wire below;

	private final ForbiddenHeader forbidden = new ForbiddenHeader();

	private final Runnable refusal;

	/**
	 * A wire.
	 * @param below where bytes come from
	 * @param refusal closes the connection; run in the thread that reads
	 */
	public GuardedWire(Wire below, Runnable refusal) {
		this.below = below;
		this.refusal = refusal;
	}

	@Override
	public int read(ByteBuffer into) throws IOException {
		int from = into.position();
		return check(into, from, this.below.read(into));
	}

	@Override
	public int read(ByteBuffer into, Duration timeout) throws IOException {
		int from = into.position();
		return check(into, from, this.below.read(into, timeout));
	}

	private int check(ByteBuffer into, int from, int count) throws IOException {
		if (!this.forbidden.isOver() && count > 0 && this.forbidden.found(into, from, from + count)) {
			into.position(from);
			this.refusal.run();
			throw new ProxyHeaderException("A PROXY header from an address that none is required from");
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
		return this.below.hasInput();
	}

	@Override
	public void shutdownOutput() throws IOException {
		this.below.shutdownOutput();
	}

}
