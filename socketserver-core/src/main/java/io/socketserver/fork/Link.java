package io.socketserver.fork;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;

import org.jspecify.annotations.Nullable;

import io.socketserver.loop.Selectable;
import io.socketserver.loop.SelectorLoop;
import io.socketserver.request.Wire;

/**
 * The pool's end of a connection with a worker. Frames come one at a time; a listener
 * that leaves some of a payload is not given more until it calls {@link #resume()}. All
 * methods run in the loop thread.
 */
final class Link implements Selectable {

	private final SelectorLoop loop;

	private final SocketChannel channel;

	private final LinkBuffers buffers;

	private final ByteBuffer inputBuffer;

	private final FrameInput input;

	// In filling mode: what the worker's socket has not taken yet.
	private ByteBuffer output;

	private Listener listener = Listener.NOBODY;

	private @Nullable SelectionKey key;

	private boolean held;

	private boolean dispatching;

	private boolean closed;

	Link(SelectorLoop loop, SocketChannel channel, LinkBuffers buffers) {
		this.loop = loop;
		this.channel = channel;
		this.buffers = buffers;
		this.inputBuffer = buffers.takeInput();
		this.input = new FrameInput(channel, this.inputBuffer);
		this.output = buffers.takeOutput();
	}

	void open() throws IOException {
		this.channel.configureBlocking(false);
		this.loop.register(this.channel, SelectionKey.OP_READ, this);
	}

	/**
	 * Has somebody else told of the frames from the next one on.
	 */
	void listener(Listener value) {
		this.listener = value;
	}

	@Override
	public void registered(SelectionKey value) {
		this.key = value;
	}

	boolean isOpen() {
		return !this.closed;
	}

	/**
	 * Sends a frame, now or as soon as the worker takes it. Control frames are few and
	 * small, so what waits is bounded.
	 */
	void send(FrameType type, byte[] payload) {
		if (this.closed) {
			return;
		}
		reserve(FrameType.HEADER + payload.length);
		this.output.put(type.code()).putInt(payload.length).put(payload);
		flush();
	}

	void send(FrameType type) {
		send(type, new byte[0]);
	}

	void send(FrameType type, long value) {
		send(type, ByteBuffer.allocate(Long.BYTES).putLong(value).array());
	}

	private void reserve(int size) {
		if (this.output.remaining() < size) {
			ByteBuffer larger = ByteBuffer.allocateDirect(this.output.position() + size);
			larger.put(this.output.flip());
			this.output = larger;
		}
	}

	/**
	 * Whether the worker has taken all there was for it.
	 */
	boolean isFlushed() {
		return this.closed || this.output.position() == 0;
	}

	/**
	 * Passes on what a client has sent. Only if {@link #isFlushed()}.
	 * @return as {@link Wire#read(ByteBuffer)}
	 */
	int transferFrom(Wire wire) throws IOException {
		if (this.closed) {
			return 0;
		}
		this.output.position(FrameType.HEADER).limit(FrameType.HEADER + FrameType.MAX_DATA);
		int count;
		try {
			count = wire.read(this.output);
		}
		finally {
			this.output.limit(this.output.capacity());
			if (this.output.position() == FrameType.HEADER) {
				this.output.clear();
			}
		}
		if (count > 0) {
			this.output.put(0, FrameType.DATA.code()).putInt(1, count);
			flush();
		}
		return count;
	}

	private void flush() {
		if (this.closed) {
			return;
		}
		try {
			this.output.flip();
			this.channel.write(this.output);
			this.output.compact();
			updateInterest();
		}
		catch (IOException ex) {
			// The worker is gone, and what it said before may still be read: the end of
			// that tells.
			this.output.clear();
		}
	}

	/**
	 * The listener can go on with the frame it left.
	 */
	void resume() {
		if (this.held && !this.dispatching) {
			this.held = false;
			dispatch();
		}
	}

	@Override
	public void ready(SelectionKey ready) throws IOException {
		if (this.closed) {
			// In this very pass, by what was ready before.
			return;
		}
		if (ready.isWritable()) {
			flush();
			if (isFlushed()) {
				this.listener.flushed();
			}
		}
		if (ready.isValid() && ready.isReadable() && !this.held) {
			read();
		}
	}

	private void read() {
		int count;
		try {
			count = this.input.fill();
		}
		catch (IOException ex) {
			// What a killed process had not read makes its end a reset.
			count = -1;
		}
		if (count < 0) {
			close();
			this.listener.ended();
		}
		else {
			dispatch();
		}
	}

	private void dispatch() {
		this.dispatching = true;
		try {
			while (!this.held && !this.closed && this.input.next()) {
				this.listener.frame(this.input.type(), this.input.payload());
				this.held = this.input.payload().hasRemaining();
			}
			updateInterest();
		}
		catch (IOException | RuntimeException ex) {
			failed(ex);
		}
		finally {
			this.dispatching = false;
		}
	}

	private void updateInterest() {
		SelectionKey current = this.key;
		if (current != null && current.isValid()) {
			int operations = (this.held ? 0 : SelectionKey.OP_READ) | (isFlushed() ? 0 : SelectionKey.OP_WRITE);
			if (current.interestOps() != operations) {
				current.interestOps(operations);
			}
		}
	}

	@Override
	public void failed(SelectionKey failed, Throwable error) {
		failed(error);
	}

	private void failed(Throwable error) {
		close();
		this.listener.failed(error);
	}

	@Override
	public void loopClosed() {
		close();
	}

	void close() {
		if (this.closed) {
			return;
		}
		this.closed = true;
		// Not now: a frame in it may be just what is being dealt with.
		this.loop.execute(() -> this.buffers.giveBack(this.inputBuffer, this.output));
		try {
			this.channel.close();
		}
		catch (IOException ignored) {
			// The descriptor is given back in any case.
		}
	}

	/**
	 * Who is told of frames.
	 */
	interface Listener {

		/**
		 * Listens to nothing.
		 */
		Listener NOBODY = new Listener() {
			@Override
			public void frame(FrameType type, ByteBuffer payload) {
				payload.position(payload.limit());
			}

			@Override
			public void ended() {
			}

			@Override
			public void failed(Throwable error) {
			}
		};

		/**
		 * A frame has come.
		 * @param type its type
		 * @param payload from position to limit; what is left is there again later
		 * @throws IOException if the frame makes no sense here
		 */
		void frame(FrameType type, ByteBuffer payload) throws IOException;

		/**
		 * The worker has taken all there was for it.
		 */
		default void flushed() {
		}

		/**
		 * The worker has closed the connection, or is gone. Everything it sent before was
		 * told. The link is closed.
		 */
		void ended();

		/**
		 * The worker sent nonsense, or the listener threw. The link is closed.
		 * @param error what is wrong
		 */
		void failed(Throwable error);

	}

}
