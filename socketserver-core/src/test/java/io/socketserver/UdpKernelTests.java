package io.socketserver;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.ProtocolFamily;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicIntegerArray;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import io.socketserver.request.DatagramDrop;
import io.socketserver.support.Await;
import io.socketserver.support.PacketScript;
import io.socketserver.support.Strategy;
import io.socketserver.support.UdpClient;
import io.socketserver.support.UdpTestServer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What the kernel does with datagrams before and after the server: it drops them when
 * nobody reads, and delivers them to groups.
 */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class UdpKernelTests {

	private static final int MANY = 100_000;

	@ParameterizedTest
	@EnumSource(names = { "SYNC", "POOL" })
	void ofAHundredThousandNoneIsLostButByTheKernel(Strategy strategy, TestReporter reporter) throws Exception {
		AtomicIntegerArray seen = new AtomicIntegerArray(MANY);
		try (UdpTestServer server = UdpTestServer.with(strategy)
			.untraced()
			.start((handler) -> seen.incrementAndGet(ByteBuffer.wrap(handler.bytes()).getInt()))) {
			assumeKernelSays(server);
			long queueDrops = queueDrops();
			UdpClient client = server.client();
			for (int i = 0; i < MANY; i++) {
				client.send(ByteBuffer.allocate(64).putInt(i).array());
			}
			awaitAll(server, MANY, queueDrops);
			long received = server.server().statistics().datagramsIn();
			Await.until(() -> server.server().connections().datagramsInFlight() == 0, "the last handler");
			reporter.publishEntry(Map.of("strategy", strategy.name(), "sent", String.valueOf(MANY), "handled",
					String.valueOf(received), "dropped by the kernel",
					String.valueOf(server.server().kernelDrops().orElse(-1))));
			assertThat(received).isPositive();
			assertThat(server.server().statistics().requests()).isEqualTo(received);
			assertThat(sum(seen)).isEqualTo(received);
			for (DatagramDrop reason : DatagramDrop.values()) {
				assertThat(server.server().statistics().datagramsDropped(reason)).as(reason.name()).isZero();
			}
		}
	}

	/**
	 * How many were seen; none may have been seen twice.
	 */
	private static long sum(AtomicIntegerArray seen) {
		long sum = 0;
		for (int i = 0; i < seen.length(); i++) {
			assertThat(seen.get(i)).isLessThanOrEqualTo(1);
			sum += seen.get(i);
		}
		return sum;
	}

	@Test
	void whatTheKernelDropsForWantOfRoomIsCountedApart() throws Exception {
		int sent = 2_000;
		try (UdpTestServer server = UdpTestServer.with(Strategy.SYNC)
			.options((options) -> options.withReceiveBufferSize(32 * 1024))
			.udp((udp) -> udp.withReceivers(2))
			.start((handler) -> {
			})) {
			assumeKernelSays(server);
			assertThat(server.server().kernelDrops()).hasValue(0);
			long queueDrops = queueDrops();
			server.server().pause();
			UdpClient client = server.client();
			for (int i = 0; i < sent; i++) {
				client.send(new byte[1000]);
			}
			assertThat(server.server().kernelDrops().orElseThrow()).isPositive();
			server.server().resume();
			awaitAll(server, sent, queueDrops);
			assertThat(server.server().statistics().datagramsIn()).isBetween(1L, sent - 1L);
		}
	}

	private static void assumeKernelSays(UdpTestServer server) {
		Assumptions.assumeTrue(server.server().kernelDrops().isPresent(),
				"this system does not say what it drops (Linux: /proc/net/udp)");
	}

	/**
	 * Each datagram was received or dropped by the kernel, be it at the socket or on its
	 * way there.
	 */
	private static void awaitAll(UdpTestServer server, int sent, long queueDropsBefore) {
		Await.until(() -> {
			long known = server.server().statistics().datagramsIn() + server.server().kernelDrops().orElseThrow();
			assertThat(known).isLessThanOrEqualTo(sent);
			return known + queueDrops() - queueDropsBefore >= sent;
		}, "all accounted for: " + server.server().statistics().datagramsIn() + " in, " + server.server().kernelDrops()
				+ " dropped");
	}

	/**
	 * What the kernel drops before it looks for a socket.
	 */
	private static long queueDrops() throws IOException {
		try (var lines = Files.lines(Path.of("/proc/net/softnet_stat"), StandardCharsets.US_ASCII)) {
			return lines.mapToLong((line) -> Long.parseLong(line.split(" ")[1], 16)).sum();
		}
	}

	@ParameterizedTest
	@CsvSource({ "239.255.7.1, INET", "ff15::7:1, INET6" })
	void aMemberOfAGroupHearsWhatIsSentToIt(String group, StandardProtocolFamily family) throws Exception {
		InetAddress address = InetAddress.getAllByName(group)[0];
		NetworkInterface loopback = NetworkInterface.getByInetAddress(InetAddress.getLoopbackAddress());
		Assumptions.assumeTrue(hasMulticast(address, family, loopback),
				"no " + family + " multicast on the loopback interface here");
		try (UdpTestServer server = UdpTestServer.with(Strategy.SYNC)
			.address(new InetSocketAddress(address, 0))
			.udp((udp) -> udp.withMulticastGroup(address).withMulticastInterface(loopback.getName()))
			.start(PacketScript.UPPER); DatagramChannel sender = sender(family, loopback)) {
			sender.send(ByteBuffer.wrap("hello all".getBytes(StandardCharsets.UTF_8)),
					new InetSocketAddress(address, server.server().port()));
			ByteBuffer reply = ByteBuffer.allocate(100);
			Await.until(() -> sender.receive(reply) != null, "the answer");
			assertThat(StandardCharsets.UTF_8.decode(reply.flip()).toString()).isEqualTo("HELLO ALL");
		}
	}

	/**
	 * Asks two sockets that have nothing to do with us.
	 */
	private static boolean hasMulticast(InetAddress group, ProtocolFamily family, NetworkInterface on) {
		try (DatagramChannel member = DatagramChannel.open(family); DatagramChannel sender = sender(family, on)) {
			member.configureBlocking(false);
			member.bind(new InetSocketAddress(group, 0));
			member.join(group, on);
			int port = ((InetSocketAddress) member.getLocalAddress()).getPort();
			sender.send(ByteBuffer.allocate(1), new InetSocketAddress(group, port));
			return Await.within(Duration.ofSeconds(2), () -> member.receive(ByteBuffer.allocate(1)) != null);
		}
		catch (IOException | UnsupportedOperationException ex) {
			return false;
		}
	}

	private static DatagramChannel sender(ProtocolFamily family, NetworkInterface on) throws IOException {
		DatagramChannel sender = DatagramChannel.open(family);
		sender.configureBlocking(false);
		sender.setOption(StandardSocketOptions.IP_MULTICAST_IF, on);
		return sender;
	}

	@Test
	void twoMembersOfAGroupShareThePort() throws Exception {
		InetAddress group = InetAddress.getAllByName("239.255.7.2")[0];
		NetworkInterface loopback = NetworkInterface.getByInetAddress(InetAddress.getLoopbackAddress());
		Assumptions.assumeTrue(hasMulticast(group, StandardProtocolFamily.INET, loopback),
				"no multicast on the loopback interface here");
		UdpOptions member = UdpOptions.DEFAULT.withMulticastGroup(group).withMulticastInterface(loopback.getName());
		try (UdpTestServer first = UdpTestServer.with(Strategy.SYNC)
			.address(new InetSocketAddress(group, 0))
			.udp((udp) -> member)
			.start(PacketScript.UPPER);
				UdpTestServer second = UdpTestServer.with(Strategy.SYNC)
					.address((InetSocketAddress) first.server().serverAddress())
					.udp((udp) -> member)
					.start(PacketScript.UPPER);
				DatagramChannel sender = sender(StandardProtocolFamily.INET, loopback)) {
			sender.send(ByteBuffer.allocate(1), first.server().serverAddress());
			Await.until(() -> first.server().statistics().datagramsIn() == 1
					&& second.server().statistics().datagramsIn() == 1, "both hear it");
		}
	}

	@Test
	void anInterfaceThatDoesNotExistIsNamed() throws Exception {
		InetAddress group = InetAddress.getAllByName("239.255.7.3")[0];
		UdpServer server = new UdpServer(new InetSocketAddress(group, 0), PacketScript.handlers(PacketScript.UPPER),
				ServerOptions.DEFAULT
					.withUdp(UdpOptions.DEFAULT.withMulticastGroup(group).withMulticastInterface("none0")));
		assertThatExceptionOfType(BindFailedException.class).isThrownBy(server::bind)
			.havingCause()
			.withMessageContaining("none0")
			.withMessageContaining("there are [");
	}

	@Test
	void aBroadcastNeedsTheOption() throws Exception {
		InetAddress broadcast = InetAddress.getAllByName("127.255.255.255")[0];
		try (DatagramSocket listener = new DatagramSocket(new InetSocketAddress(broadcast, 0))) {
			for (boolean allowed : new boolean[] { false, true }) {
				try (UdpTestServer server = UdpTestServer.with(Strategy.SYNC)
					.udp((udp) -> udp.withBroadcast(allowed))
					.start((handler) -> handler.request()
						.send(ByteBuffer.allocate(1), listener.getLocalSocketAddress()))) {
					server.client().send("all");
					Await.until(() -> server.server().statistics().requests() == 1, "the request");
					server.awaitQuiet();
					assertThat(server.server().statistics().datagramsOut()).isEqualTo(allowed ? 1 : 0);
					assertThat(server.server().statistics().datagramsDropped(DatagramDrop.SEND_FAILED))
						.isEqualTo(allowed ? 0 : 1);
				}
			}
		}
	}

}
