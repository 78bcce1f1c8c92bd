package io.socketserver.spring.autoconfigure;

import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

import jakarta.annotation.PreDestroy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.config.ConfigurableBeanFactory;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Scope;
import org.springframework.context.annotation.ScopedProxyMode;

import io.socketserver.BaseServer;
import io.socketserver.TcpServer;
import io.socketserver.framing.Framing;
import io.socketserver.message.Codec;
import io.socketserver.message.MessageConnection;
import io.socketserver.message.MessageHandler;
import io.socketserver.message.MessageService;
import io.socketserver.message.WriteLimits;
import io.socketserver.mixin.MultiplexingMixIn;
import io.socketserver.request.CloseReason;
import io.socketserver.spring.RequestHandler;
import io.socketserver.spring.SocketServers;
import io.socketserver.spring.diagnostics.BlockingHandlerException;
import io.socketserver.spring.diagnostics.MissingCodecException;
import io.socketserver.spring.diagnostics.SharedHandlerException;

import static org.assertj.core.api.Assertions.assertThat;

@Timeout(60)
class MessageHandlerTests {

	private final ApplicationContextRunner runner = Runners.onLoopback();

	private final ApplicationContextRunner multiplex = this.runner
		.withPropertyValues("socketserver.concurrency=multiplex", "socketserver.multiplex.loops=2");

	@ParameterizedTest
	@ValueSource(strings = { "sync", "thread", "pool", "multiplex" })
	void aMessageHandlerServesLinesUnderEveryConcurrency(String concurrency) {
		this.runner.withUserConfiguration(UpperCaseMessages.class)
			.withPropertyValues("socketserver.concurrency=" + concurrency)
			.run((context) -> {
				try (TestClient client = new TestClient(Runners.port(context))) {
					assertThat(client.ask("hello")).isEqualTo("HELLO");
					assertThat(client.ask("again")).isEqualTo("AGAIN");
				}
			});
	}

	@ParameterizedTest
	@CsvSource({ "loop, on the loop", "pool, on a pool of 3 threads" })
	void whereHandlersRunIsConfigured(String execution, String description) {
		String[] pool = execution.equals("pool") ? new String[] { "socketserver.handler-pool.threads=3" }
				: new String[0];
		this.multiplex.withUserConfiguration(UpperCaseMessages.class)
			.withPropertyValues("socketserver.handler-execution=" + execution)
			.withPropertyValues(pool)
			.run((context) -> {
				assertThat(TestClient.ask(Runners.port(context), "a")).isEqualTo("A");
				MultiplexingMixIn mixIn = multiplexing(context.getBean(SocketServers.class));
				assertThat(mixIn.loops()).isEqualTo(2);
				assertThat(mixIn.execution()).hasToString(description);
			});
	}

	@Test
	void handlersRunOffTheLoopByDefault() {
		this.multiplex.withUserConfiguration(UpperCaseMessages.class)
			.run((context) -> assertThat(multiplexing(context.getBean(SocketServers.class)).execution().isOnLoop())
				.isFalse());
	}

	@Test
	void eachConnectionHasAHandlerOfItsOwnThatIsDestroyedWithIt() {
		this.multiplex.withUserConfiguration(Log.class, CountingMessages.class).run((context) -> {
			Log log = context.getBean(Log.class);
			int port = Runners.port(context);
			try (TestClient first = new TestClient(port); TestClient second = new TestClient(port)) {
				assertThat(first.ask("a")).isEqualTo("1");
				assertThat(first.ask("a")).isEqualTo("2");
				assertThat(second.ask("a")).isEqualTo("1");
			}
			Waiting.until(() -> log.entries.size() == 4, "both handlers are closed and destroyed");
			assertThat(log.entries).containsExactlyInAnyOrder("closed after 2", "destroyed after 2", "closed after 1",
					"destroyed after 1");
		});
	}

	@Test
	void aSingletonIsSharedByAllConnections() {
		this.multiplex.withUserConfiguration(Log.class, SharedMessages.class).run((context) -> {
			int port = Runners.port(context);
			assertThat(TestClient.ask(port, "a")).isEqualTo("1");
			assertThat(TestClient.ask(port, "a")).isEqualTo("2");
			assertThat(context.getBean(Log.class).entries).isEmpty();
		});
	}

	@Test
	void aHandlerBehindAScopedProxyFails() {
		this.multiplex.withUserConfiguration(ScopedProxyMessages.class)
			.run((context) -> assertThat(context).getFailure().rootCause().isInstanceOf(SharedHandlerException.class));
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', value = { "type=line|68656c6c6f0a|68656c6c6f0a",
			"type=delimiter;delimiters[0]=\\r\\n;delimiters[1]=\\x00|610062 0d0a|610d0a620d0a",
			"type=length-field;length=2|0003616263|0003616263",
			"type=length-field;length=2;byte-order=little-endian;offset=1;adjustment=-3;strip=0|ff0500 6162|ff05006162",
			"type=length-field;length=2;format=bcd|0010 30313233343536373839|001030313233343536373839",
			"type=length-field;length=4;format=ascii|30303031 61|3030303161", "type=fixed;size=2B|61626364|61626364",
			"type=octet-counted|312061|312061", "type=stx-etx|026103|026103", "type=mllp|0b611c0d|0b611c0d",
			"type=raw|6162|6162" })
	void eachFramingIsConfigured(String framing, String request, String answer) {
		String[] properties = framing.split(";");
		for (int i = 0; i < properties.length; i++) {
			properties[i] = "socketserver.framing." + properties[i];
		}
		this.multiplex.withUserConfiguration(EchoBytes.class)
			.withPropertyValues(properties)
			.run((context) -> assertThat(exchange(Runners.port(context), request.replace(" ", ""), answer))
				.isEqualTo(answer));
	}

	@ParameterizedTest
	@ValueSource(strings = { "thread", "multiplex" })
	void aBufferHandlerNeedsNoCodecEither(String concurrency) {
		this.runner.withUserConfiguration(EchoBuffers.class)
			.withPropertyValues("socketserver.concurrency=" + concurrency)
			.run((context) -> assertThat(TestClient.ask(Runners.port(context), "a")).isEqualTo("a"));
	}

	@Test
	void otherTypesHaveACodecBean() {
		this.multiplex.withUserConfiguration(AddingMessages.class, Codecs.class)
			.run((context) -> assertThat(TestClient.ask(Runners.port(context), "41")).isEqualTo("42"));
	}

	@Test
	void aCodecBeanOfTheHandlersTypesComesBeforeTheOneOfTheLibrary() {
		this.multiplex.withUserConfiguration(UpperCaseMessages.class)
			.withBean("reversing", ReversingCodec.class, ReversingCodec::new)
			.run((context) -> assertThat(TestClient.ask(Runners.port(context), "abc")).isEqualTo("CBA"));
	}

	@Test
	void aHandlerWithoutACodecFailsAndNamesTheTypes() {
		this.multiplex.withUserConfiguration(AddingMessages.class)
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOfSatisfying(MissingCodecException.class, (failure) -> {
					assertThat(failure).hasMessageContaining("AddingMessages")
						.hasMessageContaining("java.lang.Integer");
					assertThat(failure.action()).contains("Codec<java.lang.Integer, java.lang.Long>");
				}));
	}

	@Test
	void aBlockingHandlerOfAMultiplexedServerFailsAndSaysWhatToChoose() {
		this.multiplex.withUserConfiguration(UpperCaseHandler.class)
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOfSatisfying(BlockingHandlerException.class, (failure) -> {
					assertThat(failure).hasMessageContaining("'default'").hasMessageContaining("upperCaseHandler");
					assertThat(failure.action()).contains("socketserver.concurrency", "thread, virtual or pool");
				}));
	}

	@Test
	void theCharsetIsThatOfText() {
		this.multiplex.withUserConfiguration(UpperCaseMessages.class)
			.withPropertyValues("socketserver.charset=ISO-8859-1")
			.run((context) -> assertThat(exchange(Runners.port(context), "e40a", "c40a")).isEqualTo("c40a"));
	}

	@Test
	void everyKeyReachesTheServiceAndANamedServerOverridesTheFlatOnes() {
		this.runner.withUserConfiguration(EchoBytes.class)
			.withPropertyValues("socketserver.write-limits.low-mark=1KB", "socketserver.write-limits.high-mark=2KB",
					"socketserver.write-limits.cap=4MB", "socketserver.write-limits.stalled-timeout=9s",
					"socketserver.framing.type=mllp", "socketserver.framing.max-frame-size=3KB",
					"socketserver.framing.timeout=8s", "socketserver.servers.one.port=0",
					"socketserver.servers.two.port=0", "socketserver.servers.two.framing.max-frame-size=5KB",
					"socketserver.servers.two.write-limits.cap=2MB")
			.run((context) -> {
				MessageService<?, ?> one = service(context.getBean(SocketServers.class), "one");
				MessageService<?, ?> two = service(context.getBean(SocketServers.class), "two");
				assertThat(one.framing()).hasSameClassAs(Framing.mllp(3072));
				assertThat(one.framing().maxFrameSize()).isEqualTo(3072);
				assertThat(one.frameTimeout()).hasSeconds(8);
				assertThat(one.writeLimits()).isEqualTo(new WriteLimits(1024, 2048, 4 << 20, Duration.ofSeconds(9)));
				assertThat(two.framing().maxFrameSize()).isEqualTo(5120);
				assertThat(two.writeLimits().cap()).isEqualTo(2 << 20);
				assertThat(two.writeLimits().lowMark()).isEqualTo(1024);
			});
	}

	@Test
	void aLineIsBoundedByMaxLineLength() {
		this.runner.withUserConfiguration(EchoBytes.class)
			.withPropertyValues("socketserver.max-line-length=3KB")
			.run((context) -> assertThat(
					service(context.getBean(SocketServers.class), "default").framing().maxFrameSize())
				.isEqualTo(3072));
	}

	@Test
	void aFramingOfTheApplicationsOwnIsABean() {
		Framing dots = Framing.delimiter(100, List.of(new byte[] { '.' }));
		Framing commas = Framing.delimiter(100, List.of(new byte[] { ',' }));
		ApplicationContextRunner one = this.runner.withUserConfiguration(EchoBytes.class)
			.withBean("dots", Framing.class, () -> dots)
			.withPropertyValues("socketserver.framing.type=custom");
		one.run((context) -> assertThat(service(context.getBean(SocketServers.class), "default").framing())
			.isSameAs(dots));
		ApplicationContextRunner two = one.withBean("commas", Framing.class, () -> commas);
		two.withPropertyValues("socketserver.framing.bean=commas")
			.run((context) -> assertThat(service(context.getBean(SocketServers.class), "default").framing())
				.isSameAs(commas));
		two.run((context) -> assertThat(context).getFailure()
			.rootCause()
			.hasMessageContaining("there are dots, commas: set framing.bean to one of them"));
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			value = { "framing.max-frame-size=0B|framing.max-frame-size", "framing.timeout=-1s|framing.timeout",
					"framing.type=fixed|framing.type", "framing.type=delimiter|framing.type",
					"framing.type=length-field|framing.type",
					"framing.type=delimiter;framing.delimiters[0]=\\q|framing.delimiters",
					"framing.type=delimiter;framing.delimiters[0]=\\x1|framing.delimiters",
					"framing.type=length-field;framing.length=5|framing.length",
					"framing.type=length-field;framing.length=4;framing.offset=-1|framing.offset",
					"framing.type=length-field;framing.length=4;framing.strip=-2|framing.strip",
					"framing.type=length-field;framing.length=4;framing.max-frame-size=3B|framing.max-frame-size",
					"framing.type=fixed;framing.size=0B|framing.size", "framing.type=custom|framing.type",
					"framing.type=custom;framing.bean=missing|framing.bean",
					"write-limits.high-mark=2MB|write-limits.high-mark",
					"write-limits.stalled-timeout=-1s|write-limits.stalled-timeout",
					"concurrency=multiplex;multiplex.loops=0|multiplex.loops",
					"concurrency=multiplex;handler-execution=pool;handler-pool.threads=0|handler-pool.threads" })
	void aValueThatIsRefusedFailsAndIsNamed(String keys, String blamed) {
		assertBlamed(this.runner.withUserConfiguration(EchoBytes.class), keys, blamed);
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			value = { "concurrency=thread;multiplex.loops=2|multiplex.loops",
					"concurrency=pool;handler-execution=loop|handler-execution",
					"concurrency=thread;handler-pool.threads=2|handler-pool.threads",
					"concurrency=multiplex;handler-execution=loop;handler-pool.threads=2|handler-pool.threads",
					"framing.length=2|framing.length", "framing.bean=some|framing.bean",
					"framing.type=fixed;framing.size=2B;framing.max-frame-size=3B" + "|framing.max-frame-size" })
	void aKeyThatNobodyReadsFailsAndIsNamed(String keys, String blamed) {
		assertBlamed(this.runner.withUserConfiguration(EchoBytes.class), keys, blamed);
	}

	@ParameterizedTest
	@ValueSource(strings = { "framing.type=mllp", "framing.timeout=1s", "write-limits.cap=1MB" })
	void aKeyOfMessagesFailsWhereTheHandlerTakesNone(String key) {
		assertBlamed(this.runner.withUserConfiguration(UpperCaseHandler.class), key, key.split("=")[0]);
	}

	private static void assertBlamed(ApplicationContextRunner runner, String keys, String blamed) {
		String[] properties = keys.split(";");
		for (int i = 0; i < properties.length; i++) {
			properties[i] = "socketserver." + properties[i];
		}
		runner.withPropertyValues(properties)
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOfSatisfying(InvalidConfigurationPropertyValueException.class, (failure) -> {
					assertThat(failure.getName()).isEqualTo("socketserver." + blamed);
					assertThat(failure.getReason()).isNotBlank();
				}));
	}

	private static String exchange(int port, String request, String answer) throws Exception {
		try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
			socket.setSoTimeout(20_000);
			socket.getOutputStream().write(HexFormat.of().parseHex(request));
			InputStream in = socket.getInputStream();
			return HexFormat.of().formatHex(in.readNBytes(answer.length() / 2));
		}
	}

	private static BaseServer server(SocketServers servers, String name) {
		return servers.find(name).orElseThrow();
	}

	private static MessageService<?, ?> service(SocketServers servers, String name) {
		return (MessageService<?, ?>) ((TcpServer) server(servers, name)).handlers();
	}

	private static MultiplexingMixIn multiplexing(SocketServers servers) {
		return (MultiplexingMixIn) server(servers, "default").mixIns()
			.stream()
			.filter(MultiplexingMixIn.class::isInstance)
			.findFirst()
			.orElseThrow();
	}

	@RequestHandler
	static class UpperCaseMessages implements MessageHandler<String, String> {

		@Override
		public String onMessage(MessageConnection<String> connection, String message) {
			return message.toUpperCase(Locale.ROOT);
		}

	}

	@RequestHandler
	static class EchoBytes implements MessageHandler<byte[], byte[]> {

		@Override
		public byte[] onMessage(MessageConnection<byte[]> connection, byte[] message) {
			return message;
		}

	}

	@RequestHandler
	static class EchoBuffers implements MessageHandler<ByteBuffer, ByteBuffer> {

		@Override
		public ByteBuffer onMessage(MessageConnection<ByteBuffer> connection, ByteBuffer message) {
			return message;
		}

	}

	static class Log {

		final Queue<String> entries = new ConcurrentLinkedQueue<>();

	}

	abstract static class Counting implements MessageHandler<String, String> {

		private final AtomicInteger count = new AtomicInteger();

		private final Log log;

		Counting(Log log) {
			this.log = log;
		}

		@Override
		public String onMessage(MessageConnection<String> connection, String message) {
			return String.valueOf(this.count.incrementAndGet());
		}

		@PreDestroy
		void destroy() {
			this.log.entries.add("destroyed after " + this.count);
		}

		void logClose() {
			this.log.entries.add("closed after " + this.count);
		}

	}

	@RequestHandler
	static class CountingMessages extends Counting {

		CountingMessages(Log log) {
			super(log);
		}

		@Override
		public void onClose(MessageConnection<String> connection, CloseReason reason) {
			logClose();
		}

	}

	@RequestHandler
	@Scope(ConfigurableBeanFactory.SCOPE_SINGLETON)
	static class SharedMessages extends Counting {

		SharedMessages(Log log) {
			super(log);
		}

	}

	@RequestHandler
	@Scope(scopeName = ConfigurableBeanFactory.SCOPE_PROTOTYPE, proxyMode = ScopedProxyMode.TARGET_CLASS)
	static class ScopedProxyMessages extends UpperCaseMessages {

	}

	@RequestHandler
	static class AddingMessages implements MessageHandler<Integer, Long> {

		@Override
		public Long onMessage(MessageConnection<Long> connection, Integer message) {
			return message + 1L;
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Codecs {

		@Bean
		Codec<Integer, Long> numbers() {
			return new NumberCodec();
		}

		@Bean
		Codec<String, String> text() {
			return Codec.string(StandardCharsets.UTF_8);
		}

	}

	static class NumberCodec implements Codec<Integer, Long> {

		@Override
		public Integer decode(ByteBuffer payload) {
			return Integer.valueOf(StandardCharsets.US_ASCII.decode(payload).toString());
		}

		@Override
		public ByteBuffer encode(Long message) {
			return StandardCharsets.US_ASCII.encode(message.toString());
		}

	}

	static class ReversingCodec implements Codec<String, String> {

		@Override
		public String decode(ByteBuffer payload) {
			return new StringBuilder(StandardCharsets.US_ASCII.decode(payload)).reverse().toString();
		}

		@Override
		public ByteBuffer encode(String message) {
			return StandardCharsets.US_ASCII.encode(message);
		}

	}

}
