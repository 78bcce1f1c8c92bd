package io.socketserver.spring.metrics;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;

import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;

import io.socketserver.ServerOptions;
import io.socketserver.UdpServer;
import io.socketserver.request.DatagramDrop;
import io.socketserver.request.DatagramRequestHandler;
import io.socketserver.spring.SocketServerStartedEvent;
import io.socketserver.spring.SocketServers;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The meters of a UDP server.
 */
class UdpServerMetricsTests {

	private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

	@Test
	void countDatagrams() {
		UdpServer server = new UdpServer(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), SilentHandler::new,
				ServerOptions.DEFAULT.withName("packets"));
		SocketServerMetrics metrics = new SocketServerMetrics(this.registry, new SocketServers(List.of(server)));
		try (server) {
			server.start();
			metrics.started(new SocketServerStartedEvent(server));
			server.statistics().countDatagramIn(10);
			server.statistics().countDatagramOut(20);
			server.statistics().countTruncated();
			server.statistics().countDropped(DatagramDrop.AMPLIFICATION);
			assertThat(counted("datagrams.in")).isOne();
			assertThat(counted("datagrams.out")).isOne();
			assertThat(counted("datagrams.truncated")).isOne();
			assertThat(counted("bytes.in")).isEqualTo(10);
			assertThat(counted("bytes.out")).isEqualTo(20);
			assertThat(this.registry.get("socketserver.datagrams.dropped")
				.tag("reason", "amplification")
				.functionCounter()
				.count()).isOne();
			assertThat(this.registry.get("socketserver.datagrams.active").gauge().value()).isZero();
			assertThat(this.registry.get("socketserver.datagrams.dropped.kernel").gauge().value())
				.isEqualTo(server.kernelDrops().isPresent() ? 0 : Double.NaN);
			assertThat(this.registry.getMeters())
				.allSatisfy((meter) -> assertThat(meter.getId().getTags()).contains(Tag.of("transport", "udp")));
		}
	}

	private double counted(String name) {
		return this.registry.get("socketserver." + name).functionCounter().count();
	}

	private static final class SilentHandler extends DatagramRequestHandler {

		@Override
		public void handle() {
		}

	}

}
