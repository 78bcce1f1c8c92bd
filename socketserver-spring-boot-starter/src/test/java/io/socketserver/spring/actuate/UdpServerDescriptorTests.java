package io.socketserver.spring.actuate;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Objects;

import org.junit.jupiter.api.Test;

import io.socketserver.ServerOptions;
import io.socketserver.TcpServer;
import io.socketserver.UdpServer;
import io.socketserver.request.DatagramDrop;
import io.socketserver.request.DatagramRequestHandler;
import io.socketserver.spring.actuate.ServerDescriptor.Datagrams;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What an operator sees of a UDP server.
 */
class UdpServerDescriptorTests {

	private static final InetSocketAddress ANY_PORT = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

	@Test
	void showsWhatItHasCountedOfDatagrams() {
		try (UdpServer server = new UdpServer(ANY_PORT, SilentHandler::new,
				ServerOptions.DEFAULT.withName("packets"))) {
			server.bind();
			server.statistics().countDatagramIn(10);
			server.statistics().countDropped(DatagramDrop.TOO_LONG);
			server.statistics().countTruncated();
			ServerDescriptor descriptor = ServerDescriptor.of(server);
			assertThat(descriptor.transport()).isEqualTo("udp");
			assertThat(descriptor.port()).isEqualTo(server.port());
			Datagrams datagrams = Objects.requireNonNull(descriptor.datagrams());
			assertThat(datagrams.in()).isOne();
			assertThat(datagrams.out()).isZero();
			assertThat(datagrams.truncated()).isOne();
			assertThat(datagrams.dropped()).containsEntry("too-long", 1L).containsEntry("refused", 0L);
			if (server.kernelDrops().isPresent()) {
				assertThat(datagrams.droppedByKernel()).isZero();
			}
		}
	}

	@Test
	void aServerOfConnectionsHasNone() {
		assertThat(ServerDescriptor.of(new TcpServer(ANY_PORT, SilentHandler::new)).datagrams()).isNull();
	}

	private static final class SilentHandler extends DatagramRequestHandler {

		@Override
		public void handle() {
		}

	}

}
