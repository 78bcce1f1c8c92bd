package io.socketserver;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import io.socketserver.framing.Framing;
import io.socketserver.message.Codec;
import io.socketserver.message.MessageService;
import io.socketserver.mixin.AddressRulesMixIn;
import io.socketserver.proxy.ProxyHeader;
import io.socketserver.proxy.ProxyProtocol;
import io.socketserver.request.Cidr;
import io.socketserver.request.Connection;
import io.socketserver.request.DatagramDrop;
import io.socketserver.support.Await;
import io.socketserver.support.PacketScript;
import io.socketserver.support.ProxyHeaders;
import io.socketserver.support.Serving;
import io.socketserver.support.Strategy;
import io.socketserver.support.UdpClient;
import io.socketserver.support.UdpTestServer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A UDP server behind a proxy.
 */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class UdpProxyProtocolTests {

	private static final byte[] HEADER = header("192.0.2.7");

	private static byte[] header(String client) {
		return ProxyHeaders.v2(0x21, 0x12, ProxyHeaders.addresses(client, "10.0.0.1", 4711, 53));
	}

	static Stream<Serving> sessionStrategies() {
		return UdpSessionTests.strategies();
	}

	private static UdpTestServer.Setup behind(String proxy, Strategy strategy) {
		return behind(proxy, UdpTestServer.with(strategy));
	}

	private static UdpTestServer.Setup behind(String proxy, Serving strategy) {
		return behind(proxy, UdpTestServer.with(strategy.mixIns()));
	}

	private static UdpTestServer.Setup behind(String proxy, UdpTestServer.Setup setup) {
		return setup
			.options((options) -> options.withProxyProtocol(ProxyProtocol.requiredFrom(List.of(Cidr.parse(proxy)))));
	}

	private static byte[] packet(byte[] header, String text) {
		return ProxyHeaders.join(header, text.getBytes(StandardCharsets.UTF_8));
	}

	@ParameterizedTest
	@EnumSource
	void showsTheRealClientAndAnswersTheProxy(Strategy strategy) throws Exception {
		PacketScript who = (handler) -> handler.out()
			.print(handler.request().clientAddress() + " says " + handler.line() + " "
					+ handler.request().attribute(ProxyHeader.KEY).isPresent());
		try (UdpTestServer server = behind("127.0.0.1", strategy).start(who)) {
			UdpClient proxy = server.client();
			// Attributes stay in the parent of a worker process.
			boolean shown = strategy != Strategy.FORK;
			assertThat(proxy.send(packet(HEADER, "hello")).receiveText())
				.isEqualTo("/192.0.2.7:4711 says hello " + shown);
			// A health check of its own.
			assertThat(proxy.send(packet(ProxyHeaders.v2(0x20, 0), "ping")).receiveText())
				.isEqualTo(proxy.address() + " says ping " + shown);
		}
	}

	@Test
	void boundsWhatIsBehindTheHeader() throws Exception {
		try (UdpTestServer server = behind("127.0.0.1", Strategy.SYNC).udp((udp) -> udp.withMaxPacketSize(10))
			.start(PacketScript.ECHO)) {
			UdpClient proxy = server.client();
			assertThat(proxy.send(packet(HEADER, "0123456789")).receiveText()).isEqualTo("0123456789");
			proxy.send(packet(HEADER, "0123456789X"));
			assertThat(proxy.send(packet(HEADER, "next")).receiveText()).isEqualTo("next");
			assertThat(server.server().statistics().datagramsDropped(DatagramDrop.TOO_LONG)).isOne();
		}
	}

	@ParameterizedTest
	@EnumSource
	void dropsEachMalformedHeader(Strategy strategy) throws Exception {
		Map<String, byte[]> corpus = ProxyHeaders.malformed();
		// Here it is what it ought to be.
		corpus.remove("datagrams in a connection");
		try (UdpTestServer server = behind("127.0.0.1", strategy).start(PacketScript.ECHO)) {
			UdpClient proxy = server.client();
			long expected = 0;
			for (byte[] each : corpus.values()) {
				long now = ++expected;
				// Larger datagrams cannot be sent.
				proxy.send((each.length <= 65507) ? each : new byte[1]);
				Await.until(
						() -> server.server().statistics().datagramsDropped(DatagramDrop.PROXY_HEADER_INVALID) == now,
						"it is dropped");
			}
			proxy.send("no header");
			assertThat(proxy.send(packet(HEADER, "next")).receiveText()).isEqualTo("next");
			assertThat(server.server().statistics().datagramsDropped(DatagramDrop.PROXY_HEADER_INVALID))
				.isEqualTo(expected + 1);
			assertThat(server.server().statistics().acceptFailures()).isZero();
			assertThat(server.server().statistics().datagramsIn()).isEqualTo(expected + 2);
		}
	}

	@ParameterizedTest
	@EnumSource
	void dropsAForgedHeader(Strategy strategy) throws Exception {
		try (UdpTestServer server = behind("10.0.0.1", strategy).start(PacketScript.ECHO)) {
			UdpClient client = server.client();
			for (int i = 0; i < 100; i++) {
				client.send(packet(HEADER, "forged"));
			}
			assertThat(client.ask("PROXY me")).isEqualTo("PROXY me");
			assertThat(server.server().statistics().datagramsDropped(DatagramDrop.PROXY_HEADER_FORBIDDEN))
				.isEqualTo(100);
		}
	}

	@Test
	void rulesSeeTheRealClient() throws Exception {
		AddressRulesMixIn rules = new AddressRulesMixIn(List.of(), List.of(Cidr.parse("192.0.2.66")));
		try (UdpTestServer server = UdpTestServer.with(rules)
			.options((options) -> options
				.withProxyProtocol(ProxyProtocol.requiredFrom(List.of(Cidr.parse("127.0.0.1")))))
			.start(PacketScript.ECHO)) {
			UdpClient proxy = server.client();
			proxy.send(packet(header("192.0.2.66"), "denied"));
			assertThat(proxy.send(packet(HEADER, "next")).receiveText()).isEqualTo("next");
			assertThat(server.server().statistics().datagramsDropped(DatagramDrop.REFUSED)).isOne();
		}
	}

	@ParameterizedTest
	@EnumSource
	void aSessionIsOfARealClient(Strategy strategy) throws Exception {
		MessageService<String, String> service = MessageService.of(Framing.line(8192),
				Codec.string(StandardCharsets.UTF_8),
				(connection, message) -> connection.clientAddress() + " " + message.toUpperCase(Locale.ROOT));
		try (UdpTestServer server = behind("127.0.0.1", strategy).udp((udp) -> udp.withSessions(true)).start(service)) {
			UdpClient proxy = server.client();
			UdpClient other = server.client();
			assertThat(proxy.send(packet(HEADER, "one")).receiveText()).isEqualTo("/192.0.2.7:4711 ONE");
			assertThat(proxy.send(packet(header("192.0.2.8"), "two")).receiveText()).isEqualTo("/192.0.2.8:4711 TWO");
			// The same client, by another port of the proxy.
			assertThat(other.send(packet(HEADER, "three")).receiveText()).isEqualTo("/192.0.2.7:4711 THREE");
			assertThat(server.server().connections().count()).isEqualTo(2);
		}
	}

	@ParameterizedTest
	@MethodSource("sessionStrategies")
	void aSessionHasTheHeaderAndTheProxyOfItsFirstDatagram(Serving strategy) throws Exception {
		MessageService<String, String> service = MessageService.of(Framing.line(8192),
				Codec.string(StandardCharsets.UTF_8), (connection, message) -> message + " for " + authority(connection)
						+ " by " + connection.proxyAddress().map(Object::toString).orElse("nobody"));
		byte[] first = ProxyHeaders.v2(0x21, 0x12, ProxyHeaders.addresses("192.0.2.7", "10.0.0.1", 4711, 53),
				ProxyHeaders.tlv(2, ProxyHeaders.ascii("example.org")));
		try (UdpTestServer server = behind("127.0.0.1", strategy).udp((udp) -> udp.withSessions(true)).start(service)) {
			UdpClient proxy = server.client();
			String by = " for example.org by " + proxy.address();
			assertThat(proxy.send(packet(first, "one")).receiveText()).isEqualTo("one" + by);
			assertThat(proxy.send(packet(HEADER, "two")).receiveText()).isEqualTo("two" + by);
			assertThat(server.server().connections().all()).singleElement().satisfies((session) -> {
				assertThat(session.proxyAddress()).contains(proxy.address());
				assertThat(session.attribute(ProxyHeader.KEY)).isPresent();
			});
			// A health check of its own: another session, of the proxy itself.
			assertThat(proxy.send(packet(ProxyHeaders.v2(0x20, 0), "ping")).receiveText())
				.isEqualTo("ping for none by nobody");
		}
	}

	private static String authority(Connection connection) {
		return connection.attribute(ProxyHeader.KEY).flatMap((header) -> header.tlvs().authority()).orElse("none");
	}

	@ParameterizedTest
	@EnumSource
	void everyHandlerSeesTheProxyOfItsDatagram(Strategy strategy) throws Exception {
		PacketScript by = (handler) -> handler.out()
			.print(handler.request().proxyAddress().map(Object::toString).orElse("nobody"));
		try (UdpTestServer server = behind("127.0.0.1", strategy).start(by)) {
			UdpClient proxy = server.client();
			assertThat(proxy.send(packet(HEADER, "by whom?")).receiveText()).isEqualTo(proxy.address().toString());
		}
	}

}
