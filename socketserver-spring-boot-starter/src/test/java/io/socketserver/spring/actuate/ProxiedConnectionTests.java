package io.socketserver.spring.actuate;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.socketserver.ServerOptions;
import io.socketserver.TcpServer;
import io.socketserver.mixin.ThreadingMixIn;
import io.socketserver.proxy.ProxyProtocol;
import io.socketserver.request.Cidr;
import io.socketserver.request.Connection;
import io.socketserver.request.StreamRequestHandler;
import io.socketserver.spring.testsupport.TestClient;
import io.socketserver.spring.testsupport.TestServers;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What an operator sees of a server behind a proxy.
 */
@Timeout(60)
class ProxiedConnectionTests {

	@Test
	void aConnectionHasTheRealClientsAddress() throws Exception {
		try (TcpServer server = server("127.0.0.1"); TestClient client = new TestClient(server)) {
			client.sendPart("PROXY TCP4 192.0.2.7 10.0.0.1 4711 80\r\n");
			assertThat(client.ask("hello")).isEqualTo("hello");
			Connection connection = server.connections().all().iterator().next();
			ConnectionDescriptor shown = ConnectionDescriptor.of(connection, true);
			assertThat(shown.clientAddress()).isEqualTo("192.0.2.7:4711");
			assertThat(shown.proxyAddress()).isEqualTo("127.0.0.1:" + client.port());
			ConnectionDescriptor hidden = ConnectionDescriptor.of(connection, false);
			assertThat(hidden.clientAddress()).isEqualTo("******");
			assertThat(hidden.proxyAddress()).isEqualTo("******");
			// As before, a filter looks at the client alone.
			assertThat(AddressFilter.parse("192.0.2.7:4711").test(connection)).isTrue();
			assertThat(AddressFilter.parse("192.0.2.0/24").test(connection)).isTrue();
			assertThat(AddressFilter.parse("127.0.0.1").test(connection)).isFalse();
		}
	}

	@Test
	void refusedHeadersAreCountedByTheirReason() throws Exception {
		try (TcpServer server = server("127.0.0.1"); TestClient client = new TestClient(server)) {
			client.send("GET / HTTP/1.1");
			TestServers.await(() -> closed(server, "proxy-header-invalid") == 1);
			assertThat(ServerDescriptor.of(server).counters().refused()).isOne();
		}
		try (TcpServer server = server("10.0.0.1"); TestClient client = new TestClient(server)) {
			client.send("PROXY TCP4 192.0.2.7 10.0.0.1 4711 80");
			TestServers.await(() -> closed(server, "proxy-header-forbidden") == 1);
			assertThat(ServerDescriptor.of(server).counters().refused()).isOne();
		}
	}

	private static long closed(TcpServer server, String reason) {
		return ServerDescriptor.of(server).counters().closed().getOrDefault(reason, -1L);
	}

	private static TcpServer server(String proxy) {
		TcpServer server = new TcpServer(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), EchoHandler::new,
				ServerOptions.DEFAULT.withProxyProtocol(ProxyProtocol.requiredFrom(List.of(Cidr.parse(proxy)))),
				new ThreadingMixIn());
		server.start();
		return server;
	}

	private static final class EchoHandler extends StreamRequestHandler {

		@Override
		public void handle() throws IOException {
			rfile().transferTo(wfile());
		}

	}

}
