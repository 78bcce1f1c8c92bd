package io.socketserver.fork;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;

import io.socketserver.loop.Selectable;
import io.socketserver.loop.SelectorLoop;

/**
 * Takes the connections of workers, and listens to who they say they are. Runs in the
 * pool's loop thread.
 */
final class WorkerAcceptor implements Selectable {

	private static final Logger logger = System.getLogger(Worker.class.getName());

	private final SelectorLoop loop;

	private final ServerSocketChannel channel;

	private final Host host;

	private final LinkBuffers buffers = new LinkBuffers();

	WorkerAcceptor(SelectorLoop loop, ServerSocketChannel channel, Host host) {
		this.loop = loop;
		this.channel = channel;
		this.host = host;
	}

	@Override
	public void ready(SelectionKey key) throws IOException {
		for (SocketChannel accepted; (accepted = this.channel.accept()) != null;) {
			new Greeting(new Link(this.loop, accepted, this.buffers), this.host).await();
		}
	}

	@Override
	public void failed(SelectionKey key, Throwable error) {
		// For want of descriptors, say: a worker that is not taken is killed in time.
		logger.log(Level.WARNING, "Cannot take the connection of a worker process", error);
	}

	@Override
	public void loopClosed() {
		try {
			this.channel.close();
		}
		catch (IOException ignored) {
			// Nobody connects any more.
		}
	}

	/**
	 * Who is told of a worker that has said who it is.
	 */
	@FunctionalInterface
	interface Host {

		void greeted(Link link, FrameType.Channel purpose, String token);

	}

	/**
	 * Waits for a connection's first frame.
	 */
	private static final class Greeting implements Link.Listener {

		private final Host host;

		private final Link link;

		Greeting(Link link, Host host) {
			this.host = host;
			this.link = link;
		}

		void await() {
			this.link.listener(this);
			try {
				this.link.open();
			}
			catch (IOException ex) {
				this.link.close();
			}
		}

		@Override
		public void frame(FrameType type, ByteBuffer payload) throws IOException {
			if (type != FrameType.HELLO || !payload.hasRemaining()) {
				throw new ProtocolException("A connection begins with " + type);
			}
			boolean control = payload.get() == FrameType.Channel.CONTROL.code();
			byte[] token = new byte[payload.remaining()];
			payload.get(token);
			this.host.greeted(this.link, control ? FrameType.Channel.CONTROL : FrameType.Channel.DATA,
					new String(token, StandardCharsets.US_ASCII));
		}

		@Override
		public void ended() {
			// Whoever it was.
		}

		@Override
		public void failed(Throwable error) {
			logger.log(Level.WARNING, "Somebody who is no worker process connected", error);
		}

	}

}
