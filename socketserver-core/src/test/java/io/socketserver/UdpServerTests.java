package io.socketserver;

import java.net.DatagramSocket;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

import io.socketserver.UdpOptions.LongPackets;
import io.socketserver.mixin.OverflowPolicy;
import io.socketserver.mixin.PoolingMixIn;
import io.socketserver.request.ConnectionClosedException;
import io.socketserver.request.DatagramDrop;
import io.socketserver.request.DatagramRequestHandler;
import io.socketserver.request.DatagramTooLongException;
import io.socketserver.request.DrainReport;
import io.socketserver.request.MixIn;
import io.socketserver.request.Request;
import io.socketserver.request.RequestCycle;
import io.socketserver.request.RequestOutcome;
import io.socketserver.request.ServerListener;
import io.socketserver.support.Await;
import io.socketserver.support.PacketScript;
import io.socketserver.support.Script;
import io.socketserver.support.Strategy;
import io.socketserver.support.TestServer;
import io.socketserver.support.UdpClient;
import io.socketserver.support.UdpTestServer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Datagrams as requests, the same under every strategy.
 */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class UdpServerTests {

	private static final byte[] IPV6_LOOPBACK = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1 };

	private final CountDownLatch begun = new CountDownLatch(1);

	private final CountDownLatch go = new CountDownLatch(1);

	private final List<Throwable> thrown = new CopyOnWriteArrayList<>();

	// Answers once it may.
	private final PacketScript waiting = (handler) -> {
		this.begun.countDown();
		Await.latch(this.go, "leave to answer");
		handler.out().print("late");
	};

	@ParameterizedTest
	@EnumSource
	void echoesToOneClientAfterAnother(Strategy strategy) throws Exception {
		try (UdpTestServer server = UdpTestServer.with(strategy).start(PacketScript.UPPER)) {
			assertThat(server.server().port()).isPositive();
			for (int i = 0; i < 20; i++) {
				assertThat(server.client().ask("hello " + i)).isEqualTo("HELLO " + i);
			}
			server.awaitQuiet();
			assertThat(server.server().statistics().datagramsIn()).isEqualTo(20);
			assertThat(server.server().statistics().datagramsOut()).isEqualTo(20);
			assertThat(server.server().statistics().requests()).isEqualTo(20);
			assertThat(server.trace().calls("closeRequest")).isEqualTo(20);
			assertThat(server.server().connections().count()).isZero();
		}
	}

	@ParameterizedTest
	@EnumSource
	void takesDatagramsOfEverySize(Strategy strategy) throws Exception {
		try (UdpTestServer server = UdpTestServer.with(strategy)
			.udp((udp) -> udp.withMaxPacketSize(65535))
			.start(PacketScript.ECHO)) {
			UdpClient client = server.client();
			for (int size : new int[] { 0, 1, 1472, 8192, 65507 }) {
				byte[] packet = new byte[size];
				new Random(size).nextBytes(packet);
				assertThat(client.send(packet).receive()).as(size + " bytes").isEqualTo(packet);
			}
			server.awaitQuiet();
			assertThat(server.server().statistics().datagramsTruncated()).isZero();
			assertThat(server.server().statistics().bytesIn()).isEqualTo(1 + 1472 + 8192 + 65507);
			assertThat(server.server().statistics().bytesOut()).isEqualTo(1 + 1472 + 8192 + 65507);
		}
	}

	@ParameterizedTest
	@EnumSource
	void givesEachHandlerItsOwnBytes(Strategy strategy) throws Exception {
		int clients = 8;
		int each = 50;
		try (UdpTestServer server = UdpTestServer.with(strategy).start(PacketScript.ECHO)) {
			for (int i = 0; i < clients; i++) {
				UdpClient client = server.client();
				Set<String> expected = ConcurrentHashMap.newKeySet();
				for (int j = 0; j < each; j++) {
					expected.add("client " + i + " says " + j);
					client.send("client " + i + " says " + j);
				}
				for (int j = 0; j < each; j++) {
					assertThat(expected.remove(client.receiveText())).isTrue();
				}
			}
		}
	}

	@Test
	void aDatagramThatIsTooLongIsDroppedAndCounted() throws Exception {
		try (UdpTestServer server = UdpTestServer.with(Strategy.SYNC).start(PacketScript.ECHO)) {
			UdpClient client = server.client();
			assertThat(client.send(new byte[8192]).receive()).hasSize(8192);
			for (int size : new int[] { 8193, 65507 }) {
				client.send(new byte[size]);
			}
			assertThat(client.ask("next")).isEqualTo("next");
			assertThat(server.server().statistics().datagramsTruncated()).isZero();
			assertThat(server.server().statistics().datagramsDropped(DatagramDrop.TOO_LONG)).isEqualTo(2);
			assertThat(server.server().statistics().datagramsIn()).isEqualTo(4);
			assertThat(server.server().statistics().requests()).isEqualTo(2);
		}
	}

	@ParameterizedTest
	@EnumSource
	void aDatagramThatIsTooLongMayBeHandledWithoutItsEnd(Strategy strategy) throws Exception {
		try (UdpTestServer server = UdpTestServer.with(strategy)
			.udp((udp) -> udp.withMaxPacketSize(10).withLongPackets(LongPackets.TRUNCATE))
			.start((handler) -> handler.out().print(handler.line() + " " + handler.request().isTruncated()))) {
			assertThat(server.client().ask("0123456789")).isEqualTo("0123456789 false");
			assertThat(server.client().ask("0123456789X")).isEqualTo("0123456789 true");
			assertThat(server.server().statistics().datagramsTruncated()).isOne();
			assertThat(server.server().statistics().datagramsDropped(DatagramDrop.TOO_LONG)).isZero();
		}
	}

	@Test
	void aFloodOfLongDatagramsDoesNotHoldTheLoop() throws Exception {
		try (UdpTestServer server = UdpTestServer.with(Strategy.SYNC)
			.options((options) -> options.withReceiveBufferSize(4 * 1024 * 1024))
			.udp((udp) -> udp.withMaxPacketSize(10))
			.start(PacketScript.ECHO)) {
			UdpClient client = server.client();
			server.server().pause();
			for (int i = 0; i < 200; i++) {
				client.send(new byte[11]);
			}
			client.send("short");
			server.server().resume();
			assertThat(client.receiveText()).isEqualTo("short");
			assertThat(server.server().statistics().datagramsDropped(DatagramDrop.TOO_LONG)).isEqualTo(200);
		}
	}

	@ParameterizedTest
	@EnumSource
	void clientsThatAreGoneHurtNobody(Strategy strategy) throws Exception {
		try (UdpTestServer server = UdpTestServer.with(strategy).start((handler) -> {
			// The first answer brings an ICMP message, the others meet it.
			for (int i = 0; i < 5; i++) {
				handler.request().reply(handler.bytes());
			}
		})) {
			// Made first: it must not get the port of one that is gone, and an answer to
			// it.
			UdpClient here = server.client();
			for (int i = 0; i < 50; i++) {
				try (UdpClient gone = UdpClient.of(server.server().serverAddress())) {
					gone.send("gone");
				}
			}
			assertThat(here.ask("here")).isEqualTo("here");
			server.awaitQuiet();
			assertThat(server.trace().errors()).isEmpty();
			assertThat(server.server().statistics().acceptFailures()).isZero();
			assertThat(server.server().statistics().datagramsIn()).isEqualTo(51);
		}
	}

	@ParameterizedTest
	@EnumSource
	void aHandlerThatThrowsSendsNothing(Strategy strategy) throws Exception {
		try (UdpTestServer server = UdpTestServer.with(strategy).start((handler) -> {
			handler.out().print("half an");
			if (handler.line().equals("bad")) {
				throw new IllegalStateException("no answer");
			}
		})) {
			UdpClient client = server.client().send("bad");
			assertThat(client.ask("good")).isEqualTo("half an");
			server.awaitQuiet();
			assertThat(server.trace().errors()).singleElement()
				.satisfies((error) -> assertThat(error).hasMessageContaining("no answer"));
			assertThat(server.server().statistics().datagramsOut()).isOne();
		}
	}

	@Test
	void aHandlerMaySendPartialAndEmptyRepliesAsPythonDoes() throws Exception {
		try (UdpTestServer server = UdpTestServer.with(Strategy.SYNC).start(PythonHandler::new)) {
			UdpClient client = server.client();
			assertThat(client.ask("bad")).isEqualTo("half an");
			assertThat(client.send("empty").receive()).isEmpty();
		}
	}

	@Test
	void nothingWrittenIsNothingSent() throws Exception {
		try (UdpTestServer server = UdpTestServer.with(Strategy.SYNC).start((handler) -> {
		})) {
			assertThat(server.client().send("a").hearsNothingFor(200)).isTrue();
			server.awaitQuiet();
			assertThat(server.server().statistics().datagramsIn()).isOne();
			assertThat(server.server().statistics().datagramsOut()).isZero();
		}
	}

	@ParameterizedTest
	@EnumSource
	void aReplyThatIsTooLongIsAnErrorThatSaysWhatToDo(Strategy strategy) throws Exception {
		try (UdpTestServer server = UdpTestServer.with(strategy)
			.start((handler) -> handler.out().write(new byte[65_508]))) {
			server.client().send("a");
			Await.until(() -> server.trace().errors().size() == 1, "the error");
			assertThat(server.trace().errors().get(0).toString()).contains(DatagramTooLongException.class.getName(),
					"65508 bytes", "in parts");
			assertThat(server.server().statistics().datagramsDropped(DatagramDrop.SEND_FAILED)).isOne();
		}
	}

	@Test
	void repliesNeverExceedTheAmplificationThatIsAllowed() throws Exception {
		AtomicInteger sent = new AtomicInteger();
		try (UdpTestServer server = UdpTestServer.with(Strategy.SYNC)
			.udp((udp) -> udp.withMaxAmplification(UdpOptions.DEFAULT.maxAmplification()))
			.start((handler) -> {
				for (int i = 0; i < 100; i++) {
					sent.addAndGet(handler.request().reply(new byte[5]) ? 5 : 0);
				}
				handler.out().write(new byte[1000]);
			})) {
			UdpClient client = server.client().send("0123456789");
			assertThat(client.receive()).hasSize(5);
			assertThat(client.receive()).hasSize(5);
			assertThat(client.hearsNothingFor(200)).isTrue();
			server.awaitQuiet();
			assertThat(sent.get()).isEqualTo(10);
			assertThat(server.server().statistics().bytesOut()).isEqualTo(10);
			assertThat(server.server().statistics().datagramsDropped(DatagramDrop.AMPLIFICATION)).isEqualTo(99);
		}
	}

	@Test
	void repliesGoToWhoSentAndToWhomTheHandlerNames() throws Exception {
		try (UdpTestServer server = UdpTestServer.with(Strategy.SYNC).create(PacketScript.handlers((handler) -> {
			handler.out().print("for you");
			handler.request()
				.send(ByteBuffer.wrap("for another".getBytes(StandardCharsets.UTF_8)),
						new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(handler.line())));
		}))) {
			server.server().start();
			UdpClient other = server.client();
			assertThat(server.client().ask(Integer.toString(other.address().getPort()))).isEqualTo("for you");
			assertThat(other.receiveText()).isEqualTo("for another");
		}
	}

	@Test
	void aKernelThatRefusesForGoodCostsThatDatagramOnly() throws Exception {
		UdpServer server = new UdpServer(new InetSocketAddress(0), PacketScript.handlers(PacketScript.ECHO));
		AtomicInteger tries = new AtomicInteger();
		try (DatagramSocket unused = new DatagramSocket()) {
			PacketChannel full = new PacketChannel(server, unused.getChannel(), (packet, to) -> {
				tries.incrementAndGet();
				return 0;
			});
			SocketAddress to = new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);
			assertThat(full.send(ByteBuffer.allocate(3), to)).isFalse();
			assertThat(tries.get()).isGreaterThan(1);
			assertThat(server.statistics().datagramsDropped(DatagramDrop.SEND_BUFFER_FULL)).isOne();
			assertThat(server.statistics().datagramsOut()).isZero();
			PacketChannel fullAtFirst = new PacketChannel(server, unused.getChannel(),
					(packet, where) -> (tries.incrementAndGet() % 5 == 0) ? packet.remaining() : 0);
			assertThat(fullAtFirst.send(ByteBuffer.allocate(3), to)).isTrue();
			assertThat(server.statistics().datagramsOut()).isOne();
		}
	}

	@ParameterizedTest
	@EnumSource(mode = Mode.EXCLUDE, names = "SYNC")
	void handlesNoMoreThanTheLimitAtOnce(Strategy strategy) throws Exception {
		AtomicInteger inside = new AtomicInteger();
		AtomicInteger most = new AtomicInteger();
		try (UdpTestServer server = UdpTestServer.with(strategy)
			.options((options) -> options.withMaxConnections(3))
			.start((handler) -> {
				most.accumulateAndGet(inside.incrementAndGet(), Math::max);
				Await.latch(this.go, "leave to answer");
				inside.decrementAndGet();
				handler.out().print(handler.line());
			})) {
			UdpClient client = server.client();
			for (int i = 0; i < 50; i++) {
				client.send("x");
			}
			Await.until(() -> inside.get() == 3, "a full server");
			assertThat(server.server().statistics().datagramsIn()).isEqualTo(3);
			assertThat(server.server().connections().datagramsInFlight()).isEqualTo(3);
			this.go.countDown();
			for (int i = 0; i < 50; i++) {
				client.receive();
			}
			assertThat(most.get()).isLessThanOrEqualTo(3);
		}
	}

	@Test
	void aFullPoolThatRefusesCountsWhatItDrops() throws Exception {
		PoolingMixIn pool = new PoolingMixIn(1, 0, OverflowPolicy.REFUSE);
		try (UdpTestServer server = UdpTestServer.with(pool).start(this.waiting)) {
			UdpClient client = server.client().send("1");
			Await.latch(this.begun, "a busy pool");
			client.send("2").send("3");
			Await.until(() -> server.server().statistics().datagramsDropped(DatagramDrop.OVERLOADED) == 2,
					"two dropped");
			this.go.countDown();
			assertThat(client.receiveText()).isEqualTo("late");
		}
	}

	@Test
	void whatIsNotVerifiedIsDroppedAndCounted() throws Exception {
		MixIn verifier = new MixIn() {
			@Override
			public boolean verifyRequest(Request request, RequestCycle next) {
				return !request.id().endsWith("-1") && next.verifyRequest(request);
			}
		};
		try (UdpTestServer server = UdpTestServer.with(verifier).start(PacketScript.UPPER)) {
			UdpClient client = server.client().send("refused");
			assertThat(client.ask("taken")).isEqualTo("TAKEN");
			assertThat(server.server().statistics().datagramsDropped(DatagramDrop.REFUSED)).isOne();
			assertThat(server.server().statistics().requests()).isOne();
		}
	}

	@ParameterizedTest
	@EnumSource(mode = Mode.EXCLUDE, names = "SYNC")
	void aDrainWaitsForAnswersAndLetsThemOut(Strategy strategy) throws Exception {
		try (UdpTestServer server = UdpTestServer.with(strategy).start(this.waiting)) {
			UdpClient client = server.client().send("slow");
			Await.latch(this.begun, "the request");
			Thread closing = new Thread(() -> server.server().close());
			closing.start();
			Await.until(() -> server.server().state() == ServerState.DRAINING, "a drain");
			this.go.countDown();
			assertThat(client.receiveText()).isEqualTo("late");
			Await.end(closing);
			assertThat(server.server().state()).isEqualTo(ServerState.CLOSED);
		}
	}

	@Test
	void aDrainHandlesWhatTheKernelHasQueued() throws Exception {
		try (UdpTestServer server = UdpTestServer.with(Strategy.SYNC).start((handler) -> {
			this.begun.countDown();
			Await.latch(this.go, "leave to answer");
			handler.out().print(handler.line());
		})) {
			UdpClient client = server.client().send("1");
			Await.latch(this.begun, "the first");
			for (int i = 2; i <= 10; i++) {
				client.send(Integer.toString(i));
			}
			Thread closing = new Thread(() -> server.server().close());
			closing.start();
			Await.until(() -> server.server().state() == ServerState.DRAINING, "a drain");
			this.go.countDown();
			for (int i = 1; i <= 10; i++) {
				assertThat(client.receiveText()).isEqualTo(Integer.toString(i));
			}
			Await.end(closing);
		}
	}

	@ParameterizedTest
	@EnumSource
	void aHandlerThatIsStuckIsInterruptedAtTheDeadline(Strategy strategy) throws Exception {
		try (UdpTestServer server = UdpTestServer.with(strategy).start(this::hang)) {
			server.client().send("stuck");
			Await.latch(this.begun, "the request");
			DrainReport report = server.server().close(Duration.ofMillis(100));
			assertThat(report.cutOff()).isOne();
			Await.until(() -> this.thrown.size() == 2, "the interrupt, and the refusal to reply");
			assertThat(this.thrown.get(0)).isInstanceOf(InterruptedException.class);
			assertThat(this.thrown.get(1)).isInstanceOf(ConnectionClosedException.class);
		}
	}

	private void hang(PacketScript.Handler handler) throws Exception {
		this.begun.countDown();
		try {
			new CountDownLatch(1).await(30, TimeUnit.SECONDS);
		}
		catch (InterruptedException ex) {
			this.thrown.add(ex);
			try {
				handler.request().reply(new byte[1]);
			}
			catch (ConnectionClosedException refused) {
				this.thrown.add(refused);
			}
		}
	}

	@ParameterizedTest
	@EnumSource
	void aHandlerThatTakesTooLongIsInterrupted(Strategy strategy) throws Exception {
		List<RequestOutcome> outcomes = new CopyOnWriteArrayList<>();
		try (UdpTestServer server = UdpTestServer.with(strategy)
			.options((options) -> options.withRequestTimeout(Duration.ofMillis(100)))
			.create(PacketScript.handlers((handler) -> {
				if (handler.line().equals("hang")) {
					hang(handler);
				}
				handler.out().print(handler.line());
			}))) {
			server.server().addListener(new ServerListener() {
				@Override
				public void requestFinished(Request request, Duration duration, RequestOutcome outcome) {
					outcomes.add(outcome);
				}
			});
			server.server().start();
			UdpClient client = server.client().send("hang");
			Await.until(() -> this.thrown.size() == 2, "the interrupt");
			assertThat(client.ask("next")).isEqualTo("next");
			Await.until(() -> outcomes.size() == 2, "both outcomes");
			assertThat(outcomes).contains(RequestOutcome.ABORTED, RequestOutcome.SUCCESS);
		}
	}

	@Test
	void shutdownInAHandlerDoesNotDeadlock() throws Exception {
		for (Strategy strategy : List.of(Strategy.SYNC, Strategy.THREAD)) {
			try (UdpTestServer server = UdpTestServer.with(strategy).start((handler) -> {
				handler.request().server().shutdown();
				handler.out().print("bye");
			})) {
				assertThat(server.client().ask("stop")).isEqualTo("bye");
				Await.until(() -> server.server().state() == ServerState.STOPPED, "a stopped server");
			}
		}
	}

	@Test
	void servesAgainAfterAShutdownAndAfterAClose() throws Exception {
		UdpServer server = new UdpServer(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
				PacketScript.handlers(PacketScript.UPPER));
		for (int i = 0; i < 3; i++) {
			server.start();
			try (UdpClient client = UdpClient.of(server.serverAddress())) {
				assertThat(client.ask("a")).isEqualTo("A");
				server.shutdown();
				// Waits in the kernel meanwhile.
				client.send("b");
				server.start();
				assertThat(client.receiveText()).isEqualTo("B");
			}
			server.close();
			// Nobody is there now: the port is free at once.
			try (DatagramSocket free = new DatagramSocket(server.serverAddress())) {
				assertThat(free.isBound()).isTrue();
			}
		}
	}

	@Test
	void handlesSingleRequests() throws Exception {
		try (UdpTestServer server = UdpTestServer.with().create(PacketScript.handlers(PacketScript.UPPER))) {
			server.server().bind();
			assertThat(server.server().handleRequest(Duration.ofMillis(50))).isFalse();
			UdpClient client = server.client().send("a").send("b");
			assertThat(server.server().handleRequest(Duration.ofSeconds(10))).isTrue();
			assertThat(client.receiveText()).isEqualTo("A");
			assertThat(client.hearsNothingFor(50)).isTrue();
			assertThat(server.server().handleRequest(Duration.ofSeconds(10))).isTrue();
			assertThat(client.receiveText()).isEqualTo("B");
		}
	}

	@ParameterizedTest
	@EnumSource
	void severalReceiversShareThePort(Strategy strategy) throws Exception {
		Set<String> threads = ConcurrentHashMap.newKeySet();
		MixIn loops = new MixIn() {
			@Override
			public boolean verifyRequest(Request request, RequestCycle next) {
				threads.add(Thread.currentThread().getName());
				return next.verifyRequest(request);
			}
		};
		List<MixIn> mixIns = new ArrayList<>(List.of(loops));
		mixIns.addAll(List.of(strategy.mixIns()));
		try (UdpTestServer server = UdpTestServer.with(mixIns.toArray(MixIn[]::new))
			.udp((udp) -> udp.withReceivers(3))
			.start(PacketScript.UPPER)) {
			for (int round = 0; round < 2; round++) {
				for (int i = 0; i < 100; i++) {
					assertThat(server.client().ask("hello " + i)).isEqualTo("HELLO " + i);
				}
				server.server().shutdown();
				server.server().start();
			}
			assertThat(threads).hasSize(3);
			assertThat(server.server().statistics().datagramsIn()).isEqualTo(200);
		}
	}

	@Test
	void severalReceiversDrainAllOfThem() throws Exception {
		int clients = 30;
		try (UdpTestServer server = UdpTestServer.with(Strategy.SYNC)
			.udp((udp) -> udp.withReceivers(3))
			.start((handler) -> {
				this.begun.countDown();
				Await.latch(this.go, "leave to answer");
				handler.out().print(handler.line());
			})) {
			List<UdpClient> all = new ArrayList<>();
			for (int i = 0; i < clients; i++) {
				all.add(server.client().send("hello"));
			}
			Await.latch(this.begun, "the first");
			Thread closing = new Thread(() -> server.server().close());
			closing.start();
			Await.until(() -> server.server().state() == ServerState.DRAINING, "a drain");
			this.go.countDown();
			for (UdpClient client : all) {
				assertThat(client.receiveText()).isEqualTo("hello");
			}
			Await.end(closing);
		}
	}

	@Test
	void takesNoPortThatAnotherServerHas() throws Exception {
		for (int receivers : new int[] { 1, 2 }) {
			try (UdpTestServer server = UdpTestServer.with(Strategy.SYNC)
				.udp((udp) -> udp.withReceivers(receivers))
				.start(PacketScript.UPPER)) {
				UdpServer second = new UdpServer((InetSocketAddress) server.server().serverAddress(),
						PacketScript.handlers(PacketScript.UPPER),
						ServerOptions.DEFAULT.withUdp(UdpOptions.DEFAULT.withReceivers(receivers)));
				assertThatExceptionOfType(BindFailedException.class).isThrownBy(second::bind);
				assertThat(second.state()).isEqualTo(ServerState.NEW);
				assertThat(server.client().ask("still here")).isEqualTo("STILL HERE");
			}
		}
	}

	@Test
	void severalReceiversTakeNoSingleRequest() {
		UdpServer server = new UdpServer(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
				PacketScript.handlers(PacketScript.UPPER),
				ServerOptions.DEFAULT.withUdp(UdpOptions.DEFAULT.withReceivers(2)));
		assertThatIllegalStateException().isThrownBy(() -> server.handleRequest(Duration.ZERO))
			.withMessageContaining("several receivers");
	}

	@Test
	void anIdleServerMakesNoWakeUps() throws Exception {
		try (UdpTestServer server = UdpTestServer.with(Strategy.SYNC)
			.udp((udp) -> udp.withReceivers(2))
			.start(PacketScript.UPPER)) {
			assertThat(server.client().ask("a")).isEqualTo("A");
			server.awaitQuiet();
			// A thread of a receiver may still be on its way into its loop.
			Await.until(() -> {
				long passes = server.server().loopPasses();
				return !Await.within(Duration.ofMillis(500), () -> server.server().loopPasses() != passes);
			}, "half a second without a pass");
		}
	}

	@Test
	void speaksIpv6() throws Exception {
		InetAddress loopback = InetAddress.getByAddress(IPV6_LOOPBACK);
		Assumptions.assumeTrue(hasIpv6(loopback), "no IPv6 on the loopback interface here");
		try (UdpTestServer server = UdpTestServer.with(Strategy.SYNC)
			.address(new InetSocketAddress(loopback, 0))
			.start((handler) -> {
				InetSocketAddress from = (InetSocketAddress) handler.request().clientAddress();
				handler.out().print(from.getAddress().getClass().getSimpleName());
			})) {
			assertThat(server.client().ask("which?")).isEqualTo(Inet6Address.class.getSimpleName());
		}
	}

	private static boolean hasIpv6(InetAddress loopback) {
		try (DatagramSocket probe = new DatagramSocket(new InetSocketAddress(loopback, 0))) {
			return probe.isBound();
		}
		catch (Exception ex) {
			return false;
		}
	}

	@Test
	void aStreamHandlerIsRefusedAndSaysWhatItNeeds() throws Exception {
		try (UdpTestServer server = UdpTestServer.with(Strategy.SYNC).start(Script.handlers(Script.UPPER))) {
			server.client().send("a");
			Await.until(() -> server.trace().errors().size() == 1, "the error");
			assertThat(server.trace().errors().get(0)).hasMessageContaining("use a handler for datagrams");
		}
		try (TestServer server = TestServer.with(Strategy.SYNC).start(PacketScript.handlers(PacketScript.UPPER))) {
			server.connect();
			Await.until(() -> server.trace().errors().size() == 1, "the error");
			assertThat(server.trace().errors().get(0)).hasMessageContaining("use a StreamRequestHandler");
		}
	}

	/**
	 * As Python's handlers are.
	 */
	private static final class PythonHandler extends DatagramRequestHandler {

		@Override
		public void handle() {
			if (text().equals("bad")) {
				wfile().print("half an");
				throw new IllegalStateException("no whole answer");
			}
		}

		@Override
		protected boolean repliesOnError() {
			return true;
		}

		@Override
		protected boolean repliesWhenEmpty() {
			return true;
		}

	}

}
