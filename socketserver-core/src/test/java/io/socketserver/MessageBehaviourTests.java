package io.socketserver;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Random;

import org.junit.jupiter.api.Timeout;

import io.socketserver.framing.Framing;
import io.socketserver.framing.LengthField;
import io.socketserver.message.Codec;
import io.socketserver.message.MessageHandler;
import io.socketserver.message.MessageService;
import io.socketserver.request.CloseReason;
import io.socketserver.support.Await;
import io.socketserver.support.Client;
import io.socketserver.support.EveryMessageLane;
import io.socketserver.support.Lane;
import io.socketserver.support.TestServer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * How messages get through, the same over every transport and under every strategy.
 */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class MessageBehaviourTests {

	private static TestServer upper(Lane lane) {
		return lines(lane, (connection, message) -> message.toUpperCase(Locale.ROOT));
	}

	private static TestServer lines(Lane lane, MessageHandler<String, String> handler) {
		return TestServer.with(lane)
			.start(MessageService.of(Framing.line(8192), Codec.string(StandardCharsets.UTF_8), handler));
	}

	@EveryMessageLane
	void servesClientsOneAfterAnother(Lane lane) throws Exception {
		try (TestServer server = upper(lane)) {
			for (int i = 0; i < 20; i++) {
				try (Client client = server.connect()) {
					assertThat(client.ask("hello " + i)).isEqualTo("HELLO " + i);
				}
			}
			server.awaitQuiet();
			assertThat(server.server().statistics().closed(CloseReason.PEER_CLOSED)).isEqualTo(20);
		}
	}

	@EveryMessageLane
	void keepsTheOrderOfManySmallMessages(Lane lane) throws Exception {
		try (TestServer server = upper(lane)) {
			Client client = server.connect();
			Thread sender = new Thread(() -> {
				try {
					for (int i = 0; i < 2_000; i++) {
						client.send("line " + i + "\n");
					}
				}
				catch (IOException ex) {
					// The reader will miss lines.
				}
			});
			sender.start();
			for (int i = 0; i < 2_000; i++) {
				assertThat(client.readLine()).isEqualTo("LINE " + i);
			}
			Await.end(sender);
			assertThat(server.trace().request().requests()).isEqualTo(2_000);
		}
	}

	@EveryMessageLane
	void echoesLargeFrames(Lane lane) throws Exception {
		byte[] frame = new byte[1024 * 1024];
		new Random(1).nextBytes(frame);
		try (TestServer server = TestServer.with(lane)
			.start(MessageService.of(Framing.lengthField(LengthField.bytes(4).withMaxFrameSize(2 * frame.length)),
					Codec.bytes(), (connection, message) -> message))) {
			Client client = server.connect();
			for (int i = 0; i < 4; i++) {
				client.send(new byte[] { 0, 0x10, 0, 0 }).send(frame);
				assertThat(client.readExactly(4)).containsExactly(0, 0x10, 0, 0);
				assertThat(client.readExactly(frame.length)).isEqualTo(frame);
			}
			// The kernel passes a reply on before the server has counted it.
			client.shutdownOutput();
			server.awaitQuiet();
			assertThat(server.trace().request().bytesIn()).isEqualTo(4L * (4 + frame.length));
			assertThat(server.trace().request().bytesOut()).isEqualTo(4L * (4 + frame.length));
		}
	}

	@EveryMessageLane
	void answersAfterAHalfCloseAndThenEnds(Lane lane) throws Exception {
		try (TestServer server = upper(lane)) {
			Client client = server.connect().send("one\ntwo\nand the rest").shutdownOutput();
			assertThat(client.readText()).isEqualTo("ONE\nTWO\nAND THE REST\n");
			server.awaitQuiet();
			assertThat(server.trace().request().closeReason()).contains(CloseReason.PEER_CLOSED);
		}
	}

	@EveryMessageLane
	void assemblesAMessageThatDrips(Lane lane) throws Exception {
		try (TestServer server = upper(lane)) {
			Client client = server.connect();
			for (byte value : "drip by drip\r\n".getBytes(StandardCharsets.UTF_8)) {
				long seen = server.server().statistics().bytesIn();
				client.send(new byte[] { value });
				Await.until(() -> server.server().statistics().bytesIn() > seen, "the byte is read");
			}
			assertThat(client.readLine()).isEqualTo("DRIP BY DRIP");
			assertThat(server.trace().request().requests()).isOne();
		}
	}

	@EveryMessageLane
	void survivesResetsInTheMiddleOfAMessage(Lane lane) throws Exception {
		try (TestServer server = upper(lane)) {
			for (int i = 0; i < 20; i++) {
				int number = i;
				Client client = server.connect().send("x".repeat(1000));
				Await.until(() -> server.server().statistics().bytesIn() >= 1000L * (number + 1),
						"the begin of the message is read");
				client.reset();
			}
			server.awaitQuiet();
			assertThat(server.connect().ask("on")).isEqualTo("ON");
		}
	}

	@EveryMessageLane
	void repliesThatAreFarLongerThanTheirMessagesAreNoOverflow(Lane lane) throws Exception {
		String reply = "y".repeat(8000);
		try (TestServer server = lines(lane, (connection, message) -> reply); Client client = server.connect(4096)) {
			Thread sender = new Thread(() -> {
				try {
					for (int i = 0; i < 500; i++) {
						client.send("go\n");
					}
				}
				catch (IOException ex) {
					// The reader will miss replies.
				}
			});
			sender.start();
			for (int i = 0; i < 500; i++) {
				assertThat(client.readLine()).isEqualTo(reply);
			}
			Await.end(sender);
		}
	}

	@EveryMessageLane
	void refusesAMessageThatIsTooLong(Lane lane) throws Exception {
		try (TestServer server = upper(lane)) {
			Client client = server.connect().send("z".repeat(9000) + "\n");
			assertThat(client.end()).isIn(Client.End.ORDERLY, Client.End.RESET);
			server.awaitQuiet();
			assertThat(server.server().statistics().closed(CloseReason.BAD_FRAME)).isOne();
			assertThat(server.connect().ask("on")).isEqualTo("ON");
		}
	}

}
