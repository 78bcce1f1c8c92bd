package io.socketserver.request;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executor;

import io.socketserver.tls.Carrier;
import io.socketserver.tls.TlsChannel;
import io.socketserver.tls.TlsOptions;
import io.socketserver.tls.TlsSession;

/**
 * A connection's bytes, encrypted below.
 */
final class TlsWire implements Wire {

	private final TlsChannel tls;

	/**
	 * Speaks TLS over another wire, from its next byte on.
	 * @param below the other wire
	 * @param channel the socket underneath
	 * @param options how
	 */
	TlsWire(Wire below, SocketChannel channel, TlsOptions options) {
		this.tls = new TlsChannel(new Below(below, channel), options);
	}

	@Override
	public Optional<TlsSession> tls() {
		return Optional.ofNullable(this.tls.session());
	}

	@Override
	public void open(Duration timeout) throws IOException {
		this.tls.handshake(timeout);
	}

	@Override
	public boolean advance(long until) throws IOException {
		return this.tls.advance(until);
	}

	@Override
	public boolean isOpen() {
		return this.tls.isEstablished();
	}

	@Override
	public void offload(Executor executor, Runnable whenNeeded) {
		this.tls.offload(executor, whenNeeded);
	}

	@Override
	public int read(ByteBuffer into) throws IOException {
		return this.tls.read(into);
	}

	@Override
	public int read(ByteBuffer into, Duration timeout) throws IOException {
		return this.tls.read(into, timeout);
	}

	@Override
	public int write(ByteBuffer from) throws IOException {
		return this.tls.write(from);
	}

	@Override
	public boolean flush() throws IOException {
		return this.tls.flush();
	}

	@Override
	public boolean hasInput() {
		return this.tls.hasInput();
	}

	@Override
	public void shutdownOutput() throws IOException {
		this.tls.shutdownOutput();
	}

	@Override
	public void cutOutput() throws IOException {
		this.tls.cutOutput();
	}

	/**
	 * What carries the encrypted bytes.
	 */
	private record Below(Wire wire, SocketChannel channel) implements Carrier {

		@Override
		public int read(ByteBuffer into) throws IOException {
			return this.wire.read(into);
		}

		@Override
		public int read(ByteBuffer into, Duration timeout) throws IOException {
			return this.wire.read(into, timeout);
		}

		@Override
		public int write(ByteBuffer from) throws IOException {
			return this.wire.write(from);
		}

		@Override
		public boolean flush() throws IOException {
			return this.wire.flush();
		}

		@Override
		public boolean hasInput() {
			return this.wire.hasInput();
		}

		@Override
		public void shutdownOutput() throws IOException {
			this.wire.shutdownOutput();
		}

		@Override
		public boolean isBlocking() {
			return this.channel.isBlocking();
		}

	}

}
