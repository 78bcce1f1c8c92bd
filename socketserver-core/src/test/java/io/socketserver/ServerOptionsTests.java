package io.socketserver;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;

import org.junit.jupiter.api.Test;

import io.socketserver.ServerOptions.KeepAlive;
import io.socketserver.mixin.LimitingMixIn;
import io.socketserver.mixin.OverflowPolicy;
import io.socketserver.mixin.PoolingMixIn;
import io.socketserver.mixin.ThreadingMixIn;
import io.socketserver.request.StreamOptions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * {@link ServerOptions}, and what mix-ins are made with.
 */
class ServerOptionsTests {

	private static final Duration NEGATIVE = Duration.ofSeconds(-1);

	private final ServerOptions options = ServerOptions.DEFAULT;

	@Test
	void refusesValuesThatMakeNoSense() {
		List<Supplier<Object>> bad = List.of(() -> this.options.withName(" "),
				() -> this.options.withRequestQueueSize(0), () -> this.options.withReceiveBufferSize(-1),
				() -> this.options.withSendBufferSize(-1), () -> this.options.withLinger(NEGATIVE),
				() -> this.options.withMaxConnections(0), () -> this.options.withIdleTimeout(NEGATIVE),
				() -> this.options.withRequestTimeout(NEGATIVE), () -> this.options.withReadTimeout(NEGATIVE),
				() -> this.options.withDrainTimeout(NEGATIVE), () -> this.options.withLingerTimeout(NEGATIVE),
				() -> this.options.withMaxLineLength(0), () -> this.options.withBufferSize(63),
				() -> new KeepAlive(true, NEGATIVE, Duration.ZERO, 0),
				() -> new KeepAlive(true, Duration.ZERO, NEGATIVE, 0),
				() -> new KeepAlive(true, Duration.ZERO, Duration.ZERO, -1),
				() -> new StreamOptions(StandardCharsets.UTF_8, 0, 64, Duration.ZERO),
				() -> new StreamOptions(StandardCharsets.UTF_8, 1, 63, Duration.ZERO),
				() -> new StreamOptions(StandardCharsets.UTF_8, 1, 64, NEGATIVE), () -> new LimitingMixIn(0),
				() -> new PoolingMixIn(0), () -> new PoolingMixIn(1, -1, OverflowPolicy.WAIT),
				() -> new ThreadingMixIn().maxThreads(0));
		assertThat(bad).allSatisfy((each) -> assertThatIllegalArgumentException().isThrownBy(each::get)
			.withMessageMatching("(?s).*(must|needs|limit).*"));
	}

	@Test
	void aChangeLeavesTheOriginalAlone() {
		ServerOptions changed = this.options.withName("other")
			.withRequestQueueSize(7)
			.withReuseAddress(false)
			.withReusePort(true)
			.withTcpNoDelay(false)
			.withKeepAlive(KeepAlive.OFF)
			.withLinger(Duration.ofSeconds(1))
			.withMaxConnections(3)
			.withIdleTimeout(Duration.ZERO)
			.withCharset(StandardCharsets.ISO_8859_1)
			.withMaxLineLength(10)
			.withBufferSize(64)
			.withReadTimeout(Duration.ofSeconds(2));
		assertThat(changed.name()).isEqualTo("other");
		assertThat(changed.requestQueueSize()).isEqualTo(7);
		assertThat(changed.reuseAddress()).isFalse();
		assertThat(changed.reusePort()).isTrue();
		assertThat(changed.tcpNoDelay()).isFalse();
		assertThat(changed.linger()).contains(Duration.ofSeconds(1));
		assertThat(changed.stream())
			.isEqualTo(new StreamOptions(StandardCharsets.ISO_8859_1, 10, 64, Duration.ofSeconds(2)));
		assertThat(this.options.name()).isEqualTo("socketserver");
		assertThat(this.options.stream()).isEqualTo(StreamOptions.DEFAULT);
		assertThat(this.options.maxConnections()).isEqualTo(8192);
		assertThat(this.options.idleTimeout()).isEqualTo(Duration.ofMinutes(5));
	}

}
