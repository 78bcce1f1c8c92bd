package io.socketserver.spring.autoconfigure;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Objects;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import io.socketserver.BaseServer;
import io.socketserver.BindFailedException;
import io.socketserver.TcpServer;
import io.socketserver.UnixStreamServer;
import io.socketserver.mixin.AddressRulesMixIn;
import io.socketserver.mixin.PerAddressLimitMixIn;
import io.socketserver.proxy.ProxyProtocol;
import io.socketserver.request.Cidr;
import io.socketserver.request.CloseReason;
import io.socketserver.request.DatagramRequestHandler;
import io.socketserver.spring.RequestHandler;
import io.socketserver.spring.SocketServers;
import io.socketserver.spring.diagnostics.PortConflictException;
import io.socketserver.spring.health.SocketServerHealthIndicator;
import io.socketserver.spring.testsupport.TestServers;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Unix sockets, the PROXY protocol and address rules, as properties ask for them.
 */
@Timeout(60)
@ExtendWith(OutputCaptureExtension.class)
class EdgePropertiesTests {

	private final ApplicationContextRunner runner = Runners.runner().withUserConfiguration(UpperCaseHandler.class);

	@TempDir
	Path directory;

	@Test
	void servesOnAUnixSocket(CapturedOutput output) {
		this.runner
			.withPropertyValues("socketserver.unix-path=" + path("console.sock"),
					"socketserver.unix-permissions=rw-rw----")
			.run((context) -> {
				assertThat(Files.getPosixFilePermissions(path("console.sock")))
					.isEqualTo(PosixFilePermissions.fromString("rw-rw----"));
				assertThat(ask("console.sock")).isEqualTo("HELLO\n");
				assertThat(context.getEnvironment().containsProperty("local.socketserver.port")).isFalse();
				assertThat(output).contains("started on " + path("console.sock") + " (unix, platform threads)");
				BaseServer server = context.getBean(SocketServers.class).all().get(0);
				assertThat(new SocketServerHealthIndicator(server).health()).satisfies((health) -> {
					assertThat(health.getStatus()).isEqualTo(Status.UP);
					assertThat(health.getDetails()).containsEntry("address", path("console.sock").toString());
				});
			});
		assertThat(path("console.sock")).doesNotExist();
	}

	@Test
	void servesOnBothKindsAtOnce() {
		this.runner
			.withPropertyValues("socketserver.address=127.0.0.1", "socketserver.servers.tracker.port=0",
					"socketserver.servers.console.unix-path=" + path("console.sock"))
			.run((context) -> {
				// The only port there is.
				int port = Runners.port(context);
				assertThat(port).isEqualTo(Runners.port(context, "tracker"));
				try (TestClient client = new TestClient(port)) {
					assertThat(client.ask("hello")).isEqualTo("HELLO");
				}
				assertThat(ask("console.sock")).isEqualTo("HELLO\n");
				assertThat(server(context.getBean(SocketServers.class), "console"))
					.isInstanceOf(UnixStreamServer.class);
			});
	}

	@Test
	void whatNeedsAnAddressIsNotInheritedByAUnixSocket() {
		this.runner.withPropertyValues("socketserver.auto-startup=false", "socketserver.allow=10.0.0.0/8",
				"socketserver.proxy-protocol.required-from=10.0.0.1", "socketserver.max-connections-per-address=3",
				"socketserver.servers.tracker.port=0", "socketserver.servers.console.unix-path=" + path("console.sock"))
			.run((context) -> {
				BaseServer console = server(context.getBean(SocketServers.class), "console");
				assertThat(console.options().proxyProtocol()).isEmpty();
				assertThat(console.mixIns()).hasSize(2);
				assertThat(server(context.getBean(SocketServers.class), "tracker").mixIns()).hasSize(4);
			});
	}

	@ParameterizedTest
	@CsvSource({ "socketserver.", "socketserver.servers.echo." })
	void everyKeyReachesTheServer(String prefix) {
		this.runner.withPropertyValues("socketserver.name=echo", "socketserver.auto-startup=false", prefix + "port=0",
				prefix + "proxy-protocol.required-from=10.0.0.0/8, 127.0.0.1",
				prefix + "proxy-protocol.header-timeout=3s", prefix + "allow[0]=192.0.2.0/24",
				prefix + "allow[1]=2001:db8::/32", prefix + "deny=192.0.2.66", prefix + "max-connections-per-address=7",
				prefix + "address-prefix.ipv4=24", prefix + "address-prefix.ipv6=48")
			.run((context) -> {
				BaseServer server = server(context.getBean(SocketServers.class), "echo");
				ProxyProtocol protocol = server.options().proxyProtocol().orElseThrow();
				assertThat(protocol.requiredFrom()).containsExactly(Cidr.parse("10.0.0.0/8"), Cidr.parse("127.0.0.1"));
				assertThat(protocol.headerTimeout()).isEqualTo(Duration.ofSeconds(3));
				AddressRulesMixIn rules = (AddressRulesMixIn) server.mixIns().get(1);
				assertThat(rules.allows(new InetSocketAddress("192.0.2.1", 1))).isTrue();
				assertThat(rules.allows(new InetSocketAddress("2001:db8::1", 1))).isTrue();
				assertThat(rules.allows(new InetSocketAddress("192.0.2.66", 1))).isFalse();
				assertThat(rules.allows(new InetSocketAddress("198.51.100.1", 1))).isFalse();
				PerAddressLimitMixIn limit = (PerAddressLimitMixIn) server.mixIns().get(2);
				assertThat(limit.maxRequests()).isEqualTo(7);
			});
	}

	@Test
	void proxiesAndRulesAreForDatagramsToo() {
		Runners.runner()
			.withUserConfiguration(PacketHandler.class)
			.withPropertyValues("socketserver.auto-startup=false", "socketserver.transport=udp", "socketserver.port=0",
					"socketserver.proxy-protocol.required-from=10.0.0.1", "socketserver.deny=192.0.2.66",
					"socketserver.max-connections-per-address=7")
			.run((context) -> {
				BaseServer server = context.getBean(SocketServers.class).all().get(0);
				assertThat(server.options().proxyProtocol()).isPresent();
				assertThat(server.mixIns()).hasAtLeastOneElementOfType(AddressRulesMixIn.class)
					.hasAtLeastOneElementOfType(PerAddressLimitMixIn.class);
			});
	}

	@Test
	void seesTheRealClientBehindAProxy() {
		this.runner
			.withPropertyValues("socketserver.port=0", "socketserver.address=127.0.0.1",
					"socketserver.proxy-protocol.required-from=127.0.0.0/8", "socketserver.deny=192.0.2.66")
			.run((context) -> {
				int port = Runners.port(context);
				assertThat(behindProxy(port, "192.0.2.7")).isEqualTo("HELLO\n");
				assertThat(behindProxy(port, "192.0.2.66")).isEmpty();
				TcpServer server = (TcpServer) context.getBean(SocketServers.class).all().get(0);
				TestServers.await(() -> server.statistics().closed(CloseReason.REFUSED) == 1);
				assertThat(server.statistics().refused()).isOne();
			});
	}

	private static String behindProxy(int port, String client) throws Exception {
		try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
			socket.setSoTimeout(20_000);
			String sent = "PROXY TCP4 " + client + " 10.0.0.1 4711 80\r\nhello\n";
			socket.getOutputStream().write(sent.getBytes(StandardCharsets.US_ASCII));
			socket.shutdownOutput();
			return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
		}
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', value = { "allow[1] | 10.0.0.1/8 | write 10.0.0.0/8",
			"deny[1] | example.org | is no IP address", "proxy-protocol.required-from[1] | 10.0.0.0/33 | prefix" })
	void aBadBlockIsReportedWithItsPlace(String key, String value, String reason) {
		this.runner
			.withPropertyValues("socketserver.port=0", "socketserver." + key.replace('1', '0') + "=127.0.0.1",
					"socketserver." + key + "=" + value)
			.run((context) -> {
				assertThat(context).getFailure().rootCause().hasMessageContaining(reason);
				ConfigurationProperty property = Objects
					.requireNonNull(cause(BindException.class, context.getStartupFailure()).getProperty());
				assertThat(property.getName()).hasToString("socketserver." + key);
				assertThat(property.getValue()).isEqualTo(value);
				assertThat(property.getOrigin()).isNotNull();
			});
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			value = { "proxy-protocol.header-timeout | 3s | no effect",
					"max-connections-per-address | 0 | must be from 1", "address-prefix.ipv4 | 33 | 0 to 32",
					"proxy-protocol.required-from | '' | must name the proxies" })
	void aBadValueIsReportedWithItsProperty(String key, String value, String reason) {
		this.runner
			.withPropertyValues("socketserver.port=0", "socketserver.max-connections-per-address=7",
					"socketserver." + key + "=" + value)
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOfSatisfying(InvalidConfigurationPropertyValueException.class, (ex) -> {
					assertThat(ex.getName()).isEqualTo("socketserver." + key);
					assertThat(ex.getReason()).contains(reason);
				}));
	}

	@ParameterizedTest
	@ValueSource(strings = { "socketserver: { allow: }", "socketserver: { allow: [] }", "socketserver.allow: ''",
			"socketserver: { allow: 127.0.0.1, servers: { echo: { port: 0, allow: [] } } }" })
	void anEmptyListLetsNobodyInByMistake(String yaml) {
		this.runner.withPropertyValues("socketserver.port=0").withInitializer(Runners.yaml(yaml)).run((context) -> {
			InvalidConfigurationPropertyValueException failure = Runners.refusal(context.getStartupFailure());
			assertThat(failure.getName()).endsWith("allow");
			assertThat(failure.getReason()).contains("leave the key out").contains("10.0.0.0/8");
		});
	}

	@Test
	void nobodyDeniedIsNoMistake() {
		this.runner
			.withPropertyValues("socketserver.port=0", "socketserver.address=127.0.0.1", "socketserver.deny=127.0.0.1",
					"socketserver.servers.open.deny=")
			.run((context) -> assertThat(TestClient.ask(Runners.port(context, "open"), "hello")).isEqualTo("HELLO"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "0.0.0.0/0", "::/0" })
	void headersFromAnybodyAreWarnedOf(String block, CapturedOutput output) {
		this.runner
			.withPropertyValues("socketserver.port=0", "socketserver.address=127.0.0.1",
					"socketserver.proxy-protocol.required-from=10.0.0.1," + block)
			.run((context) -> assertThat(output.getAll().lines().filter((line) -> line.contains("WARN")))
				.singleElement()
				.asString()
				.contains("socketserver.proxy-protocol.required-from contains " + block)
				.contains("any client"));
	}

	@ParameterizedTest
	@CsvSource({ "address-prefix.ipv4, 24, tcp, max-connections-per-address",
			"address-prefix.ipv6, 48, tcp, max-connections-per-address",
			"udp.multicast-interface, lo, udp, udp.multicast-group" })
	void aKeyThatNeedsAnotherIsRefusedWithoutIt(String key, String value, String transport, String needed) {
		this.runner
			.withPropertyValues("socketserver.port=0", "socketserver.transport=" + transport,
					"socketserver." + key + "=" + value)
			.run((context) -> {
				InvalidConfigurationPropertyValueException failure = Runners.refusal(context.getStartupFailure());
				assertThat(failure.getName()).isEqualTo("socketserver." + key);
				assertThat(failure.getReason()).contains("no effect").contains("set socketserver." + needed);
			});
	}

	@ParameterizedTest
	@ValueSource(strings = { "r--------", "r-xr-xr-x", "---------" })
	void permissionsThatLetNobodyConnectAreRefused(String permissions) {
		this.runner
			.withPropertyValues("socketserver.unix-path=" + path("a.sock"),
					"socketserver.unix-permissions=" + permissions)
			.run((context) -> assertThat(Runners.refusal(context.getStartupFailure()).getReason())
				.contains("nobody can connect")
				.contains("rw-------"));
	}

	@ParameterizedTest
	@CsvSource({ "port, 0", "address, 127.0.0.1" })
	void aUnixSocketHasNoPort(String key, String value) {
		this.runner.withPropertyValues("socketserver.unix-path=" + path("a.sock"), "socketserver." + key + "=" + value)
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOfSatisfying(InvalidConfigurationPropertyValueException.class,
						(ex) -> assertThat(ex.getName()).isEqualTo("socketserver.unix-path"))
				.hasMessageContaining("both"));
	}

	@ParameterizedTest
	@CsvSource({ "allow, 10.0.0.0/8", "deny, 10.0.0.1", "proxy-protocol.required-from, 10.0.0.1",
			"max-connections-per-address, 3", "address-prefix.ipv4, 24", "tcp-no-delay, true" })
	void aUnixSocketHasNoAddresses(String key, String value) {
		this.runner.withPropertyValues("socketserver.unix-path=" + path("a.sock"), "socketserver." + key + "=" + value)
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOfSatisfying(InvalidConfigurationPropertyValueException.class,
						(ex) -> assertThat(ex.getName()).isEqualTo("socketserver." + key))
				.hasMessageContaining("is unix; set transport to tcp, or remove it"));
	}

	@Test
	void theTransportMayBeSaid() {
		this.runner
			.withPropertyValues("socketserver.transport=unix", "socketserver.unix-path=" + path("a.sock"),
					"socketserver.servers.a.unix-permissions=rw-rw-rw-", "socketserver.servers.b.port=0")
			.run((context) -> {
				assertThat(server(context.getBean(SocketServers.class), "a")).isInstanceOf(UnixStreamServer.class);
				assertThat(server(context.getBean(SocketServers.class), "b")).isInstanceOf(TcpServer.class);
				assertThat(ask("a.sock")).isEqualTo("HELLO\n");
			});
	}

	@ParameterizedTest
	@CsvSource({ "unix-path, a.sock", "unix-permissions, rw-------" })
	void aPathIsForAUnixSocket(String key, String value) {
		this.runner
			.withPropertyValues("socketserver.port=0", "socketserver.transport=tcp",
					"socketserver." + key + "=" + value)
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOfSatisfying(InvalidConfigurationPropertyValueException.class,
						(ex) -> assertThat(ex.getName()).isEqualTo("socketserver." + key))
				.hasMessageContaining("is tcp; set transport to unix"));
	}

	@Test
	void permissionsAreWrittenAsLsDoes() {
		this.runner.withPropertyValues("socketserver.unix-path=" + path("a.sock"), "socketserver.unix-permissions=rw")
			.run((context) -> {
				InvalidConfigurationPropertyValueException failure = Runners.refusal(context.getStartupFailure());
				assertThat(failure.getName()).isEqualTo("socketserver.unix-permissions");
				assertThat(failure.getReason()).contains("'rw' are no permissions").contains("rw-rw----");
			});
	}

	@ParameterizedTest
	@CsvSource({ "0660, 432", "'\"0660\"', 0660" })
	void permissionsAreNoNumber(String written, String read) {
		this.runner.withPropertyValues("socketserver.unix-path=" + path("a.sock"))
			.withInitializer(Runners.yaml("socketserver: { unix-permissions: " + written + " }"))
			.run((context) -> assertThat(Runners.refusal(context.getStartupFailure()).getReason())
				.contains("'" + read + "' are no permissions")
				.contains("letters in quotes")
				.contains("0660"));
	}

	@Test
	void aUnixSocketNeedsAPath() {
		this.runner.withPropertyValues("socketserver.transport=unix")
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOfSatisfying(InvalidConfigurationPropertyValueException.class,
						(ex) -> assertThat(ex.getName()).isEqualTo("socketserver.transport"))
				.hasMessageContaining("set socketserver.unix-path"));
	}

	@Test
	void aPathThatIsTooLongIsReported() {
		this.runner.withPropertyValues("socketserver.unix-path=" + path("x".repeat(120)))
			.run((context) -> assertThat(bindFailure(context.getStartupFailure()).reason())
				.isEqualTo(BindFailedException.Reason.PATH_TOO_LONG));
	}

	@Test
	void twoServersOnOnePathAreRefused() {
		this.runner
			.withPropertyValues("socketserver.servers.a.unix-path=" + path("a.sock"),
					"socketserver.servers.b.unix-path=" + path("x").resolve("../a.sock"))
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOf(PortConflictException.class)
				.hasMessageContaining("'a' and 'b'"));
	}

	@Test
	void aPathInUseIsReported() throws Exception {
		try (ServerSocketChannel other = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
			other.bind(UnixDomainSocketAddress.of(path("a.sock")));
			this.runner.withPropertyValues("socketserver.unix-path=" + path("a.sock"))
				.run((context) -> assertThat(context.getStartupFailure()).hasRootCauseInstanceOf(IOException.class)
					.satisfies((failure) -> assertThat(bindFailure(failure).reason())
						.isEqualTo(BindFailedException.Reason.IN_USE)));
		}
	}

	private static BindFailedException bindFailure(@Nullable Throwable failure) {
		return cause(BindFailedException.class, failure);
	}

	private static <T extends Throwable> T cause(Class<T> type, @Nullable Throwable failure) {
		Throwable current = Objects.requireNonNull(failure);
		while (!type.isInstance(current) && current.getCause() != null) {
			current = current.getCause();
		}
		return type.cast(current);
	}

	private static BaseServer server(SocketServers servers, String name) {
		return servers.find(name).orElseThrow();
	}

	private String ask(String name) throws Exception {
		try (SocketChannel client = SocketChannel.open(UnixDomainSocketAddress.of(path(name)))) {
			client.write(ByteBuffer.wrap("hello\n".getBytes(StandardCharsets.US_ASCII)));
			client.shutdownOutput();
			ByteBuffer answer = ByteBuffer.allocate(100);
			while (client.read(answer) >= 0) {
				// Until the end.
			}
			return new String(answer.array(), 0, answer.position(), StandardCharsets.US_ASCII);
		}
	}

	private Path path(String name) {
		return this.directory.resolve(name);
	}

	@RequestHandler
	static class PacketHandler extends DatagramRequestHandler {

		@Override
		public void handle() {
		}

	}

}
