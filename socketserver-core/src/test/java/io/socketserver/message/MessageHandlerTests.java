package io.socketserver.message;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import io.socketserver.ServerOptions;
import io.socketserver.TcpServer;
import io.socketserver.framing.FrameDecoder;
import io.socketserver.framing.Framing;
import io.socketserver.framing.FramingException;
import io.socketserver.framing.LengthField;
import io.socketserver.internal.VirtualThreads;
import io.socketserver.mixin.MultiplexingMixIn;
import io.socketserver.mixin.OverflowPolicy;
import io.socketserver.mixin.PoolingMixIn;
import io.socketserver.mixin.ThreadingMixIn;
import io.socketserver.request.CloseReason;
import io.socketserver.request.Connection;
import io.socketserver.request.ConnectionState;
import io.socketserver.request.DrainReport;
import io.socketserver.request.MixIn;
import io.socketserver.request.Request;
import io.socketserver.request.RequestCycle;
import io.socketserver.request.StreamRequestHandler;
import io.socketserver.support.Await;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * {@link MessageHandler}, under every strategy.
 */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class MessageHandlerTests {

	private static final int TIMEOUT_MILLIS = 20_000;

	private static final List<Long> HOSTILE_LENGTHS = List.of(-1L, (1L << 31) - 1, Long.MAX_VALUE);

	private static final ServerOptions OPTIONS = ServerOptions.DEFAULT.withLingerTimeout(Duration.ofMillis(500));

	private final Queue<String> calls = new ConcurrentLinkedQueue<>();

	private final ScheduledExecutorService later = Executors.newSingleThreadScheduledExecutor();

	// Until serve(), one that is not bound.
	private TcpServer server = new TcpServer(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), Blocking::new);

	enum Strategy {

		SYNC, THREAD, VIRTUAL, POOL, LOOP, LOOP_POOL, LOOP_VIRTUAL;

		MixIn[] mixIns() {
			return switch (this) {
				case SYNC -> new MixIn[0];
				case THREAD -> new MixIn[] { new ThreadingMixIn() };
				case VIRTUAL -> new MixIn[] { ThreadingMixIn.virtual() };
				case POOL -> new MixIn[] { new PoolingMixIn(8, 8, OverflowPolicy.WAIT) };
				case LOOP -> new MixIn[] { new MultiplexingMixIn(2, HandlerExecution.loop()) };
				case LOOP_POOL -> new MixIn[] { new MultiplexingMixIn(2, HandlerExecution.pool(4)) };
				case LOOP_VIRTUAL -> new MixIn[] { new MultiplexingMixIn(2, HandlerExecution.virtual()) };
			};
		}

		void assumeSupported() {
			boolean needsVirtual = this == VIRTUAL || this == LOOP_VIRTUAL;
			Assumptions.assumeTrue(!needsVirtual || VirtualThreads.supported(), "no virtual threads before JDK 21");
		}

	}

	@AfterEach
	void close() {
		this.server.close(Duration.ZERO);
		this.later.shutdownNow();
	}

	private void serve(Strategy strategy, MessageService<?, ?> service, ServerOptions options) {
		strategy.assumeSupported();
		this.server = new TcpServer(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), service, options,
				strategy.mixIns());
		this.server.start();
	}

	private void serve(Strategy strategy, MessageHandler<String, String> handler) {
		serve(strategy, MessageService.of(Framing.line(8192), Codec.string(StandardCharsets.UTF_8), handler), OPTIONS);
	}

	private Client connect() throws IOException {
		return new Client(this.server.port());
	}

	@ParameterizedTest
	@EnumSource
	void answersEachMessageInItsOrder(Strategy strategy) throws Exception {
		serve(strategy, (connection, message) -> message.equals("none") ? null : message.toUpperCase(Locale.ROOT));
		try (Client client = connect()) {
			client.send("a\nb\r\nnone\nc\n");
			assertThat(client.lines(3)).containsExactly("A", "B", "C");
			client.send("last, without an end");
			client.endOutput();
			assertThat(client.line()).isEqualTo("LAST, WITHOUT AN END");
			assertThat(client.line()).isNull();
		}
	}

	@ParameterizedTest
	@EnumSource
	void opensFirstAndClosesOnceAndLast(Strategy strategy) throws Exception {
		serve(strategy, new MessageHandler<String, String>() {

			@Override
			public void onOpen(MessageConnection<String> connection) {
				note("open");
				connection.send("welcome");
			}

			@Override
			public Object onMessage(MessageConnection<String> connection, String message) {
				note("message " + message);
				return message;
			}

			@Override
			public void onClose(MessageConnection<String> connection, CloseReason reason) {
				note("close " + reason);
			}
		});
		try (Client client = connect()) {
			assertThat(client.line()).isEqualTo("welcome");
			client.send("x\ny\n");
			assertThat(client.lines(2)).containsExactly("x", "y");
		}
		Await.until(() -> this.calls.contains("close PEER_CLOSED"), "the last call");
		Await.until(() -> this.server.connections().count() == 0, "the end of the connection");
		assertThat(this.calls).containsExactly("open", "message x", "message y", "close PEER_CLOSED");
	}

	@ParameterizedTest
	@EnumSource
	void repliesThatComeLaterKeepTheOrder(Strategy strategy) throws Exception {
		serve(strategy, (connection, message) -> message.startsWith("later") ? later(message) : message);
		try (Client client = connect()) {
			client.send("later 1\nnow 2\nlater 3\nnow 4\n");
			assertThat(client.lines(4)).containsExactly("later 1", "now 2", "later 3", "now 4");
		}
	}

	private CompletableFuture<String> later(String message) {
		CompletableFuture<String> reply = new CompletableFuture<>();
		Future<?> unused = this.later.schedule(() -> reply.complete(message), 30, TimeUnit.MILLISECONDS);
		assertThat(unused).isNotNull();
		return reply;
	}

	@ParameterizedTest
	@EnumSource
	void aHandlerThatThrowsMaySendALastMessage(Strategy strategy) throws Exception {
		serve(strategy, failing());
		try (Client client = connect()) {
			client.send("a\nboom\nnever handled\n");
			assertThat(client.line()).isEqualTo("a");
			assertThat(client.line()).isEqualTo("error: boom");
			assertThat(client.line()).isNull();
		}
		Await.until(() -> this.server.statistics().closed(CloseReason.HANDLER_ERROR) == 1, "the reason");
		try (Client next = connect()) {
			next.send("b\n");
			assertThat(next.line()).isEqualTo("b");
		}
		assertThat(this.calls).doesNotContain("never handled");
	}

	private MessageHandler<String, String> failing() {
		return new MessageHandler<>() {

			@Override
			public Object onMessage(MessageConnection<String> connection, String message) throws Exception {
				note(message);
				if (message.equals("boom")) {
					throw new Exception("boom");
				}
				return message;
			}

			@Override
			public String onError(MessageConnection<String> connection, Throwable error) {
				return "error: " + ((error instanceof FramingException) ? "framing" : error.getMessage());
			}
		};
	}

	@ParameterizedTest
	@EnumSource
	void aNeverEndingLineGetsTheErrorAndEndsThatConnection(Strategy strategy) throws Exception {
		serve(strategy, failing());
		try (Client client = connect()) {
			client.send("first\n");
			assertThat(client.line()).isEqualTo("first");
			Thread sender = new Thread(client::sendForEver);
			sender.start();
			assertThat(client.line()).isEqualTo("error: framing");
			client.close();
			Await.end(sender);
		}
		Await.until(() -> this.server.statistics().closed(CloseReason.BAD_FRAME) == 1, "the reason");
		try (Client next = connect()) {
			next.send("next\n");
			assertThat(next.line()).isEqualTo("next");
		}
		assertThat(this.calls).containsExactly("first", "next");
	}

	@ParameterizedTest
	@EnumSource
	void hostileLengthsGetTheErrorAndEndThatConnection(Strategy strategy) throws Exception {
		serve(strategy, MessageService.of(Framing.lengthField(LengthField.bytes(8).withMaxFrameSize(1024)),
				Codec.string(StandardCharsets.UTF_8), new MessageHandler<String, String>() {

					@Override
					public Object onMessage(MessageConnection<String> connection, String message) {
						return message;
					}

					@Override
					public String onError(MessageConnection<String> connection, Throwable error) {
						return String.valueOf(error.getMessage());
					}
				}), OPTIONS);
		try (Client bystander = (strategy != Strategy.SYNC) ? connect() : null) {
			for (long length : HOSTILE_LENGTHS) {
				try (Client client = connect()) {
					client.send(ByteBuffer.allocate(8).putLong(length).array());
					assertThat(client.frame()).contains("the length field says " + length);
					assertThat(client.read()).isEqualTo(-1);
				}
			}
			Await.until(() -> this.server.statistics().closed(CloseReason.BAD_FRAME) == HOSTILE_LENGTHS.size(),
					"reasons");
			try (Client client = (bystander != null) ? bystander : connect()) {
				client.send(ByteBuffer.allocate(10).putLong(2).put((byte) 'o').put((byte) 'k').array());
				assertThat(client.frame()).isEqualTo("ok");
			}
		}
	}

	@ParameterizedTest
	@EnumSource
	void aLineEndBetweenEnvelopesIsNeitherAFrameNorTheBeginOfOne(Strategy strategy) throws Exception {
		serve(strategy,
				MessageService
					.of(Framing.mllp(100), Codec.string(StandardCharsets.UTF_8), (connection, message) -> message)
					.withFrameTimeout(Duration.ofMillis(1)),
				OPTIONS);
		try (Client client = connect()) {
			long sent = 0;
			for (String end : List.of("\n", "\r\n", "")) {
				client.send("\u000bHL7\u001c\r");
				assertThat(client.bytes(6)).asString(StandardCharsets.UTF_8).isEqualTo("\u000bHL7\u001c\r");
				client.send(end);
				sent += 6 + end.length();
				long all = sent;
				Await.until(() -> this.server.statistics().bytesIn() == all, "all bytes");
				Await.until(() -> states().equals(List.of(ConnectionState.IDLE)), "an idle connection: " + states());
			}
		}
		Await.until(() -> this.server.connections().count() == 0, "the end of the connection");
		assertThat(this.server.statistics().closed(CloseReason.PEER_CLOSED)).isOne();
		assertThat(this.server.statistics().requests()).isEqualTo(3);
	}

	@ParameterizedTest
	@EnumSource
	void aLargeMessageInPiecesComesBackWhole(Strategy strategy) throws Exception {
		int size = 3_000_000;
		serve(strategy,
				MessageService
					.of(Framing.lengthField(LengthField.bytes(4).withMaxFrameSize(4_000_000)), Codec.buffer(),
							(connection, message) -> message)
					.withWriteLimits(new WriteLimits(32768, 65536, 8_000_000, Duration.ofSeconds(20))),
				OPTIONS);
		byte[] frame = new byte[4 + size];
		ByteBuffer.wrap(frame).putInt(size);
		for (int i = 4; i < frame.length; i++) {
			frame[i] = (byte) (i * 31);
		}
		try (Client client = connect()) {
			Thread sender = new Thread(() -> client.sendQuietly(frame));
			sender.start();
			assertThat(client.bytes(frame.length)).isEqualTo(frame);
			Await.end(sender);
		}
	}

	@ParameterizedTest
	@EnumSource
	void whatWasSentBeforeACloseArrivesAlthoughTheHandlerIsAtItsEnd(Strategy strategy) throws Exception {
		CompletableFuture<MessageConnection<String>> opened = new CompletableFuture<>();
		CountDownLatch closed = new CountDownLatch(1);
		serve(strategy, new MessageHandler<String, String>() {

			@Override
			public void onOpen(MessageConnection<String> connection) {
				opened.complete(connection);
				Await.latch(closed, "the close");
			}

			@Override
			public Object onMessage(MessageConnection<String> connection, String message) {
				return message;
			}
		});
		String text = "x".repeat(50_000);
		try (Client client = connect()) {
			MessageConnection<String> connection = opened.get(20, TimeUnit.SECONDS);
			int sent = 0;
			// Until the kernel takes no more, since nobody reads.
			while (sent < 1000 && connection.send(text) == SendResult.QUEUED) {
				sent++;
			}
			assertThat(sent).isLessThan(1000);
			// Congested, which is taken all the same.
			sent++;
			connection.close();
			closed.countDown();
			for (int i = 0; i < sent; i++) {
				assertThat(client.line()).isEqualTo(text);
			}
			assertThat(client.line()).isNull();
		}
		Await.until(() -> this.server.statistics().closed(CloseReason.CLOSED_BY_SERVER) == 1, "the reason");
	}

	@ParameterizedTest
	@EnumSource
	void anyThreadMaySendAndCloseAfterwards(Strategy strategy) throws Exception {
		CompletableFuture<MessageConnection<String>> opened = new CompletableFuture<>();
		serve(strategy, new MessageHandler<String, String>() {

			@Override
			public void onOpen(MessageConnection<String> connection) {
				opened.complete(connection);
			}

			@Override
			public Object onMessage(MessageConnection<String> connection, String message) {
				return message;
			}
		});
		try (Client client = connect()) {
			MessageConnection<String> connection = opened.get(20, TimeUnit.SECONDS);
			for (int i = 0; i < 100; i++) {
				assertThat(connection.send("push " + i)).isNotEqualTo(SendResult.REFUSED);
			}
			connection.close();
			for (int i = 0; i < 100; i++) {
				assertThat(client.line()).isEqualTo("push " + i);
			}
			assertThat(client.line()).isNull();
			Await.until(() -> connection.send("too late") == SendResult.REFUSED, "refusal");
		}
		Await.until(() -> this.server.statistics().closed(CloseReason.CLOSED_BY_SERVER) == 1, "the reason");
	}

	@ParameterizedTest
	@EnumSource
	void anIdleConnectionIsAskedForAndClosed(Strategy strategy) throws Exception {
		AtomicInteger pings = new AtomicInteger();
		strategy.assumeSupported();
		serve(strategy, MessageService.of(Framing.line(100), Codec.string(StandardCharsets.UTF_8),
				new MessageHandler<String, String>() {

					@Override
					public Object onMessage(MessageConnection<String> connection, String message) {
						return message;
					}

					@Override
					public void onIdle(MessageConnection<String> connection) throws Exception {
						if (pings.incrementAndGet() <= 2) {
							connection.send("ping");
						}
						else {
							MessageHandler.super.onIdle(connection);
						}
					}
				}), OPTIONS.withIdleTimeout(Duration.ofMillis(100)));
		try (Client client = connect()) {
			assertThat(client.lines(2)).containsExactly("ping", "ping");
			assertThat(client.line()).isNull();
		}
		Await.until(() -> this.server.statistics().closed(CloseReason.IDLE_TIMEOUT) == 1, "the reason");
	}

	@ParameterizedTest
	@EnumSource
	void pausedReadsCallNobody(Strategy strategy) throws Exception {
		CompletableFuture<MessageConnection<String>> paused = new CompletableFuture<>();
		serve(strategy, (connection, message) -> {
			note(message);
			if (message.equals("pause")) {
				connection.pauseReads();
				paused.complete(connection);
			}
			return message;
		});
		try (Client client = connect()) {
			client.send("pause\nafter\n");
			assertThat(client.line()).isEqualTo("pause");
			MessageConnection<String> connection = paused.get(20, TimeUnit.SECONDS);
			assertThat(this.calls).containsExactly("pause");
			connection.resumeReads();
			assertThat(client.line()).isEqualTo("after");
		}
	}

	@ParameterizedTest
	@EnumSource
	void aDrainAnswersWhatHasBegunAndClosesWhatIsIdle(Strategy strategy) throws Exception {
		CountDownLatch begun = new CountDownLatch(1);
		CountDownLatch goOn = new CountDownLatch(1);
		Assumptions.assumeTrue(strategy != Strategy.SYNC && strategy != Strategy.LOOP, "one that may block");
		serve(strategy, new MessageHandler<String, String>() {

			@Override
			public Object onMessage(MessageConnection<String> connection, String message) throws Exception {
				if (message.equals("slow")) {
					begun.countDown();
					goOn.await();
				}
				return message;
			}

			@Override
			public void onGoodbye(MessageConnection<String> connection) {
				connection.send("good-bye");
			}
		});
		try (Client busy = connect(); Client idle = connect()) {
			idle.send("a\n");
			assertThat(idle.line()).isEqualTo("a");
			busy.send("slow\n");
			Await.latch(begun, "the slow request");
			Await.until(() -> states().contains(ConnectionState.IDLE), "an idle connection");
			CompletableFuture<DrainReport> closed = this.server.closeAsync(Duration.ofSeconds(20));
			assertThat(idle.line()).isEqualTo("good-bye");
			assertThat(idle.line()).isNull();
			goOn.countDown();
			assertThat(busy.line()).isEqualTo("slow");
			assertThat(busy.line()).isEqualTo("good-bye");
			assertThat(busy.line()).isNull();
			idle.close();
			busy.close();
			DrainReport report = closed.get(20, TimeUnit.SECONDS);
			// A loop may have come to look only after the answer.
			assertThat(report.finished() + report.closedIdle()).isEqualTo(2);
			assertThat(report.cutOff()).isZero();
		}
	}

	private List<ConnectionState> states() {
		return this.server.connections().all().stream().map(Connection::state).toList();
	}

	@ParameterizedTest
	@EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "SYNC")
	void aConnectionIsFoundByItsIdentity(Strategy strategy) throws Exception {
		serve(strategy, (connection, message) -> {
			connection.identity(message);
			return message;
		});
		try (Client client = connect()) {
			client.send("truck-17\n");
			assertThat(client.line()).isEqualTo("truck-17");
			List<Connection> found = this.server.connections().withIdentity("truck-17");
			assertThat(found).singleElement().isInstanceOf(MessageConnection.class);
			@SuppressWarnings("unchecked")
			MessageConnection<String> truck = (MessageConnection<String>) found.get(0);
			truck.send("to you");
			assertThat(client.line()).isEqualTo("to you");
		}
		Await.until(() -> this.server.connections().withIdentity("truck-17").isEmpty(), "nobody of that name");
	}

	@ParameterizedTest
	@EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "SYNC")
	void aPeerThatNeverReadsIsClosedAndOthersAreNotAffected(Strategy strategy) throws Exception {
		Queue<MessageConnection<String>> members = new ConcurrentLinkedQueue<>();
		strategy.assumeSupported();
		serve(strategy, MessageService
			.of(Framing.line(8192), Codec.string(StandardCharsets.UTF_8), new MessageHandler<String, String>() {

				@Override
				public void onOpen(MessageConnection<String> connection) {
					members.add(connection);
				}

				@Override
				public Object onMessage(MessageConnection<String> connection, String message) {
					return message;
				}
			})
			.withWriteLimits(new WriteLimits(1024, 64 * 1024, 256 * 1024, Duration.ofSeconds(20))),
				OPTIONS.withSendBufferSize(16 * 1024));
		try (Client deaf = connect(); Client other = connect()) {
			Await.until(() -> members.size() == 2, "two connections");
			String text = "x".repeat(1000);
			AtomicInteger received = new AtomicInteger();
			Thread reader = new Thread(() -> other.readLines(received));
			reader.start();
			int sent = 0;
			while (this.server.statistics().closed(CloseReason.WRITE_OVERFLOW) == 0 && sent < 100_000) {
				MessageConnection.broadcast(List.copyOf(members), text);
				sent++;
				int expected = sent;
				Await.until(() -> received.get() > expected - 50, "the one who reads");
			}
			assertThat(this.server.statistics().closed(CloseReason.WRITE_OVERFLOW)).isOne();
			int all = sent;
			Await.until(() -> received.get() == all, "all of it");
			other.close();
			Await.end(reader);
		}
	}

	@Test
	void aBlockingHandlerIsRefusedUnderMultiplex() {
		TcpServer multiplexed = new TcpServer(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), Blocking::new,
				new MultiplexingMixIn());
		assertThatIllegalStateException().isThrownBy(multiplexed::bind).withMessageContaining("MessageService");
		multiplexed.close();
	}

	@ParameterizedTest
	@EnumSource(names = { "LOOP", "LOOP_POOL", "LOOP_VIRTUAL" })
	void aStartedFrameHasADeadline(Strategy strategy) throws Exception {
		strategy.assumeSupported();
		serve(strategy,
				MessageService
					.of(Framing.line(100), Codec.string(StandardCharsets.UTF_8), (connection, message) -> message)
					.withFrameTimeout(Duration.ofMillis(200)),
				OPTIONS);
		try (Client client = connect()) {
			client.send("whole\nbegun");
			assertThat(client.line()).isEqualTo("whole");
			assertThat(client.line()).isNull();
		}
		Await.until(() -> this.server.statistics().closed(CloseReason.FRAME_TIMEOUT) == 1, "the reason");
	}

	@ParameterizedTest
	@EnumSource
	void aRestThatIsNoFrameEndsWithTheStream(Strategy strategy) throws Exception {
		serve(strategy,
				MessageService.of(new Padded(), Codec.string(StandardCharsets.UTF_8), (connection, message) -> message),
				OPTIONS);
		try (Client client = connect()) {
			client.send("frame\npadding");
			assertThat(client.line()).isEqualTo("frame");
			client.endOutput();
			assertThat(client.line()).isNull();
		}
		Await.until(() -> this.server.statistics().closed(CloseReason.PEER_CLOSED) == 1, "the end");
	}

	@Test
	void whatOneConnectionWasToBeSentNeverReachesAnother() throws Exception {
		Strategy.LOOP.assumeSupported();
		this.server = new TcpServer(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
				MessageService.of(Framing.line(100), Codec.string(StandardCharsets.UTF_8), (connection, message) -> {
					if (message.equals("boom")) {
						connection.close();
						throw new Exception("boom");
					}
					return message;
				}), OPTIONS, new MultiplexingMixIn(1, HandlerExecution.loop()));
		this.server.start();
		try (Client first = connect(); Client second = connect()) {
			first.send("secret of the first\nboom\n");
			assertThat(first.line()).isEqualTo("secret of the first");
			assertThat(first.line()).isNull();
			second.send("b\n");
			assertThat(second.line()).isEqualTo("b");
		}
	}

	@ParameterizedTest
	@EnumSource
	void aReplyThatFailsLaterReachesTheHandlerAsItIs(Strategy strategy) throws Exception {
		serve(strategy, new MessageHandler<String, String>() {

			@Override
			public CompletableFuture<String> onMessage(MessageConnection<String> connection, String message) {
				return later(message).thenApply(MessageHandlerTests::refuse);
			}

			@Override
			public String onError(MessageConnection<String> connection, Throwable error) {
				return "error: " + error.getMessage();
			}
		});
		try (Client client = connect()) {
			client.send("luck\n");
			assertThat(client.line()).isEqualTo("error: no luck");
			assertThat(client.line()).isNull();
		}
	}

	private static String refuse(String reply) {
		throw new IllegalStateException("no " + reply);
	}

	@ParameterizedTest
	@EnumSource(names = { "LOOP", "LOOP_POOL", "LOOP_VIRTUAL" })
	void aPeerThatWaitsForAReplyIsNeitherIdleNorSlow(Strategy strategy) throws Exception {
		CompletableFuture<String> reply = new CompletableFuture<>();
		CountDownLatch asked = new CountDownLatch(2);
		strategy.assumeSupported();
		serve(strategy, MessageService.of(Framing.line(100), Codec.string(StandardCharsets.UTF_8),
				(MessageConnection<String> connection, String message) -> {
					asked.countDown();
					return message.equals("slow") ? reply : message;
				})
			.withMaxPendingReplies(1)
			.withFrameTimeout(Duration.ofMillis(50)), OPTIONS.withIdleTimeout(Duration.ofMillis(100)));
		try (Client waiting = connect(); Client silent = connect()) {
			// The second message waits behind the reply of the first.
			waiting.send("slow\nnext\n");
			// By now a deadline of the first would have come, too.
			assertThat(silent.line()).isNull();
			reply.complete("slow");
			assertThat(waiting.lines(2)).containsExactly("slow", "next");
			Await.latch(asked, "both messages");
		}
	}

	@Test
	void aMixInThatFailsInALoopEndsThatRequestOnly() throws Exception {
		MixIn failing = new MixIn() {

			@Override
			public void processRequest(Request request, RequestCycle next) {
				throw new IllegalStateException("not in this loop");
			}
		};
		this.server = new TcpServer(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
				MessageService.of(Framing.line(100), Codec.string(StandardCharsets.UTF_8),
						(connection, message) -> message),
				OPTIONS, new MultiplexingMixIn(2, HandlerExecution.loop()), failing);
		this.server.start();
		for (int i = 0; i < 4; i++) {
			try (Client client = connect()) {
				assertThat(client.line()).isNull();
			}
		}
		Await.until(() -> this.server.connections().count() == 0, "no connection left");
	}

	@Test
	void anotherLoopServesWhileOneIsHeld() throws Exception {
		CountDownLatch held = new CountDownLatch(1);
		CountDownLatch goOn = new CountDownLatch(1);
		serve(Strategy.LOOP, (connection, message) -> {
			if (message.equals("hold")) {
				held.countDown();
				goOn.await();
			}
			return message;
		});
		try (Client first = connect(); Client second = connect()) {
			first.send("a\n");
			second.send("a\n");
			assertThat(first.line() + second.line()).isEqualTo("aa");
			first.send("hold\n");
			Await.latch(held, "the loop");
			second.send("b\n");
			assertThat(second.line()).isEqualTo("b");
			goOn.countDown();
			assertThat(first.line()).isEqualTo("hold");
		}
	}

	private void note(String call) {
		this.calls.add(call);
	}

	private static final class Blocking extends StreamRequestHandler {

		@Override
		public void handle() {
		}

	}

	/**
	 * Lines, and padding behind the last.
	 */
	private static final class Padded implements Framing {

		@Override
		public int maxFrameSize() {
			return 100;
		}

		@Override
		public int overhead() {
			return 1;
		}

		@Override
		public void encode(ByteBuffer payload, ByteBuffer out) {
			out.put(payload).put((byte) '\n');
		}

		@Override
		public FrameDecoder newDecoder() {
			return new FrameDecoder() {
				@Override
				public int decode(ByteBuffer in, int from, int to) {
					for (int i = from; i < to; i++) {
						if (in.get(i) == '\n') {
							payload(from, i);
							return i + 1;
						}
					}
					return INCOMPLETE;
				}

				@Override
				public boolean decodeLast(ByteBuffer in, int from, int to) {
					return false;
				}
			};
		}

	}

	private static final class Client implements AutoCloseable {

		private final Socket socket;

		private final InputStream input;

		Client(int port) throws IOException {
			this.socket = new Socket(InetAddress.getLoopbackAddress(), port);
			this.socket.setSoTimeout(TIMEOUT_MILLIS);
			this.input = new BufferedInputStream(this.socket.getInputStream());
		}

		void send(String text) throws IOException {
			send(text.getBytes(StandardCharsets.UTF_8));
		}

		void send(byte[] bytes) throws IOException {
			this.socket.getOutputStream().write(bytes);
		}

		void sendQuietly(byte[] bytes) {
			try {
				send(bytes);
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}

		void sendForEver() {
			byte[] bytes = "x".repeat(1000).getBytes(StandardCharsets.UTF_8);
			try {
				while (true) {
					send(bytes);
				}
			}
			catch (IOException expected) {
				// The server has had enough.
			}
		}

		void endOutput() throws IOException {
			this.socket.shutdownOutput();
		}

		int read() throws IOException {
			return this.input.read();
		}

		byte[] bytes(int count) throws IOException {
			return this.input.readNBytes(count);
		}

		/**
		 * The payload of a frame with eight bytes of length in front.
		 */
		String frame() throws IOException {
			int length = (int) ByteBuffer.wrap(bytes(8)).getLong();
			return new String(bytes(length), StandardCharsets.UTF_8);
		}

		@Nullable String line() throws IOException {
			StringBuilder line = new StringBuilder();
			for (int next; (next = this.input.read()) >= 0;) {
				if (next == '\n') {
					return line.toString();
				}
				line.append((char) next);
			}
			return (line.length() > 0) ? line + " (without an end)" : null;
		}

		List<@Nullable String> lines(int count) throws IOException {
			List<@Nullable String> lines = new ArrayList<>();
			for (int i = 0; i < count; i++) {
				lines.add(line());
			}
			return lines;
		}

		void readLines(AtomicInteger received) {
			try {
				while (line() != null) {
					received.incrementAndGet();
				}
			}
			catch (IOException ignored) {
				// Closed by the test.
			}
		}

		@Override
		public void close() throws IOException {
			this.socket.close();
		}

	}

}
