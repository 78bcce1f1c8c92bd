package io.socketserver.spring.autoconfigure;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

import org.junit.jupiter.api.Test;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.boot.json.JsonParserFactory;
import org.springframework.util.unit.DataSize;

import io.socketserver.ServerOptions;
import io.socketserver.framing.Framing;
import io.socketserver.framing.LengthField;
import io.socketserver.message.Codec;
import io.socketserver.message.MessageService;
import io.socketserver.message.WriteLimits;
import io.socketserver.tls.TlsOptions;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What editors show while an application is configured.
 */
class ConfigurationMetadataTests {

	private static final String NAMED = "socketserver.servers.*.";

	private final Map<String, Map<String, Object>> properties = read();

	@Test
	void everyPropertyHasATypeAndADescription() {
		assertThat(this.properties.keySet()).hasSizeGreaterThan(60);
		assertThat(this.properties.values()).allSatisfy((property) -> {
			assertThat(property.get("type")).isNotNull();
			assertThat(property.get("description")).asString().endsWith(".").doesNotStartWith("The ");
		});
	}

	@Test
	void everyFlatKeyButTheNameIsThereForNamedServersToo() {
		List<String> flat = this.properties.keySet()
			.stream()
			.filter((name) -> !name.startsWith("socketserver.servers"))
			.map((name) -> name.substring("socketserver.".length()))
			.filter((key) -> !key.equals("name"))
			.toList();
		List<String> named = this.properties.keySet()
			.stream()
			.filter((name) -> name.startsWith(NAMED))
			.map((name) -> name.substring(NAMED.length()))
			.toList();
		assertThat(named).containsExactlyInAnyOrderElementsOf(flat);
		assertThat(named).allSatisfy((key) -> {
			assertThat(property(NAMED + key).get("type")).isEqualTo(property("socketserver." + key).get("type"));
			assertThat(property(NAMED + key).get("description"))
				.isEqualTo(property("socketserver." + key).get("description"));
		});
	}

	@Test
	void defaultsAreThoseOfTheLibrary() {
		ServerOptions options = ServerOptions.DEFAULT;
		assertThat(defaultOf("request-queue-size")).isEqualTo(options.requestQueueSize());
		assertThat(defaultOf("reuse-address")).isEqualTo(options.reuseAddress());
		assertThat(defaultOf("reuse-port")).isEqualTo(options.reusePort());
		assertThat(defaultOf("tcp-no-delay")).isEqualTo(options.tcpNoDelay());
		assertThat(defaultOf("keep-alive.enabled")).isEqualTo(options.keepAlive().enabled());
		assertThat(defaultOf("keep-alive.count")).isEqualTo(options.keepAlive().count());
		assertThat(duration("keep-alive.idle")).isEqualTo(options.keepAlive().idle());
		assertThat(duration("keep-alive.interval")).isEqualTo(options.keepAlive().interval());
		assertThat(bytes("receive-buffer-size")).isEqualTo(options.receiveBufferSize());
		assertThat(bytes("send-buffer-size")).isEqualTo(options.sendBufferSize());
		assertThat(defaultOf("max-connections")).isEqualTo(options.maxConnections());
		assertThat(duration("idle-timeout")).isEqualTo(options.idleTimeout());
		assertThat(duration("request-timeout")).isEqualTo(options.requestTimeout());
		assertThat(duration("read-timeout")).isEqualTo(options.readTimeout());
		assertThat(duration("linger-timeout")).isEqualTo(options.lingerTimeout());
		assertThat(bytes("max-line-length")).isEqualTo(options.stream().maxLineLength());
		assertThat(bytes("buffer-size")).isEqualTo(options.stream().bufferSize());
		TlsOptions tls = TlsOptions.of(() -> {
			throw new IllegalStateException();
		});
		assertThat(defaultOf("ssl.client-auth")).isEqualTo(tls.clientAuth().name().toLowerCase(Locale.ROOT));
		assertThat(duration("ssl.handshake-timeout")).isEqualTo(tls.handshakeTimeout());
		assertThat(defaultOf("ssl.on-demand")).isEqualTo(tls.isOnDemand());
		assertThat(defaultOf("ssl.handshakes-on-loop")).isEqualTo(tls.isHandshakesOnLoop());
		assertThat(defaultOf("charset")).isEqualTo(options.stream().charset().name());
		assertThat(bytes("max-packet-size")).isEqualTo(options.udp().maxPacketSize());
		assertThat(defaultOf("udp.receivers")).isEqualTo(options.udp().receivers());
		assertThat(defaultOf("udp.broadcast")).isEqualTo(options.udp().broadcast());
		assertThat(defaultOf("udp.sessions")).isEqualTo(options.udp().sessions());
		assertThat(defaultOf("udp.long-packets"))
			.isEqualTo(options.udp().longPackets().name().toLowerCase(Locale.ROOT));
		assertThat(Double.parseDouble(String.valueOf(defaultOf("udp.max-amplification"))))
			.isEqualTo(options.udp().maxAmplification());
	}

	@Test
	void defaultsOfMessagesAreThoseOfTheLibrary() {
		WriteLimits limits = WriteLimits.DEFAULT;
		LengthField field = LengthField.bytes(1);
		assertThat(bytes("write-limits.low-mark")).isEqualTo(limits.lowMark());
		assertThat(bytes("write-limits.high-mark")).isEqualTo(limits.highMark());
		assertThat(bytes("write-limits.cap")).isEqualTo(limits.cap());
		assertThat(duration("write-limits.stalled-timeout")).isEqualTo(limits.stalledTimeout());
		assertThat(duration("framing.timeout")).isEqualTo(
				MessageService.of(Framing.line(1), Codec.bytes(), (connection, message) -> message).frameTimeout());
		assertThat(defaultOf("framing.offset")).isEqualTo(field.offset());
		assertThat(defaultOf("framing.adjustment")).isEqualTo(field.adjustment());
		assertThat(defaultOf("framing.strip")).isEqualTo(field.strip());
	}

	private Duration duration(String key) {
		return DurationStyle.detectAndParse(String.valueOf(defaultOf(key)));
	}

	private long bytes(String key) {
		return DataSize.parse(String.valueOf(defaultOf(key))).toBytes();
	}

	private Object defaultOf(String key) {
		return Objects.requireNonNull(property("socketserver." + key).get("defaultValue"), key);
	}

	private Map<String, Object> property(String name) {
		return Objects.requireNonNull(this.properties.get(name), name);
	}

	private static Map<String, Map<String, Object>> read() {
		// The first on the class path is this module's.
		try (InputStream json = Objects.requireNonNull(
				SocketServerProperties.class.getResourceAsStream("/META-INF/spring-configuration-metadata.json"))) {
			return parse(new String(json.readAllBytes(), StandardCharsets.UTF_8));
		}
		catch (IOException ex) {
			throw new AssertionError(ex);
		}
	}

	@SuppressWarnings("unchecked")
	private static Map<String, Map<String, Object>> parse(String json) {
		List<Map<String, Object>> all = (List<Map<String, Object>>) Objects
			.requireNonNull(JsonParserFactory.getJsonParser().parseMap(json).get("properties"));
		return all.stream()
			.filter((property) -> String.valueOf(property.get("name")).startsWith("socketserver."))
			.collect(Collectors.toMap((property) -> String.valueOf(property.get("name")), (property) -> property));
	}

}
