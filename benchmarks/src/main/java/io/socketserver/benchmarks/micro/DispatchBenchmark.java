package io.socketserver.benchmarks.micro;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.NullUnmarked;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

import io.socketserver.TcpServer;
import io.socketserver.framing.Framing;
import io.socketserver.framing.LengthField;
import io.socketserver.message.Codec;
import io.socketserver.message.EncodedMessage;
import io.socketserver.message.HandlerExecution;
import io.socketserver.message.MessageConnection;
import io.socketserver.message.MessageHandler;
import io.socketserver.message.MessageService;
import io.socketserver.mixin.MultiplexingMixIn;

/**
 * The way of a message through a server, over a loopback connection: select, read, find
 * the frame, call the handler, gather the reply, write. To be run with {@code -prof gc},
 * which counts what all threads allocate: no message may cost an object. The times
 * include the client's system calls and two wake-ups for each batch, and say little.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 8, time = 1)
@Measurement(iterations = 5, time = 1)
@State(Scope.Benchmark)
@NullUnmarked
public class DispatchBenchmark {

	private static final int FRAMES = 64;

	private static final int SIZE = 60;

	private static final byte FIRST = 'a';

	private static final byte PUSH = 'p';

	/**
	 * The framing.
	 */
	@Param({ "line", "length-field" })
	public String framing;

	private final CompletableFuture<MessageConnection<ByteBuffer>> opened = new CompletableFuture<>();

	private SocketChannel client;

	private MessageConnection<ByteBuffer> connection;

	private EncodedMessage encoded;

	private ByteBuffer requests;

	private ByteBuffer pushes;

	private ByteBuffer answers;

	/**
	 * Starts a server with one loop, and connects to it.
	 * @throws Exception if it cannot
	 */
	@Setup
	public void connect() throws Exception {
		Framing frames = "line".equals(this.framing) ? Framing.line(1024)
				: Framing.lengthField(LengthField.bytes(Integer.BYTES));
		TcpServer server = new TcpServer(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
				MessageService.of(frames, Codec.buffer(), new Echo()),
				new MultiplexingMixIn(1, HandlerExecution.loop()));
		server.bind();
		// Ends with the JVM: a tear-down would count as allocated by the last messages.
		Thread loop = new Thread(server::serveForever);
		loop.setDaemon(true);
		loop.start();
		this.client = SocketChannel.open(server.serverAddress());
		this.client.setOption(StandardSocketOptions.TCP_NODELAY, true);
		this.connection = this.opened.get(10, TimeUnit.SECONDS);
		this.encoded = this.connection.encode(payload(FIRST));
		this.requests = batch(frames, FIRST);
		this.pushes = batch(frames, PUSH);
		this.answers = ByteBuffer.allocateDirect(this.requests.capacity());
	}

	private static ByteBuffer payload(byte first) {
		ByteBuffer payload = ByteBuffer.allocateDirect(SIZE).put(first);
		while (payload.hasRemaining()) {
			payload.put((byte) ('a' + payload.position() % 26));
		}
		return payload.flip();
	}

	private static ByteBuffer batch(Framing frames, byte first) throws IOException {
		ByteBuffer frame = ByteBuffer.allocate(SIZE + frames.overhead());
		frames.encode(payload(first), frame);
		ByteBuffer batch = ByteBuffer.allocateDirect(FRAMES * frame.flip().remaining());
		for (int i = 0; i < FRAMES; i++) {
			batch.put(frame.rewind());
		}
		return batch;
	}

	/**
	 * Messages that come together, each answered with itself.
	 * @return the bytes received
	 * @throws IOException if the connection is lost
	 */
	@Benchmark
	@OperationsPerInvocation(FRAMES)
	public int reply() throws IOException {
		return exchange(this.requests);
	}

	/**
	 * Messages that come together, for each of which the handler sends one that was
	 * encoded before.
	 * @return the bytes received
	 * @throws IOException if the connection is lost
	 */
	@Benchmark
	@OperationsPerInvocation(FRAMES)
	public int sendOnLoop() throws IOException {
		return exchange(this.pushes);
	}

	/**
	 * Messages that were encoded before, sent by another thread.
	 * @return the bytes received
	 * @throws IOException if the connection is lost
	 */
	@Benchmark
	@OperationsPerInvocation(FRAMES)
	public int sendFromOutside() throws IOException {
		for (int i = 0; i < FRAMES; i++) {
			this.connection.send(this.encoded);
		}
		return receive();
	}

	private int exchange(ByteBuffer batch) throws IOException {
		batch.rewind();
		while (batch.hasRemaining()) {
			this.client.write(batch);
		}
		return receive();
	}

	private int receive() throws IOException {
		this.answers.clear();
		while (this.answers.hasRemaining()) {
			if (this.client.read(this.answers) < 0) {
				throw new IOException("The server closed the connection");
			}
		}
		return this.answers.position();
	}

	private final class Echo implements MessageHandler<ByteBuffer, ByteBuffer> {

		@Override
		public void onOpen(MessageConnection<ByteBuffer> connection) {
			DispatchBenchmark.this.opened.complete(connection);
		}

		@Override
		public Object onMessage(MessageConnection<ByteBuffer> connection, ByteBuffer message) {
			if (message.get(message.position()) != PUSH) {
				return message;
			}
			connection.send(DispatchBenchmark.this.encoded);
			return null;
		}

	}

}
