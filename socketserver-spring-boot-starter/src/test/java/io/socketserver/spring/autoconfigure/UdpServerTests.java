package io.socketserver.spring.autoconfigure;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import io.socketserver.BaseServer;
import io.socketserver.ServerOptions;
import io.socketserver.UdpOptions;
import io.socketserver.UdpOptions.LongPackets;
import io.socketserver.UdpServer;
import io.socketserver.message.MessageConnection;
import io.socketserver.message.MessageHandler;
import io.socketserver.mixin.PoolingMixIn;
import io.socketserver.request.DatagramRequestHandler;
import io.socketserver.spring.RequestHandler;
import io.socketserver.spring.SocketServers;
import io.socketserver.spring.diagnostics.PortConflictException;
import io.socketserver.spring.diagnostics.SocketServerConfigurationException;
import io.socketserver.spring.diagnostics.WrongHandlerKindException;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Servers of datagrams.
 */
@Timeout(60)
class UdpServerTests {

	private final ApplicationContextRunner runner = Runners.onLoopback()
		.withPropertyValues("socketserver.transport=udp");

	private final ApplicationContextRunner notStarted = this.runner
		.withPropertyValues("socketserver.auto-startup=false", "socketserver.port=7003");

	@Test
	void aHandlerOfDatagramsAnswers() {
		this.runner.withUserConfiguration(DatagramHandler.class).run((context) -> {
			BaseServer server = context.getBean(SocketServers.class).all().get(0);
			assertThat(server.transport()).isEqualTo("udp");
			assertThat(ask(Runners.port(context), "hello")).isEqualTo("HELLO");
			// By default datagrams share a pool.
			assertThat(server.mixIns()).last().isInstanceOf(PoolingMixIn.class);
		});
	}

	@Test
	void tcpAndUdpMayHaveTheSamePortAndTheirOwnHandlers() {
		Runners.runner()
			.withPropertyValues("socketserver.address=127.0.0.1", "socketserver.port=7003",
					"socketserver.auto-startup=false", "socketserver.servers.lines.concurrency=thread",
					"socketserver.servers.packets.transport=udp")
			.withUserConfiguration(UpperCaseHandler.class, PacketsHandler.class)
			.run((context) -> {
				assertThat(context).hasNotFailed();
				assertThat(context.getBean(SocketServers.class).all()).extracting(BaseServer::transport)
					.containsExactly("tcp", "udp");
			});
	}

	@Test
	void twoUdpServersMayNot() {
		Runners.runner()
			.withPropertyValues("socketserver.transport=udp", "socketserver.port=7003",
					"socketserver.servers.one.enabled=true", "socketserver.servers.two.enabled=true")
			.withUserConfiguration(DatagramHandler.class)
			.run((context) -> assertThat(context).getFailure().rootCause().isInstanceOf(PortConflictException.class));
	}

	@ParameterizedTest
	@ValueSource(strings = { "socketserver.", "socketserver.servers.packets." })
	void everyKeyReachesTheServer(String prefix) throws Exception {
		InetAddress group = InetAddress.getAllByName("239.1.2.3")[0];
		Runners.runner()
			.withPropertyValues("socketserver.auto-startup=false", "socketserver.name=packets")
			.withPropertyValues(prefix + "transport=udp", prefix + "max-packet-size=1472B",
					prefix + "udp.long-packets=truncate", prefix + "udp.receivers=2",
					prefix + "udp.multicast-group=239.1.2.3", prefix + "udp.multicast-interface=eth7",
					prefix + "udp.broadcast=true", prefix + "udp.max-amplification=1.5",
					prefix + "receive-buffer-size=1MB", prefix + "request-timeout=3s")
			.withUserConfiguration(DatagramHandler.class)
			.run((context) -> {
				BaseServer server = context.getBean(SocketServers.class).find("packets").orElseThrow();
				assertThat(server).isInstanceOf(UdpServer.class);
				assertThat(server.options()).usingRecursiveComparison()
					.isEqualTo(ServerOptions.DEFAULT.withName("packets")
						.withDrainTimeout(Duration.ofSeconds(29))
						.withReceiveBufferSize(1024 * 1024)
						.withRequestTimeout(Duration.ofSeconds(3))
						.withUdp(UdpOptions.DEFAULT.withMaxPacketSize(1472)
							.withLongPackets(LongPackets.TRUNCATE)
							.withReceivers(2)
							.withMulticastGroup(group)
							.withMulticastInterface("eth7")
							.withBroadcast(true)
							.withMaxAmplification(1.5)));
			});
	}

	@ParameterizedTest
	@CsvSource({ "max-packet-size, 0B", "max-packet-size, 64KB", "udp.receivers, 0", "udp.multicast-group, 10.0.0.1",
			"udp.max-amplification, -1" })
	void aValueTheServerRefusesFailsAndNamesTheProperty(String key, String value) {
		this.notStarted.withUserConfiguration(DatagramHandler.class)
			.withPropertyValues("socketserver." + key + "=" + value)
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOfSatisfying(InvalidConfigurationPropertyValueException.class,
						(failure) -> assertThat(failure.getName()).isEqualTo("socketserver." + key)));
	}

	@ParameterizedTest
	@CsvSource({ "udp, tcp-no-delay, true, tcp", "udp, max-line-length, 1KB, tcp", "udp, keep-alive.idle, 10s, tcp",
			"tcp, max-packet-size, 1KB, udp", "tcp, udp.receivers, 2, udp", "tcp, udp.sessions, true, udp" })
	void aKeyThatTheTransportDoesNotReadFails(String transport, String key, String value, String remedy) {
		Runners.runner()
			.withPropertyValues("socketserver.transport=" + transport, "socketserver." + key + "=" + value)
			.withUserConfiguration(transport.equals("udp") ? DatagramHandler.class : UpperCaseHandler.class)
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOf(InvalidConfigurationPropertyValueException.class)
				.hasMessageContaining("socketserver." + key)
				.hasMessageContaining("It has no effect")
				.hasMessageContaining("set transport to " + remedy));
	}

	@Test
	void aHandlerOfStreamsFailsTheStartAndTheAnalysisSaysWhatToChange() {
		this.runner.withUserConfiguration(UpperCaseHandler.class)
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOf(WrongHandlerKindException.class)
				.hasMessageContaining(UpperCaseHandler.class.getName())
				.hasMessageContaining("socketserver.transport is udp")
				.extracting((failure) -> ((SocketServerConfigurationException) failure).action())
				.asString()
				.contains("DatagramRequestHandler")
				.contains("socketserver.transport to tcp"));
	}

	@Test
	void aHandlerOfStreamsIsToHandleMessagesWhereThereAreSessions() {
		this.runner.withUserConfiguration(UpperCaseHandler.class)
			.withPropertyValues("socketserver.udp.sessions=true")
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOf(WrongHandlerKindException.class)
				.hasMessageContaining("form sessions")
				.extracting((failure) -> ((SocketServerConfigurationException) failure).action())
				.asString()
				.contains("implement io.socketserver.message.MessageHandler")
				.doesNotContain("DatagramRequestHandler"));
	}

	@Test
	void aHandlerOfDatagramsFailsTheStartOfATcpServer() {
		Runners.runner()
			.withPropertyValues("socketserver.servers.lines.port=7003")
			.withUserConfiguration(DatagramHandler.class)
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOf(WrongHandlerKindException.class)
				.hasMessageContaining("handles datagrams")
				.extracting((failure) -> ((SocketServerConfigurationException) failure).action())
				.asString()
				.contains("Set socketserver.servers.lines.transport to udp"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "sync", "thread", "pool", "multiplex" })
	void aHandlerOfMessagesHasSessions(String concurrency) {
		this.runner.withPropertyValues("socketserver.udp.sessions=true", "socketserver.concurrency=" + concurrency)
			.withUserConfiguration(MessagesHandler.class)
			.run((context) -> {
				BaseServer server = context.getBean(SocketServers.class).all().get(0);
				assertThat(ask(Runners.port(context), "hello")).isEqualTo("HELLO");
				assertThat(ask(Runners.port(context), "you")).isEqualTo("YOU");
				assertThat(server.connections().count()).isEqualTo(2);
			});
	}

	@Test
	void aHandlerOfSingleDatagramsCannotBeMultiplexed() {
		this.notStarted.withPropertyValues("socketserver.concurrency=multiplex")
			.withUserConfiguration(DatagramHandler.class)
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOf(InvalidConfigurationPropertyValueException.class)
				.hasMessageContaining("socketserver.concurrency")
				.hasMessageContaining("set udp.sessions to true for a MessageHandler"));
	}

	@Test
	void messagesWithoutSessionsAndSessionsWithoutMessagesFail() {
		this.runner.withUserConfiguration(MessagesHandler.class)
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOf(WrongHandlerKindException.class)
				.extracting((failure) -> ((SocketServerConfigurationException) failure).action())
				.asString()
				.contains("Set socketserver.udp.sessions to true"));
		this.runner.withPropertyValues("socketserver.udp.sessions=true")
			.withUserConfiguration(DatagramHandler.class)
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOf(WrongHandlerKindException.class)
				.extracting((failure) -> ((SocketServerConfigurationException) failure).action())
				.asString()
				.contains("Remove socketserver.udp.sessions"));
	}

	@ParameterizedTest
	@CsvSource({ "framing.type, line", "write-limits.cap, 1MB", "concurrency, fork" })
	void whatOnlyConnectionsHaveFails(String key, String value) {
		this.notStarted.withPropertyValues("socketserver.udp.sessions=true", "socketserver." + key + "=" + value)
			.withUserConfiguration(MessagesHandler.class)
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOf(InvalidConfigurationPropertyValueException.class)
				.hasMessageContaining("socketserver." + key)
				.hasMessageContaining("datagram"));
	}

	private static String ask(int port, String text) throws IOException {
		byte[] packet = text.getBytes(StandardCharsets.UTF_8);
		try (DatagramSocket socket = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
			socket.setSoTimeout(20_000);
			socket.send(new DatagramPacket(packet, packet.length, InetAddress.getLoopbackAddress(), port));
			DatagramPacket reply = new DatagramPacket(new byte[1000], 1000);
			socket.receive(reply);
			return new String(reply.getData(), 0, reply.getLength(), StandardCharsets.UTF_8);
		}
	}

	@RequestHandler
	static class DatagramHandler extends DatagramRequestHandler {

		@Override
		public void handle() {
			wfile().print(text().toUpperCase(Locale.ROOT));
		}

	}

	@RequestHandler
	static class MessagesHandler implements MessageHandler<String, String> {

		@Override
		public String onMessage(MessageConnection<String> connection, String message) {
			return message.toUpperCase(Locale.ROOT);
		}

	}

	@RequestHandler("packets")
	static class PacketsHandler extends DatagramHandler {

	}

}
