package io.socketserver.fork;

import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.concurrent.locks.ReentrantLock;

import io.socketserver.request.DatagramOutput;

/**
 * The way out for datagrams of a handler in a worker: the pool sends them, and says what
 * became of them. Any thread may send until the handler has ended, after which the socket
 * is out of reach.
 */
final class PacketSender implements DatagramOutput {

	private final SocketChannel channel;

	private final FrameInput input;

	private final Waiter waiter;

	// Held until the answer is there: answers carry no number.
	private final ReentrantLock lock = new ReentrantLock();

	PacketSender(SocketChannel channel, FrameInput input, Waiter waiter) {
		this.channel = channel;
		this.input = input;
		this.waiter = waiter;
	}

	/**
	 * The pool never waits for the kernel, so neither does this for more than an answer.
	 */
	@Override
	public boolean offer(ByteBuffer packet, SocketAddress to) throws IOException {
		return send(packet, to);
	}

	/**
	 * Never called: the server's own process bounds replies, and counts what it keeps.
	 */
	@Override
	public void withheld(long length, long received, SocketAddress to) {
	}

	@Override
	public boolean send(ByteBuffer packet, SocketAddress to) throws IOException {
		int length = packet.remaining();
		this.lock.lock();
		try {
			write(FrameType.SEND, new SendFrame(to, packet).encode());
			packet.position(packet.limit());
			return answer().result(length, to);
		}
		finally {
			this.lock.unlock();
		}
	}

	private SentFrame answer() throws IOException {
		this.input.skip();
		while (!this.input.next()) {
			this.waiter.awaitReadable(this.channel, 0);
			if (this.input.fill() < 0) {
				throw new IOException("The server is gone");
			}
		}
		if (this.input.type() != FrameType.SENT) {
			throw new ProtocolException("The pool said " + this.input.type() + " in answer to a datagram");
		}
		return SentFrame.decode(this.input.payload());
	}

	/**
	 * Tells the pool something of this request.
	 */
	void write(FrameType type, byte[] payload) throws IOException {
		if (payload.length > FrameType.MAX_PAYLOAD) {
			throw new IOException("A datagram of " + payload.length + " bytes is longer than any can be");
		}
		ByteBuffer frame = ByteBuffer.allocate(FrameType.HEADER + payload.length)
			.put(type.code())
			.putInt(payload.length)
			.put(payload)
			.flip();
		while (frame.hasRemaining()) {
			if (this.channel.write(frame) == 0) {
				this.waiter.awaitWritable(this.channel);
			}
		}
	}

	/**
	 * The last thing of a request: how it has ended.
	 */
	void result(byte[] payload) throws IOException {
		this.lock.lock();
		try {
			write(FrameType.RESULT, payload);
		}
		finally {
			this.lock.unlock();
		}
	}

}
