package io.socketserver.message;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import io.socketserver.ServerOptions;
import io.socketserver.TcpServer;
import io.socketserver.message.MessageHandlerTests.Strategy;
import io.socketserver.request.Connection;
import io.socketserver.support.Await;
import io.socketserver.support.FramingCorpus;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Wherever the network cuts a stream, a handler gets the same messages: for each framing,
 * under each strategy, over real sockets. The first piece has been read by the server
 * before the second is sent.
 *
 * <p>
 * Left out are most of the cuts deep within the one payload of 300 equal bytes, where
 * there is nothing to tell them apart: one of 32 is taken there.
 */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SplitPointTests {

	// More on each side than are compared at once.
	private static final int DEEP = 9;

	private static final int STEP_WHERE_DEEP = 32;

	static Stream<Arguments> strategiesAndFramings() {
		return Stream.of(Strategy.values())
			.flatMap((strategy) -> FramingCorpus.all().map((corpus) -> Arguments.of(strategy, corpus)));
	}

	@ParameterizedTest(name = "{0}, {1}")
	@MethodSource("strategiesAndFramings")
	void everySplitPointGivesTheSameMessages(Strategy strategy, FramingCorpus corpus) throws Exception {
		strategy.assumeSupported();
		MessageService<byte[], byte[]> echo = MessageService.of(corpus.framing(), Codec.bytes(),
				(connection, message) -> message);
		TcpServer server = new TcpServer(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), echo,
				ServerOptions.DEFAULT, strategy.mixIns());
		server.start();
		try (Socket client = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
			client.setTcpNoDelay(true);
			client.setSoTimeout(20_000);
			Await.until(() -> server.connections().count() == 1, "the connection");
			Connection connection = server.connections().all().iterator().next();
			for (int split : splitPoints(corpus.stream()).toArray()) {
				sendInTwo(client, connection, corpus.stream(), split);
				byte[] expected = corpus.echo();
				assertThat(client.getInputStream().readNBytes(expected.length)).as("split at %d", split)
					.isEqualTo(expected);
			}
		}
		finally {
			server.close(Duration.ofSeconds(10));
		}
	}

	private static IntStream splitPoints(byte[] stream) {
		return IntStream.range(1, stream.length)
			.filter((split) -> !isDeepInARun(stream, split) || split % STEP_WHERE_DEEP == 0);
	}

	private static boolean isDeepInARun(byte[] stream, int split) {
		int from = split - DEEP;
		int to = split + DEEP;
		return from >= 0 && to < stream.length
				&& IntStream.rangeClosed(from, to).allMatch((index) -> stream[index] == stream[split]);
	}

	private static void sendInTwo(Socket client, Connection connection, byte[] stream, int split) throws IOException {
		long before = connection.bytesIn();
		client.getOutputStream().write(stream, 0, split);
		awaitBytes(connection, before + split);
		client.getOutputStream().write(stream, split, stream.length - split);
	}

	/**
	 * Waits until the server has read so much. Looks all the time: thousands of these
	 * waits have to be short.
	 */
	private static void awaitBytes(Connection connection, long count) {
		long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
		while (connection.bytesIn() < count) {
			assertThat(System.nanoTime()).as("deadline for %d bytes, of which %d came", count, connection.bytesIn())
				.isLessThan(deadline);
			LockSupport.parkNanos(10_000);
		}
	}

}
