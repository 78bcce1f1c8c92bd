package io.socketserver.system;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A client that has one request outstanding and records how each ended. It goes on, over
 * new connections, until it is refused or told to stop. Its records may be read once its
 * thread has ended.
 */
final class RecordingClient implements Runnable {

	private static final int TIMEOUT_MILLIS = 15_000;

	private final int number;

	private final int port;

	private final ClientShape shape;

	private final List<String> acked = new ArrayList<>();

	private final List<Lost> lost = new ArrayList<>();

	private volatile boolean stopped;

	private volatile int answers;

	// When it was refused, in nanoTime.
	private final List<Long> refusals = new ArrayList<>();

	// When the connection was made that it is at.
	private long connected;

	private int requests;

	RecordingClient(int number, int port, ClientShape shape) {
		this.number = number;
		this.port = port;
		this.shape = shape;
	}

	@Override
	public void run() {
		Await.pass(this.shape.think().multipliedBy(ThreadLocalRandom.current().nextInt(100)).dividedBy(100));
		while (!this.stopped && this.refusals.isEmpty()) {
			try (Socket socket = new Socket()) {
				if (connect(socket)) {
					converse(socket);
				}
			}
			catch (IOException ex) {
				this.lost.add(new Lost("close", End.RESET, ex.toString(), 0));
			}
		}
	}

	private boolean connect(Socket socket) {
		try {
			socket.setTcpNoDelay(true);
			socket.setSoTimeout(TIMEOUT_MILLIS);
			socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), this.port), TIMEOUT_MILLIS);
			this.connected = System.nanoTime();
			return true;
		}
		catch (ConnectException ex) {
			this.refusals.add(System.nanoTime());
		}
		catch (IOException ex) {
			this.lost.add(new Lost("connect", End.RESET, ex.toString(), 0));
		}
		return false;
	}

	private void converse(Socket socket) {
		boolean alive = true;
		for (boolean first = true; alive && !this.stopped && (first || this.shape.isKept()); first = false) {
			String id = this.number + "-" + ++this.requests;
			alive = exchange(socket, id) && think();
			// No longer a new one.
			this.connected = 0;
		}
	}

	private boolean think() {
		long deadline = System.nanoTime() + this.shape.think().toNanos();
		while (!this.stopped && System.nanoTime() - deadline < 0) {
			Await.pass(Duration.ofMillis(10));
		}
		return true;
	}

	private boolean exchange(Socket socket, String id) {
		ByteArrayOutputStream answer = new ByteArrayOutputStream();
		try {
			socket.getOutputStream().write((id + "\n").getBytes(StandardCharsets.UTF_8));
			InputStream input = socket.getInputStream();
			for (int read; (read = input.read()) != '\n';) {
				if (read < 0) {
					End end = (answer.size() != 0) ? End.PARTIAL : End.CLEAN;
					return lose(id, end, answer.toString(StandardCharsets.UTF_8));
				}
				answer.write(read);
			}
		}
		catch (SocketTimeoutException ex) {
			return lose(id, End.TIMEOUT, ex.toString());
		}
		catch (IOException ex) {
			return lose(id, (answer.size() != 0) ? End.PARTIAL : End.RESET, ex.toString());
		}
		if (!answer.toString(StandardCharsets.UTF_8).equals(id)) {
			return lose(id, End.PARTIAL, "answered with " + answer);
		}
		this.acked.add(id);
		this.answers = this.answers + 1;
		return true;
	}

	private boolean lose(String id, End end, String detail) {
		this.lost.add(new Lost(id, end, detail, this.connected));
		return false;
	}

	/**
	 * Has it end after the request it is at.
	 */
	void stop() {
		this.stopped = true;
	}

	int answers() {
		return this.answers;
	}

	List<String> acked() {
		return this.acked;
	}

	List<Lost> lost() {
		return this.lost;
	}

	List<Long> refusals() {
		return this.refusals;
	}

	/**
	 * How a request that got no answer ended.
	 */
	enum End {

		/** The connection was closed in an orderly way, without a byte of an answer. */
		CLEAN,

		/** A part of an answer came, or another's. */
		PARTIAL,

		/** The connection was reset. */
		RESET,

		/** Nothing came. */
		TIMEOUT

	}

	/**
	 * A request without an answer.
	 *
	 * @param id the request's
	 * @param end how its connection ended
	 * @param detail what was seen
	 * @param connected when the connection was made, in nanoTime, if this was its first
	 * request; else 0
	 */
	record Lost(String id, End end, String detail, long connected) {
	}

}
