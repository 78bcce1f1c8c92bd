package io.socketserver.system;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import io.socketserver.mixin.AddressRulesMixIn;
import io.socketserver.proxy.ProxyHeader;
import io.socketserver.proxy.ProxyProtocol;
import io.socketserver.proxy.ProxySsl;
import io.socketserver.request.Cidr;
import io.socketserver.request.CloseReason;
import io.socketserver.request.StreamRequest;
import io.socketserver.support.Await;
import io.socketserver.support.Client;
import io.socketserver.support.Multiplexed;
import io.socketserver.support.Script;
import io.socketserver.support.Strategy;
import io.socketserver.support.TestServer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Behind HAProxy and nginx, started here. Clients connect to them from 127.0.0.2; they
 * themselves connect to the server from 127.0.0.1.
 */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ProxyPeerTests {

	private static final ProxyProtocol PROTOCOL = ProxyProtocol.requiredFrom(List.of(Cidr.parse("127.0.0.1")))
		.withHeaderTimeout(Duration.ofSeconds(20));

	private static final Script WHO = (handler) -> {
		handler.out().println(handler.stream().clientAddress().toString());
		Script.UPPER.run(handler);
	};

	@TempDir
	Path directory;

	@ParameterizedTest
	@EnumSource
	void haproxyVersion1(Strategy strategy) throws Exception {
		tellsWhoConnected(strategy, (port, server) -> haproxy(port, server, "", "send-proxy"));
	}

	@ParameterizedTest
	@EnumSource
	void haproxyVersion2(Strategy strategy) throws Exception {
		tellsWhoConnected(strategy,
				(port, server) -> haproxy(port, server, "", "send-proxy-v2 proxy-v2-options crc32c"));
	}

	@ParameterizedTest
	@EnumSource
	void nginxVersion1(Strategy strategy) throws Exception {
		tellsWhoConnected(strategy, this::nginx);
	}

	private void tellsWhoConnected(Strategy strategy, Proxy proxy) throws Exception {
		try (TestServer server = server(strategy); Running running = start(proxy, server)) {
			tellsWhoConnected(running);
			StreamRequest last = server.trace().requests().get(server.trace().requests().size() - 1);
			assertThat(last.proxyAddress().map(Object::toString).orElseThrow()).startsWith("/127.0.0.1:");
			assertThat(server.server().statistics().refused()).isZero();
		}
	}

	private static void tellsWhoConnected(Running running) throws Exception {
		for (int i = 0; i < 20; i++) {
			try (Client client = Client.connectFrom("127.0.0.2", running.address())) {
				assertThat(client.readLine()).isEqualTo(client.address().toString());
				assertThat(client.ask("hello")).isEqualTo("HELLO");
			}
		}
	}

	@ParameterizedTest
	@EnumSource
	void haproxyBeforeMultiplexedHandlers(Multiplexed way) throws Exception {
		try (TestServer server = TestServer.with(way.mixIn())
			.options((options) -> options.withProxyProtocol(PROTOCOL))
			.start(Multiplexed.who());
				Running running = start((port, to) -> haproxy(port, to, "", "send-proxy-v2"), server)) {
			tellsWhoConnected(running);
		}
	}

	@Test
	void haproxyChecksHealthAsItself() throws Exception {
		try (TestServer server = server(Strategy.THREAD);
				Running running = start(
						(port, to) -> haproxy(port, to, "", "send-proxy-v2 check check-send-proxy inter 100"),
						server)) {
			Await.until(
					() -> server.trace()
						.requests()
						.stream()
						.anyMatch((each) -> each.attribute(ProxyHeader.KEY).filter(ProxyHeader::local).isPresent()),
					"a health check");
			assertThat(server.server().statistics().refused()).isZero();
			try (Client client = Client.connectFrom("127.0.0.2", running.address())) {
				assertThat(client.readLine()).isEqualTo(client.address().toString());
			}
		}
	}

	@Test
	void haproxyWithoutTheProtocolIsRefused() throws Exception {
		try (TestServer server = server(Strategy.THREAD);
				Running running = start((port, to) -> haproxy(port, to, "", ""), server);
				Client client = Client.connectFrom("127.0.0.2", running.address())) {
			client.sendLine("hello");
			assertThat(client.end()).isNotNull();
			Await.until(() -> server.server().statistics().closed(CloseReason.PROXY_HEADER_INVALID) == 1,
					"its refusal");
		}
	}

	@Test
	void rulesSeeTheClientOfHaproxy() throws Exception {
		AddressRulesMixIn rules = new AddressRulesMixIn(List.of(), List.of(Cidr.parse("127.0.0.3")));
		try (TestServer server = TestServer.with(Strategy.THREAD)
			.over(rules)
			.options((options) -> options.withProxyProtocol(PROTOCOL))
			.start(WHO); Running running = start((port, to) -> haproxy(port, to, "", "send-proxy-v2"), server)) {
			try (Client denied = Client.connectFrom("127.0.0.3", running.address())) {
				assertThat(denied.readLine()).isNull();
			}
			try (Client other = Client.connectFrom("127.0.0.2", running.address())) {
				assertThat(other.ask("hello")).startsWith("/127.0.0.2:");
			}
			assertThat(server.server().statistics().closed(CloseReason.REFUSED)).isOne();
		}
	}

	/**
	 * What HAProxy says of TLS: the client's certificate, the name it asked for, ALPN.
	 */
	@Test
	void haproxyTellsOfTls() throws Exception {
		String openssl = PeerProcess.require("openssl", "openssl");
		certificate(openssl, "server", "/CN=proxy.test");
		certificate(openssl, "client", "/CN=Ann");
		Path pem = this.directory.resolve("server.pem");
		Files.writeString(pem, Files.readString(file("server.crt")) + Files.readString(file("server.key")));
		String tls = " ssl crt " + pem + " ca-file " + file("client.crt") + " verify required alpn echo";
		String to = "send-proxy-v2 proxy-v2-options ssl,cert-cn,authority,unique-id,crc32c";
		try (TestServer server = server(Strategy.THREAD);
				Running running = start((port, address) -> haproxy(port, address, tls, to), server);
				PeerProcess client = PeerProcess.start(file("client.log"),
						List.of(openssl, "s_client", "-quiet", "-connect",
								"127.0.0.1:" + ((InetSocketAddress) running.address()).getPort(), "-servername",
								"name.test", "-alpn", "echo", "-cert", file("client.crt").toString(), "-key",
								file("client.key").toString()))) {
			client.send("hello\n");
			Await.until(() -> client.output().contains("HELLO"), "an answer");
			ProxyHeader header = server.trace()
				.requests()
				.stream()
				.flatMap((each) -> each.attribute(ProxyHeader.KEY).stream())
				.filter((each) -> each.tlvs().ssl().isPresent())
				.findFirst()
				.orElseThrow();
			ProxySsl ssl = header.tlvs().ssl().orElseThrow();
			assertThat(ssl.tls()).isTrue();
			assertThat(ssl.verified()).isTrue();
			assertThat(ssl.commonName()).contains("Ann");
			assertThat(ssl.version().orElseThrow()).startsWith("TLSv1");
			assertThat(header.tlvs().authority()).contains("name.test");
			assertThat(header.tlvs().alpn()).contains("echo");
			assertThat(header.tlvs().uniqueId()).isPresent();
		}
	}

	private void certificate(String openssl, String name, String subject) throws IOException {
		try (PeerProcess made = PeerProcess.start(file(name + ".log"),
				List.of(openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", subject,
						"-keyout", file(name + ".key").toString(), "-out", file(name + ".crt").toString()))) {
			made.finish();
		}
	}

	private TestServer server(Strategy strategy) {
		return TestServer.with(strategy).options((options) -> options.withProxyProtocol(PROTOCOL)).start(WHO);
	}

	private Running start(Proxy proxy, TestServer server) throws IOException {
		AtomicInteger port = new AtomicInteger();
		PeerProcess process = PeerProcess.listening(file("proxy.log"),
				(candidate) -> proxy.command(candidate, server.server().serverAddress()), port::set);
		return new Running(process, new InetSocketAddress(InetAddress.getLoopbackAddress(), port.get()));
	}

	private List<String> haproxy(int port, SocketAddress server, String bind, String options) {
		return List.of(PeerProcess.require("haproxy", "haproxy"), "-db", "-f", write("haproxy.cfg", """
				global
				  maxconn 200
				defaults
				  mode tcp
				  timeout connect 5s
				  timeout client 60s
				  timeout server 60s
				frontend in
				  bind 127.0.0.1:%d%s
				  unique-id-format %%ci-%%cp
				  default_backend out
				backend out
				  server s1 %s %s
				""".formatted(port, bind, text(server), options)));
	}

	private List<String> nginx(int port, SocketAddress server) {
		String nginx = PeerProcess.require("nginx", "nginx-light");
		Path module = Path.of("/usr/lib/nginx/modules/ngx_stream_module.so");
		Assumptions.assumeTrue(Files.exists(module), "nginx has no stream module (Debian: libnginx-mod-stream)");
		return List.of(nginx, "-p", this.directory.toString(), "-e", "stderr", "-c", write("nginx.conf", """
				load_module %s;
				daemon off;
				worker_processes 1;
				pid %s;
				events { worker_connections 100; }
				stream {
				  server {
				    listen 127.0.0.1:%d;
				    proxy_pass %s;
				    proxy_protocol on;
				  }
				}
				""".formatted(module, file("nginx.pid"), port, text(server))));
	}

	private static String text(SocketAddress server) {
		return "127.0.0.1:" + ((InetSocketAddress) server).getPort();
	}

	private String write(String name, String content) {
		try {
			return Files.writeString(file(name), content).toString();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private Path file(String name) {
		return this.directory.resolve(name);
	}

	/**
	 * A kind of proxy.
	 */
	@FunctionalInterface
	private interface Proxy {

		List<String> command(int port, SocketAddress server);

	}

	/**
	 * A proxy that runs.
	 */
	private record Running(PeerProcess process, SocketAddress address) implements AutoCloseable {

		@Override
		public void close() {
			this.process.close();
		}

	}

}
