package io.socketserver;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.logging.Level;

import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import io.socketserver.framing.Framing;
import io.socketserver.message.Codec;
import io.socketserver.message.MessageService;
import io.socketserver.mixin.AddressRulesMixIn;
import io.socketserver.mixin.LimitingMixIn;
import io.socketserver.mixin.PerAddressLimitMixIn;
import io.socketserver.mixin.PoolingMixIn;
import io.socketserver.mixin.ThreadingMixIn;
import io.socketserver.proxy.ProxyHeader;
import io.socketserver.proxy.ProxyProtocol;
import io.socketserver.request.Addresses;
import io.socketserver.request.Cidr;
import io.socketserver.request.CloseReason;
import io.socketserver.request.Connection;
import io.socketserver.request.DrainReport;
import io.socketserver.request.MixIn;
import io.socketserver.support.Await;
import io.socketserver.support.Client;
import io.socketserver.support.Descriptors;
import io.socketserver.support.LogLines;
import io.socketserver.support.Multiplexed;
import io.socketserver.support.ProxyHeaders;
import io.socketserver.support.Script;
import io.socketserver.support.Strategy;
import io.socketserver.support.TestServer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * A server behind proxies at 127.0.0.1 and 127.0.0.8/30.
 */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ProxyProtocolTests {

	private static final ProxyProtocol PROTOCOL = ProxyProtocol
		.requiredFrom(List.of(Cidr.parse("127.0.0.1"), Cidr.parse("127.0.0.8/30")))
		.withHeaderTimeout(Duration.ofSeconds(30));

	private static final String V1 = "PROXY TCP4 192.0.2.7 10.0.0.1 4711 80\r\n";

	private static final InetSocketAddress REAL = new InetSocketAddress("192.0.2.7", 4711);

	// Who the client is, then the lines in capitals.
	private static final Script WHO = (handler) -> {
		handler.out().println(handler.stream().clientAddress().toString());
		Script.UPPER.run(handler);
	};

	private static ServerOptions required(ServerOptions options) {
		return options.withProxyProtocol(PROTOCOL);
	}

	@ParameterizedTest
	@EnumSource
	void showsTheRealClient(Strategy strategy) throws Exception {
		List<byte[]> headers = List.of(ProxyHeaders.ascii(V1), ProxyHeaders.v2(0x21, 0x11, ProxyHeaders.tcp4()));
		for (byte[] header : headers) {
			try (TestServer server = TestServer.with(strategy).options(ProxyProtocolTests::required).start(WHO)) {
				Client client = server.connect().send(header);
				assertThat(client.readLine()).isEqualTo("/192.0.2.7:4711");
				assertThat(client.ask("hello")).isEqualTo("HELLO");
				assertThat(server.trace().request().clientAddress()).isEqualTo(REAL);
				assertThat(server.trace().request().proxyAddress()).contains(client.address());
				assertThat(server.trace().request()).hasToString(
						server.server().name() + "-1 from 192.0.2.7:4711 via " + Addresses.text(client.address()));
				assertThat(server.server().connections().all()).singleElement()
					.extracting(Connection::clientAddress)
					.isEqualTo(REAL);
			}
		}
	}

	@ParameterizedTest
	@EnumSource
	void everyHandlerSeesTheProxy(Strategy strategy) throws Exception {
		Script by = (handler) -> handler.out()
			.println(handler.stream().proxyAddress().map(Object::toString).orElse("nobody"));
		try (TestServer server = TestServer.with(strategy).options(ProxyProtocolTests::required).start(by)) {
			Client client = server.connect().send(V1);
			assertThat(client.readLine()).isEqualTo(client.address().toString());
		}
	}

	@ParameterizedTest
	@EnumSource
	void everyMessageHandlerSeesTheProxy(Multiplexed way) throws Exception {
		aMessageHandlerSeesTheProxy(way.mixIn());
	}

	@Test
	void aMessageHandlerWithAThreadSeesTheProxy() throws Exception {
		aMessageHandlerSeesTheProxy(new ThreadingMixIn());
	}

	private static void aMessageHandlerSeesTheProxy(MixIn strategy) throws Exception {
		MessageService<String, String> by = MessageService.of(Framing.line(8192), Codec.string(StandardCharsets.UTF_8),
				(connection, message) -> connection.proxyAddress().map(Object::toString).orElse("nobody"));
		try (TestServer server = TestServer.with(strategy).options(ProxyProtocolTests::required).start(by)) {
			Client client = server.connect().send(V1);
			assertThat(client.ask("by whom?")).isEqualTo(client.address().toString());
		}
	}

	@ParameterizedTest
	@EnumSource
	void passesOnWhatFollowsTheHeader(Strategy strategy) throws Exception {
		String lines = "one\n" + "x".repeat(3000) + "\ntwo\n";
		try (TestServer server = TestServer.with(strategy).options(ProxyProtocolTests::required).start(Script.UPPER)) {
			Client client = server.connect().send(V1 + lines).shutdownOutput();
			assertThat(client.readText()).isEqualTo(lines.toUpperCase(Locale.ROOT));
			server.awaitQuiet();
			assertThat(server.trace().request().bytesIn()).isEqualTo(lines.length());
			assertThat(server.trace().request().closeReason()).contains(CloseReason.PEER_CLOSED);
		}
	}

	@ParameterizedTest
	@EnumSource
	void readsAHeaderThatDrips(Strategy strategy) throws Exception {
		byte[] authority = ProxyHeaders.tlv(2, ProxyHeaders.ascii("a".repeat(300)));
		for (byte[] header : List.of(ProxyHeaders.ascii(V1),
				ProxyHeaders.v2(0x21, 0x11, ProxyHeaders.tcp4(), authority))) {
			try (TestServer server = TestServer.with(strategy).options(ProxyProtocolTests::required).start(WHO)) {
				Client client = server.connect();
				for (int i = 0; i < header.length; i++) {
					boolean last = i == header.length - 1;
					long passes = server.server().loopPasses();
					client.send(new byte[] { header[i] });
					Await.until(() -> last || server.server().loopPasses() > passes, "the byte is read");
				}
				assertThat(client.readLine()).isEqualTo("/192.0.2.7:4711");
			}
		}
	}

	@Test
	void keepsTheHeaderForHandlers() throws Exception {
		Script script = (handler) -> handler.out()
			.println(handler.stream()
				.attribute(ProxyHeader.KEY)
				.flatMap((header) -> header.tlvs().authority())
				.orElse("none"));
		try (TestServer server = TestServer.with(Strategy.THREAD).options(ProxyProtocolTests::required).start(script)) {
			byte[] authority = ProxyHeaders.tlv(2, ProxyHeaders.ascii("example.org"));
			Client client = server.connect().send(ProxyHeaders.v2(0x21, 0x11, ProxyHeaders.tcp4(), authority));
			assertThat(client.readLine()).isEqualTo("example.org");
		}
	}

	@Test
	void aProxyThatSpeaksForItselfKeepsItsAddress() throws Exception {
		for (byte[] header : List.of(ProxyHeaders.v2(0x20, 0), ProxyHeaders.v2(0x21, 0),
				ProxyHeaders.ascii("PROXY UNKNOWN\r\n"), ProxyHeaders.ascii("PROXY UNKNOWN 1 2 3 4\r\n"))) {
			try (TestServer server = TestServer.with(Strategy.THREAD)
				.options(ProxyProtocolTests::required)
				.start(WHO)) {
				Client client = server.connect().send(header);
				assertThat(client.readLine()).isEqualTo(client.address().toString());
				assertThat(server.trace().request().proxyAddress()).isEmpty();
			}
		}
	}

	@Test
	void othersAreServedWithoutAHeaderAndWithoutWaiting() throws Exception {
		try (TestServer server = TestServer.with(Strategy.THREAD).options(ProxyProtocolTests::required).start(WHO);
				Client client = Client.connectFrom("127.0.0.2", server.server().serverAddress())) {
			// It has not sent a byte yet.
			assertThat(client.readLine()).startsWith("/127.0.0.2:");
			assertThat(client.ask("proxy me")).isEqualTo("PROXY ME");
			assertThat(client.ask("PROXY TCP4 1.2.3.4 5.6.7.8 1 2")).startsWith("PROXY TCP4");
		}
	}

	@ParameterizedTest
	@EnumSource
	void aForgedHeaderIsRefusedAndCounted(Strategy strategy) throws Exception {
		try (TestServer server = TestServer.with(strategy).options(ProxyProtocolTests::required).start(Script.UPPER)) {
			List<byte[]> forgeries = List.of(ProxyHeaders.ascii("PROXY TCP4 6.6.6.6 10.0.0.1 1 2\r\n"),
					ProxyHeaders.ascii("PROXY TCP6 ::6 ::1 1 2\r\n"), ProxyHeaders.ascii("PROXY UNKNOWN\r\n"),
					ProxyHeaders.v2(0x21, 0x11, ProxyHeaders.addresses("6.6.6.6", "10.0.0.1", 1, 2)));
			for (int i = 0; i < 200; i++) {
				try (Client client = Client.connectFrom("127.0.0.2", server.server().serverAddress())) {
					client.send(forgeries.get(i % forgeries.size())).send("hello\n");
					assertThat(client.readToEnd()).isEmpty();
				}
				catch (SocketException reset) {
					// It closed with the rest unread, which is as good.
				}
			}
			server.awaitQuiet();
			assertThat(server.server().statistics().closed(CloseReason.PROXY_HEADER_FORBIDDEN)).isEqualTo(200);
			assertThat(server.server().statistics().refused()).isEqualTo(200);
			assertThat(server.server().statistics().bytesIn()).isZero();
			assertThat(server.trace().requests())
				.allSatisfy((request) -> assertThat(request.clientAddress().toString()).startsWith("/127.0.0.2:"));
		}
	}

	@Test
	void aForgedHeaderThatDripsNeverGetsThroughWhole() throws Exception {
		try (TestServer server = TestServer.with(Strategy.THREAD)
			.options(ProxyProtocolTests::required)
			.start(Script.UPPER); Client client = Client.connectFrom("127.0.0.2", server.server().serverAddress())) {
			client.send("PROXY T");
			Await.until(() -> server.server().statistics().bytesIn() == 7, "the begin is read");
			client.send("CP4 6.6.6.6 10.0.0.1 1 2\r\n");
			assertThat(client.end()).isIn(Client.End.ORDERLY, Client.End.RESET);
			server.awaitQuiet();
			assertThat(server.trace().request().closeReason()).contains(CloseReason.PROXY_HEADER_FORBIDDEN);
			assertThat(server.trace().request().bytesIn()).isEqualTo(7);
		}
	}

	@ParameterizedTest
	@EnumSource
	void refusesEachMalformedHeader(Strategy strategy) throws Exception {
		Map<String, byte[]> corpus = ProxyHeaders.malformed();
		Set<String> before = Descriptors.open();
		try (TestServer server = TestServer.with(strategy).options(ProxyProtocolTests::required).start(Script.UPPER)) {
			int refused = 0;
			for (Map.Entry<String, byte[]> each : corpus.entrySet()) {
				try (Client client = server.connect()) {
					client.send(each.getValue());
					assertThat(client.end()).as(each.getKey()).isIn(Client.End.ORDERLY, Client.End.RESET);
				}
				int expected = ++refused;
				Await.until(() -> server.server().statistics().closed(CloseReason.PROXY_HEADER_INVALID) == expected,
						each.getKey() + " is refused");
			}
			assertThat(corpus).hasSizeGreaterThan(100);
			assertThat(server.trace().calls("verifyRequest")).isZero();
			assertThat(server.server().statistics().acceptFailures()).isZero();
			assertThat(server.connect().send(V1).ask("hello")).isEqualTo("HELLO");
		}
		Descriptors.awaitClosedSince(before);
	}

	@Test
	void saysEachReasonForARefusalAlthoughAnotherGoesOn() throws Exception {
		try (LogLines log = LogLines.warnings();
				TestServer server = TestServer.with(Strategy.THREAD)
					.options((options) -> options.withProxyProtocol(PROTOCOL.withHeaderTimeout(Duration.ofMillis(200))))
					.start(Script.UPPER)) {
			for (int i = 0; i < 10; i++) {
				server.connect().send("no header\r\n").end();
			}
			server.connect().end();
			try (Client client = Client.connectFrom("127.0.0.2", server.server().serverAddress())) {
				client.send(V1).end();
			}
			Await.until(() -> log.of(server).size() == 3, "three lines");
			assertThat(log.of(server).get(0)).contains("from which it requires the PROXY protocol");
			assertThat(log.of(server).get(1)).contains("No PROXY header came within 200 ms");
			assertThat(log.of(server).get(2)).contains("from which none is required");
		}
	}

	@Test
	void saysWhatComesInPlaceOfAHeader() throws Exception {
		byte[] hello = { 22, 3, 1, 2, 0, 1, 0, 1, (byte) 0xfc, 3, 3 };
		Map<byte[], String> looks = Map.of(hello, "No PROXY header: it looks like a TLS ClientHello",
				ProxyHeaders.ascii("GET / HTTP/1.1\r\n"), "No PROXY header: it looks like an HTTP request",
				ProxyHeaders.ascii("hello\n"), "No PROXY header: it begins with hello\\x0a");
		for (Map.Entry<byte[], String> each : looks.entrySet()) {
			try (LogLines log = LogLines.warnings();
					TestServer server = TestServer.with(Strategy.THREAD)
						.options(ProxyProtocolTests::required)
						.start(Script.UPPER)) {
				server.connect().send(each.getKey()).end();
				assertThat(log.of(server)).singleElement(InstanceOfAssertFactories.STRING).contains(each.getValue());
			}
		}
	}

	@Test
	void aPeerThatIsLostBeforeItsHeaderHasOneLineWithoutATrace() throws Exception {
		try (LogLines log = LogLines.debug();
				TestServer server = TestServer.with(Strategy.THREAD)
					.options(ProxyProtocolTests::required)
					.start(Script.UPPER)) {
			server.connect().send("PROXY ").reset();
			Await.until(() -> !log.of(server).isEmpty(), "a line");
			assertThat(log.linesOf(server.server())).singleElement().satisfies((line) -> {
				assertThat(line.level()).isEqualTo(Level.FINE);
				assertThat(line.text()).contains("was lost before its PROXY header: ");
				assertThat(line.hasTrace()).isFalse();
			});
		}
	}

	@Test
	void refusesAHeaderThatDoesNotComeInTime() throws Exception {
		try (TestServer server = TestServer.with(Strategy.THREAD)
			.options((options) -> options.withProxyProtocol(PROTOCOL.withHeaderTimeout(Duration.ofMillis(200))))
			.start(Script.UPPER)) {
			long begin = System.nanoTime();
			Client silent = server.connect();
			Client slow = server.connect().send("PROXY TCP4 1.2");
			assertThat(silent.end()).isEqualTo(Client.End.ORDERLY);
			assertThat(slow.end()).isEqualTo(Client.End.ORDERLY);
			assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThanOrEqualTo(Duration.ofMillis(200));
			Await.until(() -> server.server().statistics().closed(CloseReason.PROXY_HEADER_TIMEOUT) == 2, "both");
			assertThat(server.server().statistics().refused()).isEqualTo(2);
			assertThat(server.trace().calls("verifyRequest")).isZero();
		}
	}

	@Test
	void aHealthCheckThatOnlyConnectsIsNoRefusal() throws Exception {
		try (TestServer server = TestServer.with(Strategy.THREAD)
			.options(ProxyProtocolTests::required)
			.start(Script.UPPER)) {
			for (int i = 0; i < 20; i++) {
				server.connect().close();
				server.connect().reset();
			}
			Await.until(() -> server.server().statistics().closed(CloseReason.PEER_CLOSED)
					+ server.server().statistics().closed(CloseReason.PEER_RESET) == 40, "their ends");
			assertThat(server.server().statistics().refused()).isZero();
		}
	}

	/**
	 * A thousand that never send their header delay nobody.
	 */
	@Test
	void thoseWhoStallDelayNobody() throws Exception {
		try (TestServer server = TestServer.with(Strategy.THREAD)
			.options(ProxyProtocolTests::required)
			.start(Script.UPPER)) {
			List<Client> stalled = new ArrayList<>();
			for (int i = 0; i < 500; i++) {
				stalled.add(server.connect().send("PROXY "));
			}
			for (int i = 0; i < 50; i++) {
				try (Client client = server.connect().send(V1)) {
					assertThat(client.ask("hello")).isEqualTo("HELLO");
				}
			}
			assertThat(server.server().connections().count()).isLessThan(50);
			Await.until(() -> server.server().connections().awaitingHeader() == 500, "only those wait who stall");
			for (Client each : stalled) {
				each.close();
			}
			Await.until(() -> server.server().connections().awaitingHeader() == 0, "nobody waits");
		}
	}

	@Test
	void beyondABoundClientsWaitInTheKernelsQueue() throws Exception {
		try (TestServer server = TestServer.with(Strategy.THREAD)
			.options(ProxyProtocolTests::required)
			.start(Script.UPPER)) {
			List<Client> stalled = new ArrayList<>();
			for (int i = 0; i < 1100; i++) {
				stalled.add(server.connect());
			}
			Await.until(() -> !server.server().acceptGate().isOpen(), "the gate is shut");
			assertThat(server.server().acceptGate().holders().toString()).contains("PROXY headers");
			assertThat(server.server().statistics().accepted()).isEqualTo(1024);
			for (Client each : stalled) {
				assertThat(each.send(V1).ask("hello")).isEqualTo("HELLO");
				each.close();
			}
			Await.until(() -> server.server().acceptGate().isOpen(), "the gate opens");
		}
	}

	@Test
	void neverExceedsMaxConnections() throws Exception {
		try (TestServer server = TestServer.with(Strategy.THREAD)
			.options((options) -> required(options).withMaxConnections(4))
			.start(WHO)) {
			List<Client> all = new ArrayList<>();
			for (int i = 0; i < 20; i++) {
				all.add(server.connect());
			}
			Await.until(() -> server.server().statistics().accepted() == 20, "all are taken");
			for (Client each : all) {
				each.send(V1);
			}
			Await.until(() -> server.server().connections().count() == 4, "four are served");
			LimitingMixIn limit = server.server()
				.mixIns()
				.stream()
				.filter(LimitingMixIn.class::isInstance)
				.map(LimitingMixIn.class::cast)
				.findFirst()
				.orElseThrow();
			for (Client each : all) {
				assertThat(limit.activeRequests()).isLessThanOrEqualTo(4);
				assertThat(each.readLine()).isEqualTo("/192.0.2.7:4711");
				each.close();
			}
			server.awaitQuiet();
			assertThat(server.server().statistics().refused()).isZero();
		}
	}

	@Test
	void aPauseHoldsThoseBackWhoseHeaderIsRead() throws Exception {
		try (TestServer server = TestServer.with(Strategy.THREAD).options(ProxyProtocolTests::required).start(WHO)) {
			Client client = server.connect();
			Await.until(() -> server.server().statistics().accepted() == 1, "it is taken");
			server.server().pause();
			client.send(V1);
			assertThat(client.hearsNothingFor(200)).isTrue();
			assertThat(server.trace().calls("verifyRequest")).isZero();
			server.server().resume();
			assertThat(client.readLine()).isEqualTo("/192.0.2.7:4711");
		}
	}

	@Test
	void rulesAndLimitsSeeTheRealClient() throws Exception {
		AddressRulesMixIn rules = new AddressRulesMixIn(List.of(), List.of(Cidr.parse("192.0.2.66")));
		PerAddressLimitMixIn limit = new PerAddressLimitMixIn(1);
		try (TestServer server = TestServer.with(Strategy.THREAD)
			.over(rules, limit)
			.options(ProxyProtocolTests::required)
			.start(WHO)) {
			assertThat(from(server, "192.0.2.1").readLine()).isEqualTo("/192.0.2.1:1");
			assertThat(from(server, "192.0.2.2").readLine()).isEqualTo("/192.0.2.2:1");
			assertThat(from(server, "192.0.2.2").readLine()).isNull();
			assertThat(from(server, "192.0.2.66").readLine()).isNull();
			Await.until(() -> server.server().statistics().closed(CloseReason.REFUSED) == 2, "two are refused");
			assertThat(limit.activeRequests(InetAddress.getByName("192.0.2.2"))).isOne();
		}
	}

	private static Client from(TestServer server, String client) throws Exception {
		return server.connect().send("PROXY TCP4 " + client + " 10.0.0.1 1 80\r\n");
	}

	@Test
	void handleRequestWaitsForTheHeader() throws Exception {
		TestServer server = TestServer.with().options(ProxyProtocolTests::required).create(Script.handlers(WHO));
		try (server) {
			server.server().bind();
			Client client = server.connect();
			Thread later = new Thread(() -> {
				try {
					Await.until(() -> server.server().statistics().accepted() == 1, "it is taken");
					client.send(V1).shutdownOutput();
				}
				catch (IOException ex) {
					throw new AssertionError(ex);
				}
			});
			later.start();
			assertThat(server.server().handleRequest(Duration.ofSeconds(20))).isTrue();
			Await.end(later);
			assertThat(client.readLine()).isEqualTo("/192.0.2.7:4711");
		}
	}

	@Test
	void aDrainEndsThoseWhoseHeaderHasNotCome() throws Exception {
		for (boolean close : new boolean[] { true, false }) {
			try (TestServer server = TestServer.with(Strategy.THREAD)
				.options(ProxyProtocolTests::required)
				.start(WHO)) {
				Client silent = server.connect();
				Client slow = server.connect().send("PROXY TCP4 1");
				Await.until(() -> server.server().statistics().accepted() == 2, "they are taken");
				if (close) {
					server.server().close();
				}
				else {
					server.server().shutdown();
				}
				assertThat(silent.end()).isEqualTo(Client.End.ORDERLY);
				assertThat(slow.end()).isEqualTo(Client.End.ORDERLY);
				assertThat(server.server().statistics().closed(CloseReason.DRAINED)).isEqualTo(2);
			}
		}
	}

	@Test
	void whoComesWhileItClosesIsServedOrEndsInOrder() throws Exception {
		for (int round = 0; round < 20; round++) {
			try (TestServer server = TestServer.with(Strategy.THREAD)
				.options(ProxyProtocolTests::required)
				.start(Script.UPPER)) {
				SocketAddress address = server.server().serverAddress();
				List<Client> queued = new ArrayList<>();
				server.server().pause();
				for (int i = 0; i < 10; i++) {
					queued.add(Client.connect(address).send(V1 + "hello\n"));
				}
				server.server().resume();
				Future<DrainReport> closed = server.server().closeAsync(Duration.ofSeconds(10));
				for (Client each : queued) {
					assertThat(each.readLine()).isIn("HELLO", null);
					assertThat(each.end()).isEqualTo(Client.End.ORDERLY);
					each.close();
				}
				assertThat(closed).succeedsWithin(Duration.ofSeconds(20));
			}
		}
	}

	@ParameterizedTest
	@EnumSource
	void multiplexedHandlersSeeTheRealClient(Multiplexed way) throws Exception {
		try (TestServer server = TestServer.with(way.mixIn())
			.options(ProxyProtocolTests::required)
			.start(Multiplexed.who())) {
			for (int i = 0; i < 20; i++) {
				try (Client client = server.connect().send(V1 + "first\nsecond\n")) {
					assertThat(client.readLine()).isEqualTo("/192.0.2.7:4711");
					assertThat(client.readLine()).isEqualTo("FIRST");
					assertThat(client.readLine()).isEqualTo("SECOND");
					assertThat(client.ask("third")).isEqualTo("THIRD");
				}
				try (Client forger = Client.connectFrom("127.0.0.2", server.server().serverAddress())) {
					assertThat(forger.readLine()).startsWith("/127.0.0.2:");
					forger.send(V1);
					assertThat(forger.end()).isIn(Client.End.ORDERLY, Client.End.RESET);
				}
			}
			server.awaitQuiet();
			assertThat(server.server().statistics().closed(CloseReason.PROXY_HEADER_FORBIDDEN)).isEqualTo(20);
		}
	}

	/**
	 * Bytes read ahead with the header, of which no selector will ever tell.
	 */
	@ParameterizedTest
	@EnumSource
	void multiplexedHandlersGetWhatCameWithTheHeader(Multiplexed way) throws Exception {
		try (TestServer server = TestServer.with(way.mixIn())
			.options(ProxyProtocolTests::required)
			.start(Multiplexed.upper())) {
			for (int i = 0; i < 20; i++) {
				try (Client client = server.connect().send(V1 + "first\nsecond\n")) {
					assertThat(client.readLine()).isEqualTo("FIRST");
					assertThat(client.readLine()).isEqualTo("SECOND");
				}
				try (Client client = server.connect().send(V1 + "first\nand last").shutdownOutput()) {
					assertThat(client.readText()).isEqualTo("FIRST\nAND LAST\n");
				}
			}
		}
	}

	@Test
	void worksWithAPoolThatIsFull() throws Exception {
		try (TestServer server = TestServer.with(new PoolingMixIn(2))
			.options(ProxyProtocolTests::required)
			.start(Script.UPPER)) {
			List<Client> all = new ArrayList<>();
			for (int i = 0; i < 50; i++) {
				// Nobody keeps a thread until the others are served, since the order
				// of those whose headers come at once is anybody's.
				all.add(server.connect().send(V1 + "hello\n").shutdownOutput());
			}
			for (Client each : all) {
				assertThat(each.readText()).isEqualTo("HELLO\n");
				each.close();
			}
		}
	}

	@Test
	void refusesOptionsWithoutSense() {
		assertThatIllegalArgumentException().isThrownBy(() -> ProxyProtocol.requiredFrom(List.of()))
			.withMessageContaining("requiredFrom");
		assertThatIllegalArgumentException().isThrownBy(() -> PROTOCOL.withHeaderTimeout(Duration.ZERO))
			.withMessageContaining("headerTimeout");
		assertThatIllegalArgumentException()
			.isThrownBy(() -> new ProxyProtocol(PROTOCOL.requiredFrom(), Duration.ofSeconds(1), 100))
			.withMessageContaining("maxHeaderLength");
	}

}
