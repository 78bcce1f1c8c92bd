package io.socketserver;

import java.io.IOException;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.socketserver.request.CloseReason;
import io.socketserver.support.Await;
import io.socketserver.support.Client;
import io.socketserver.support.EveryLane;
import io.socketserver.support.Lane;
import io.socketserver.support.LogLines;
import io.socketserver.support.Script;
import io.socketserver.support.Strategy;
import io.socketserver.support.TestServer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * How data gets through, the same over every transport and under every strategy.
 */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ServerBehaviourTests {

	// Of a megabyte: more than all buffers on the way hold.
	private static final int BLOCKS = 16;

	@EveryLane
	void echoes(Lane lane) throws Exception {
		try (TestServer server = TestServer.with(lane).start(Script.ECHO)) {
			Client client = server.connect().send("hello world\n");
			assertThat(client.readLine()).isEqualTo("hello world");
			client.shutdownOutput();
			assertThat(client.readToEnd()).isEmpty();
		}
	}

	@EveryLane
	void servesClientsOneAfterAnother(Lane lane) throws Exception {
		try (TestServer server = TestServer.with(lane).start(Script.UPPER)) {
			for (int i = 0; i < 20; i++) {
				try (Client client = server.connect()) {
					assertThat(client.ask("hello " + i)).isEqualTo("HELLO " + i);
				}
			}
			server.awaitQuiet();
			assertThat(server.server().statistics().closed(CloseReason.PEER_CLOSED)).isEqualTo(20);
		}
	}

	@EveryLane
	void echoesALargePayload(Lane lane) throws Exception {
		byte[] block = new byte[1024 * 1024];
		new Random(1).nextBytes(block);
		MessageDigest sent = MessageDigest.getInstance("SHA-256");
		MessageDigest received = MessageDigest.getInstance("SHA-256");
		try (TestServer server = TestServer.with(lane).start(Script.ECHO)) {
			Client client = server.connect();
			Thread sender = new Thread(() -> {
				try {
					for (int i = 0; i < BLOCKS; i++) {
						sent.update(block);
						client.send(block);
					}
					client.shutdownOutput();
				}
				catch (IOException ex) {
					// The digests will differ.
				}
			});
			sender.start();
			for (int i = 0; i < BLOCKS; i++) {
				received.update(client.readExactly(block.length));
			}
			assertThat(client.readToEnd()).isEmpty();
			Await.end(sender);
			assertThat(HexFormat.of().formatHex(received.digest())).isEqualTo(HexFormat.of().formatHex(sent.digest()));
			server.awaitQuiet();
			assertThat(server.trace().request().bytesIn()).isEqualTo((long) BLOCKS * block.length);
			assertThat(server.trace().request().bytesOut()).isEqualTo((long) BLOCKS * block.length);
		}
	}

	@EveryLane
	void keepsTheOrderOfManySmallSends(Lane lane) throws Exception {
		try (TestServer server = TestServer.with(lane).start(Script.UPPER)) {
			Client client = server.connect();
			Thread sender = new Thread(() -> {
				try {
					for (int i = 0; i < 20_000; i++) {
						client.send("line " + i + "\n");
					}
				}
				catch (IOException ex) {
					// The reader will miss lines.
				}
			});
			sender.start();
			for (int i = 0; i < 20_000; i++) {
				assertThat(client.readLine()).isEqualTo("LINE " + i);
			}
			Await.end(sender);
		}
	}

	@EveryLane
	void answersAfterAHalfCloseAndThenEnds(Lane lane) throws Exception {
		try (TestServer server = TestServer.with(lane).start((handler) -> {
			byte[] all = handler.in().readAllBytes();
			handler.out().println("got " + all.length);
		})) {
			Client client = server.connect().send(new byte[100_000]).shutdownOutput();
			assertThat(client.readText()).isEqualTo("got 100000\n");
			server.awaitQuiet();
			assertThat(server.trace().request().closeReason()).contains(CloseReason.PEER_CLOSED);
		}
	}

	@EveryLane
	void seesAnEndThatComesAtOnce(Lane lane) throws Exception {
		try (TestServer server = TestServer.with(lane).start(Script.UPPER)) {
			Client client = server.connect().shutdownOutput();
			assertThat(client.readToEnd()).isEmpty();
			server.awaitQuiet();
			assertThat(server.trace().request().requests()).isZero();
		}
	}

	@EveryLane
	void survivesResetsInTheMiddleOfARequest(Lane lane) throws Exception {
		try (TestServer server = TestServer.with(lane).start(Script.UPPER)) {
			for (int i = 0; i < 20; i++) {
				int number = i;
				Client client = server.connect().send("x".repeat(1000));
				Await.until(() -> server.server().statistics().bytesIn() >= 1000L * (number + 1),
						"the begin of the request is read");
				client.reset();
			}
			server.awaitQuiet();
			assertThat(server.server().statistics().closed(CloseReason.PEER_RESET)).isEqualTo(20);
			assertThat(server.connect().ask("on")).isEqualTo("ON");
		}
	}

	@EveryLane
	void survivesResetsWithoutData(Lane lane) throws Exception {
		try (TestServer server = TestServer.with(lane).start(Script.UPPER)) {
			for (int i = 0; i < 20; i++) {
				server.connect().reset();
			}
			assertThat(server.connect().ask("on")).isEqualTo("ON");
		}
	}

	@EveryLane
	void waitsForASlowReader(Lane lane) throws Exception {
		byte[] reply = new byte[4 * 1024 * 1024];
		new Random(2).nextBytes(reply);
		try (TestServer server = TestServer.with(lane)
			.options((options) -> options.withSendBufferSize(16 * 1024))
			.start((handler) -> {
				handler.in().readLine();
				handler.out().write(reply);
			}); Client client = server.connect(4096)) {
			client.sendLine("go");
			Await.until(() -> server.trace().request().state().name().equals("WRITING"), "a handler that waits");
			assertThat(client.readToEnd()).isEqualTo(reply);
		}
	}

	@EveryLane
	void assemblesALineThatDrips(Lane lane) throws Exception {
		try (TestServer server = TestServer.with(lane).start(Script.UPPER)) {
			Client client = server.connect();
			for (byte value : "drip by drip\r\n".getBytes(StandardCharsets.UTF_8)) {
				long seen = server.server().statistics().bytesIn();
				client.send(new byte[] { value });
				Await.until(() -> server.server().statistics().bytesIn() > seen, "the byte is read");
			}
			assertThat(client.readLine()).isEqualTo("DRIP BY DRIP");
			client.close();
			server.awaitQuiet();
			assertThat(server.trace().request().requests()).isOne();
		}
	}

	/**
	 * A plain close would destroy the reply with a reset.
	 */
	@EveryLane
	void deliversAnEarlyReplyWhileTheClientStillSends(Lane lane) throws Exception {
		byte[] reply = new byte[400_000];
		new Random(3).nextBytes(reply);
		byte[] request = new byte[20 * 1024 * 1024];
		try (TestServer server = TestServer.with(lane)
			.options((options) -> options.withLingerTimeout(Duration.ofSeconds(10)))
			.start((handler) -> {
				handler.in().read();
				handler.out().write(reply);
			})) {
			for (int i = 0; i < 5; i++) {
				Client client = server.connect();
				Thread sender = new Thread(() -> {
					try {
						client.send(request).shutdownOutput();
					}
					catch (IOException ex) {
						// The server may reset once it has waited long enough.
					}
				});
				sender.start();
				assertThat(client.readToEnd()).isEqualTo(reply);
				Await.end(sender);
				client.close();
			}
		}
	}

	@EveryLane
	void deliversRepliesWholeDespiteUnreadInput(Lane lane) throws Exception {
		byte[] reply = new byte[400_000];
		new Random(4).nextBytes(reply);
		try (TestServer server = TestServer.with(lane)
			.options((options) -> options.withLingerTimeout(Duration.ofSeconds(10)))
			.start((handler) -> {
				handler.in().read();
				handler.out().write(reply);
			})) {
			for (int i = 0; i < 100; i++) {
				try (Client client = server.connect()) {
					client.send(new byte[50_000]);
					assertThat(client.readToEnd()).isEqualTo(reply);
				}
			}
		}
	}

	@EveryLane
	void setsTheOptionsOfConnections(Lane lane) throws Exception {
		try (TestServer server = TestServer.with(lane)
			.options((options) -> options.withSendBufferSize(32 * 1024).withReceiveBufferSize(32 * 1024))
			.start(Script.UPPER)) {
			assertThat(server.connect().ask("a")).isEqualTo("A");
			SocketChannel channel = server.trace().request().channel();
			assertThat(isOn(channel, StandardSocketOptions.TCP_NODELAY)).isTrue();
			assertThat(isOn(channel, StandardSocketOptions.SO_KEEPALIVE)).isTrue();
			assertThat(channel.getOption(StandardSocketOptions.SO_SNDBUF)).isEqualTo(32 * 1024);
			assertThat(channel.getOption(StandardSocketOptions.SO_RCVBUF)).isEqualTo(32 * 1024);
		}
	}

	private static boolean isOn(SocketChannel channel, SocketOption<Boolean> option) throws IOException {
		return !channel.supportedOptions().contains(option) || channel.getOption(option);
	}

	@EveryLane
	void sendsWhatWasWrittenBeforeItWaitsForInput(Lane lane) throws Exception {
		try (TestServer server = TestServer.with(lane).start((handler) -> {
			handler.out().print("name? ");
			handler.out().print("(a line) ");
			String name = handler.line();
			handler.out().print("hello ");
			handler.out().println(name);
		})) {
			Client client = server.connect();
			assertThat(new String(client.readExactly(15), StandardCharsets.UTF_8)).isEqualTo("name? (a line) ");
			assertThat(client.ask("ann")).isEqualTo("hello ann");
		}
	}

	@EveryLane
	void givesEachRequestAFreshHandlerAndReleasesIt(Lane lane) throws Exception {
		CountingFactory handlers = new CountingFactory();
		try (TestServer server = TestServer.with(lane).start(handlers)) {
			for (int i = 0; i < 5; i++) {
				try (Client client = server.connect()) {
					assertThat(client.ask("a")).isEqualTo("A");
				}
			}
			server.awaitQuiet();
		}
		assertThat(handlers.made()).isEqualTo(5);
		assertThat(handlers.released()).hasSize(5).doesNotHaveDuplicates();
	}

	@EveryLane
	@Timeout(value = 30, unit = TimeUnit.SECONDS)
	void writesFromAnotherThreadReachThePeer(Lane lane) throws Exception {
		try (TestServer server = TestServer.with(lane).start((handler) -> {
			Thread other = new Thread(() -> {
				try {
					handler.out().println("pushed");
					handler.out().flush();
				}
				catch (IOException ex) {
					// The client will miss it.
				}
			});
			other.start();
			handler.in().readLine();
			other.join();
		})) {
			Client client = server.connect();
			assertThat(client.readLine()).isEqualTo("pushed");
			client.sendLine("thanks");
			assertThat(client.readToEnd()).isEmpty();
		}
	}

	@Test
	void aPeerThatResetsHasOneLineAtDebugWithoutATrace() throws Exception {
		try (LogLines log = LogLines.debug();
				TestServer server = TestServer.with(Strategy.THREAD).start(Script.UPPER)) {
			Client client = server.connect();
			assertThat(client.ask("hello")).isEqualTo("HELLO");
			client.reset();
			server.awaitQuiet();
			assertThat(log.linesOf(server.server())).singleElement().satisfies((line) -> {
				assertThat(line.level()).isEqualTo(Level.FINE);
				assertThat(line.text()).contains("ended under its handler: ");
				assertThat(line.hasTrace()).isFalse();
			});
		}
	}

}
