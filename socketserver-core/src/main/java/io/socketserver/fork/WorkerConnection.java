package io.socketserver.fork;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.locks.ReentrantLock;

import org.jspecify.annotations.Nullable;

import io.socketserver.request.CloseReason;

/**
 * A worker's control connection, and the thread that listens to it: it answers the pool,
 * passes on what a handler cannot be told otherwise, and ends the process with the pool.
 */
final class WorkerConnection {

	// The pool does not see it, being gone.
	private static final int ORPHANED = 4;

	private final String serverName;

	private final Path socket;

	private final String token;

	private final SocketChannel control;

	private final ReentrantLock sendLock = new ReentrantLock();

	// The two below are guarded by this.
	private @Nullable WorkerRequest request;

	private @Nullable SocketChannel data;

	private volatile boolean stopping;

	private volatile long drained;

	private volatile long cutOff;

	private volatile @Nullable Abort abort;

	private WorkerConnection(String serverName, Path socket, String token) throws IOException {
		this.serverName = serverName;
		this.socket = socket;
		this.token = token;
		this.control = connect(FrameType.Channel.CONTROL);
	}

	/**
	 * Connects with the pool that the standard input tells of.
	 */
	static WorkerConnection open(InputStream input) throws IOException {
		BufferedReader reader = new BufferedReader(new InputStreamReader(input, StandardCharsets.UTF_8));
		String serverName = reader.readLine();
		String socket = reader.readLine();
		String token = reader.readLine();
		if (serverName == null || socket == null || token == null) {
			throw new IOException("The standard input says nothing of a server");
		}
		WorkerConnection connection = new WorkerConnection(serverName, Path.of(socket), token);
		Thread thread = new Thread(connection::listen, "socketserver-worker-control");
		thread.setDaemon(true);
		thread.start();
		WorkerSignals.handle(() -> connection.send(FrameType.STOP, new byte[0]));
		return connection;
	}

	String serverName() {
		return this.serverName;
	}

	boolean isStopping() {
		return this.stopping;
	}

	/**
	 * Opens the connection for the next request.
	 * @return null if there will be none
	 */
	@Nullable SocketChannel openData() throws IOException {
		SocketChannel opened = connect(FrameType.Channel.DATA);
		synchronized (this) {
			if (!this.stopping) {
				this.data = opened;
				return opened;
			}
		}
		opened.close();
		return null;
	}

	private SocketChannel connect(FrameType.Channel purpose) throws IOException {
		SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(this.socket));
		byte[] hello = (" " + this.token).getBytes(StandardCharsets.US_ASCII);
		hello[0] = purpose.code();
		channel.write(frame(FrameType.HELLO, hello));
		return channel;
	}

	private static ByteBuffer frame(FrameType type, byte[] payload) {
		return ByteBuffer.allocate(FrameType.HEADER + payload.length)
			.put(type.code())
			.putInt(payload.length)
			.put(payload)
			.flip();
	}

	/**
	 * Tells the pool something. May be called from any thread.
	 */
	void send(FrameType type, byte[] payload) {
		this.sendLock.lock();
		try {
			this.control.write(frame(type, payload));
		}
		catch (IOException ignored) {
			// The pool is gone, and this process about to follow.
		}
		finally {
			this.sendLock.unlock();
		}
	}

	/**
	 * A request begins. What was said of it before it was known is told now.
	 */
	void begins(WorkerRequest begun) {
		synchronized (this) {
			this.request = begun;
		}
		if (this.drained == begun.number()) {
			begun.drain();
		}
		Abort early = this.abort;
		if (early != null && early.number() == begun.number()) {
			begun.abort(early.reason());
		}
		if (this.cutOff == begun.number()) {
			begun.cutOff();
		}
	}

	synchronized void ended() {
		this.request = null;
	}

	private synchronized @Nullable WorkerRequest request(long number) {
		WorkerRequest current = this.request;
		return (current != null && current.number() == number) ? current : null;
	}

	private void listen() {
		try {
			FrameInput input = new FrameInput(this.control);
			while (input.await()) {
				obey(input.type(), input.payload());
			}
		}
		catch (IOException ignored) {
			// The same as the end.
		}
		finally {
			if (!this.stopping) {
				PrivateDirectory.delete(this.socket);
			}
			// No hooks: the handler that keeps this process busy may be what they wait
			// for.
			Runtime.getRuntime().halt(ORPHANED);
		}
	}

	private void obey(FrameType type, ByteBuffer payload) throws IOException {
		switch (type) {
			case PING -> send(FrameType.PONG, new byte[0]);
			case STOP -> stop();
			case DRAIN -> drain(payload.getLong());
			case ABORT -> abort(new Abort(payload.getLong(),
					CloseReason.valueOf(StandardCharsets.US_ASCII.decode(payload).toString())));
			case CUT_OFF -> cutOff(payload.getLong());
			default -> throw new ProtocolException("The pool said " + type + " out of turn");
		}
	}

	private void drain(long number) {
		this.drained = number;
		WorkerRequest current = request(number);
		if (current != null) {
			// It calls the handler's good-bye, which may take its time.
			Thread thread = new Thread(current::drain, "socketserver-worker-goodbye");
			thread.setDaemon(true);
			thread.start();
		}
	}

	private void abort(Abort told) {
		this.abort = told;
		WorkerRequest current = request(told.number());
		if (current != null) {
			current.abort(told.reason());
		}
	}

	private void cutOff(long number) {
		this.cutOff = number;
		WorkerRequest current = request(number);
		if (current != null) {
			current.cutOff();
		}
	}

	private void stop() throws IOException {
		synchronized (this) {
			this.stopping = true;
			SocketChannel idle = this.data;
			if (idle != null && this.request == null) {
				// Wakes the one who waits for a request there.
				idle.close();
			}
		}
	}

	/**
	 * A connection that was closed by force.
	 *
	 * @param number the request's number
	 * @param reason why
	 */
	private record Abort(long number, CloseReason reason) {

	}

}
