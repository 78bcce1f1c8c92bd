package io.socketserver.system;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.socketserver.ServerOptions;
import io.socketserver.TcpServer;
import io.socketserver.mixin.ThreadingMixIn;
import io.socketserver.request.StreamRequestHandler;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A server that answers before it has read everything and closes: the answer must not be
 * destroyed by the reset that unread input causes.
 */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class LingeringCloseTests {

	private static final int REPLIES = 1000;

	private static final int REPLY_BYTES = 400_000;

	private static final int AT_A_TIME = 8;

	@Test
	void aThousandErrorRepliesArriveWholeWhileTheirClientsStillSend() throws Exception {
		ExecutorService pool = Executors.newFixedThreadPool(2 * AT_A_TIME);
		ServerOptions options = ServerOptions.DEFAULT.withName("errors");
		try (TcpServer server = new TcpServer(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
				ErrorHandler::new, options, new ThreadingMixIn())) {
			server.start();
			long start = System.nanoTime();
			List<Future<Integer>> replies = new ArrayList<>();
			for (int i = 0; i < AT_A_TIME; i++) {
				replies.add(pool.submit(() -> wholeReplies(server.port(), REPLIES / AT_A_TIME, pool)));
			}
			int whole = 0;
			for (Future<Integer> reply : replies) {
				whole += reply.get(1, TimeUnit.MINUTES);
			}
			System.out.println("> " + whole + " of " + REPLIES + " error replies whole, in "
					+ TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start) + " ms");
			assertThat(whole).isEqualTo(REPLIES);
		}
		finally {
			pool.shutdownNow();
		}
	}

	private static int wholeReplies(int port, int count, ExecutorService pool) throws Exception {
		int whole = 0;
		for (int i = 0; i < count; i++) {
			if (replyBytes(port, pool) == REPLY_BYTES) {
				whole++;
			}
		}
		return whole;
	}

	private static int replyBytes(int port, ExecutorService pool) throws Exception {
		try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
			socket.setSoTimeout(20_000);
			Future<?> sender = pool.submit(() -> sendUntilClosed(socket));
			int count = read(socket.getInputStream());
			// Which ends the sender, who has sent all the while.
			assertThat(sender.isDone()).isFalse();
			socket.close();
			sender.get(20, TimeUnit.SECONDS);
			return count;
		}
	}

	private static int read(InputStream input) {
		byte[] buffer = new byte[64 * 1024];
		int count = 0;
		try {
			for (int read; (read = input.read(buffer)) >= 0;) {
				count += read;
			}
		}
		catch (IOException ex) {
			System.out.println("> lost after " + count + " bytes: " + ex);
			return -1;
		}
		return count;
	}

	private static void sendUntilClosed(Socket socket) {
		byte[] line = "more and more\n".repeat(500).getBytes(StandardCharsets.UTF_8);
		try {
			OutputStream output = socket.getOutputStream();
			while (!Thread.currentThread().isInterrupted()) {
				output.write(line);
			}
		}
		catch (IOException ignored) {
			// The socket was closed, which ends the sending.
		}
	}

	/**
	 * Reads one line of many and answers with a long error.
	 */
	static final class ErrorHandler extends StreamRequestHandler {

		private static final byte[] ERROR = new byte[REPLY_BYTES];

		@Override
		public void handle() throws IOException {
			assertThat(rfile().readLine()).isNotNull();
			wfile().write(ERROR, 0, ERROR.length);
		}

	}

}
