package io.socketserver.request;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.socketserver.ServerOptions;
import io.socketserver.support.Await;
import io.socketserver.support.Client;
import io.socketserver.support.Script;
import io.socketserver.support.Strategy;
import io.socketserver.support.TestServer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Reading lines, however they are cut up on their way.
 */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RequestInputStreamTests {

	private static final String END = "(end)";

	private final LinkedBlockingQueue<String> lines = new LinkedBlockingQueue<>();

	private final Script collect = (handler) -> {
		for (String line; (line = handler.in().readLine()) != null;) {
			this.lines.add(line);
		}
		this.lines.add(END);
	};

	private List<String> linesOf(ServerOptions like, byte[]... parts) throws Exception {
		this.lines.clear();
		try (TestServer server = TestServer.with(Strategy.THREAD)
			.options((options) -> options.withMaxLineLength(like.stream().maxLineLength())
				.withBufferSize(like.stream().bufferSize())
				.withCharset(like.stream().charset()))
			.start(this.collect)) {
			Client client = server.connect();
			long sent = 0;
			for (byte[] part : parts) {
				client.send(part);
				sent += part.length;
				long expected = sent;
				Await.until(
						() -> server.server().statistics().bytesIn() == expected || !server.trace().errors().isEmpty(),
						"a part that is read");
			}
			client.shutdownOutput();
			assertThat(client.readToEnd()).isEmpty();
		}
		List<String> all = new ArrayList<>();
		this.lines.drainTo(all);
		return all;
	}

	private List<String> linesOf(String text) throws Exception {
		return linesOf(ServerOptions.DEFAULT, text.getBytes(StandardCharsets.UTF_8));
	}

	@Test
	void endsLinesWithLfOrCrLf() throws Exception {
		assertThat(linesOf("a\nb\r\nc\n")).containsExactly("a", "b", "c", END);
	}

	@Test
	void keepsEmptyLines() throws Exception {
		assertThat(linesOf("\n\r\n\na\n\n")).containsExactly("", "", "", "a", "", END);
	}

	@Test
	void keepsACrInsideALine() throws Exception {
		assertThat(linesOf("a\rb\n\r\r\n")).containsExactly("a\rb", "\r", END);
	}

	@Test
	void givesTheRestWithoutALineEnd() throws Exception {
		assertThat(linesOf("a\nrest")).containsExactly("a", "rest", END);
		assertThat(linesOf("")).containsExactly(END);
	}

	@Test
	void doesNotMindWhereInputIsSplit() throws Exception {
		byte[] text = "h\u00e9llo\r\n\r\nw\u00f6rld\n\u20ac".getBytes(StandardCharsets.UTF_8);
		for (int split = 1; split < text.length; split++) {
			byte[] head = Arrays.copyOf(text, split);
			byte[] tail = Arrays.copyOfRange(text, split, text.length);
			assertThat(linesOf(ServerOptions.DEFAULT, head, tail)).as("split at %d", split)
				.containsExactly("h\u00e9llo", "", "w\u00f6rld", "\u20ac", END);
		}
	}

	/**
	 * The smallest buffer holds 64 bytes.
	 */
	@Test
	void doesNotMindWhereItsBufferEnds() throws Exception {
		ServerOptions small = ServerOptions.DEFAULT.withBufferSize(64);
		for (int length = 60; length <= 68; length++) {
			String line = "x".repeat(length);
			byte[] text = (line + "\r\n" + line + "\nend\n").getBytes(StandardCharsets.US_ASCII);
			assertThat(linesOf(small, text)).as("length %d", length).containsExactly(line, line, "end", END);
		}
	}

	@ParameterizedTest
	@ValueSource(ints = { 10, 63, 64, 65, 200 })
	void acceptsLinesUpToExactlyTheLimit(int limit) throws Exception {
		ServerOptions options = ServerOptions.DEFAULT.withBufferSize(64).withMaxLineLength(limit);
		String line = "x".repeat(limit);
		for (String end : new String[] { "\n", "\r\n", "" }) {
			assertThat(linesOf(options, (line + end).getBytes(StandardCharsets.US_ASCII))).containsExactly(line, END);
			assertThat(linesOf(options, ("x" + line + end).getBytes(StandardCharsets.US_ASCII))).isEmpty();
		}
	}

	@Test
	void decodesInTheCharsetOfTheOptions() throws Exception {
		Charset latin = StandardCharsets.ISO_8859_1;
		assertThat(linesOf(ServerOptions.DEFAULT.withCharset(latin), "\u00e9\u00fc\n".getBytes(latin)))
			.containsExactly("\u00e9\u00fc", END);
	}

	@Test
	void writesInTheCharsetOfTheOptions() throws Exception {
		for (Charset charset : List.of(StandardCharsets.UTF_8, StandardCharsets.UTF_16BE)) {
			try (TestServer server = TestServer.with(Strategy.THREAD)
				.options((options) -> options.withCharset(charset))
				.start((handler) -> {
					handler.out().print("\u20ac");
					handler.out().println(" 5");
				})) {
				assertThat(new String(server.connect().readToEnd(), charset)).isEqualTo("\u20ac 5\n");
			}
		}
	}

	@ParameterizedTest
	@ValueSource(ints = { 64, 8192 })
	void aHandlerThatGoesOnAfterAnOverlongLineComesToAnEnd(int bufferSize) throws Exception {
		try (TestServer server = TestServer.with(Strategy.THREAD)
			.options((options) -> options.withMaxLineLength(100).withBufferSize(bufferSize))
			.start((handler) -> {
				for (String line = ""; line != null;) {
					try {
						line = handler.in().readLine();
						this.lines.add((line != null) ? line : END);
					}
					catch (LineTooLongException ex) {
						this.lines.add("too long");
					}
				}
			})) {
			Client client = server.connect().send("x".repeat(150) + "\nshort\n").shutdownOutput();
			assertThat(client.readToEnd()).isEmpty();
			List<String> all = new ArrayList<>(this.lines);
			assertThat(all).hasSizeBetween(3, 5).startsWith("too long").endsWith("short", END);
		}
	}

	@Test
	void anOverlongLineIsDescribed() throws Exception {
		try (TestServer server = TestServer.with(Strategy.THREAD)
			.options((options) -> options.withMaxLineLength(100))
			.start(Script.UPPER)) {
			byte[] line = new byte[200];
			line[0] = 3;
			line[1] = 22;
			assertThat(server.connect().send(line).readToEnd()).isEmpty();
			server.awaitQuiet();
			assertThat(server.trace().errors().get(0)).hasMessageContaining(server.trace().request().id())
				.hasMessageContaining("100")
				.hasMessageContaining("\\x03\\x16");
		}
	}

	@Test
	void bytesAndLinesMayBeMixed() throws Exception {
		try (TestServer server = TestServer.with(Strategy.THREAD).start((handler) -> {
			int length = Integer.parseInt(handler.line());
			byte[] body = handler.in().readNBytes(length);
			this.lines.add(new String(body, StandardCharsets.US_ASCII));
			this.lines.add(String.valueOf(handler.in().available()));
			this.lines.add(handler.line());
			this.lines.add(String.valueOf(handler.in().read()));
			this.lines.add(String.valueOf(handler.in().read(new byte[0])));
			this.lines.add(String.valueOf(handler.in().read(new byte[1])));
		})) {
			server.connect().send("5\nab\ncdnext\n").shutdownOutput();
			assertThat(this.lines.poll(20, TimeUnit.SECONDS)).isEqualTo("ab\ncd");
			assertThat(this.lines.poll(20, TimeUnit.SECONDS)).isEqualTo("5");
			assertThat(this.lines.poll(20, TimeUnit.SECONDS)).isEqualTo("next");
			assertThat(this.lines.poll(20, TimeUnit.SECONDS)).isEqualTo("-1");
			assertThat(this.lines.poll(20, TimeUnit.SECONDS)).isEqualTo("0");
			assertThat(this.lines.poll(20, TimeUnit.SECONDS)).isEqualTo("-1");
		}
	}

	@Test
	void aReadTimeoutAppliesToEachRead() throws Exception {
		try (TestServer server = TestServer.with(Strategy.THREAD)
			.options((options) -> options.withReadTimeout(Duration.ofSeconds(10)))
			.start(Script.UPPER)) {
			Client client = server.connect();
			assertThat(client.ask("a")).isEqualTo("A");
			assertThat(client.ask("b")).isEqualTo("B");
		}
	}

}
