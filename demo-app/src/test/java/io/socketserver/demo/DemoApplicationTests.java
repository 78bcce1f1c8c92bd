package io.socketserver.demo;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Objects;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.core.env.Environment;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

import io.socketserver.BaseServer;
import io.socketserver.UnixStreamServer;
import io.socketserver.spring.SocketServers;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The application as it is shipped, with its own {@code application.yml} on free ports.
 * Who adds a server adds its port here, and a line to the exchanges.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT,
		properties = { "socketserver.servers.echo.port=0", "socketserver.servers.pooled.port=0",
				"socketserver.servers.lines.port=0", "socketserver.servers.frames.port=0",
				"socketserver.servers.secure.port=0", "socketserver.servers.datagrams.port=0",
				"socketserver.servers.forked.port=0", "socketserver.servers.forked.fork.max-children=1",
				"socketserver.servers.forked.fork.start-timeout=100s" })
@Timeout(120)
class DemoApplicationTests {

	private static final int TIMEOUT_MILLIS = 20_000;

	// Not the path that an application which runs on this machine has.
	@TempDir
	static Path directory;

	@DynamicPropertySource
	static void path(DynamicPropertyRegistry registry) {
		registry.add("socketserver.servers.console.unix-path", () -> directory.resolve("console.sock"));
	}

	private final HttpClient http = HttpClient.newHttpClient();

	@Autowired
	private SocketServers servers;

	@Autowired
	private Environment environment;

	@Autowired
	private SslBundles bundles;

	@Test
	void hasTheServersThatTheExchangesAreFor() {
		assertThat(this.servers.all()).extracting(BaseServer::name)
			.containsExactlyInAnyOrder("echo", "pooled", "lines", "frames", "secure", "console", "datagrams", "forked");
	}

	@ParameterizedTest
	@CsvSource({ "echo, hello, HELLO", "pooled, hello, HELLO", "lines, hello, hello" })
	void eachServerAnswers(String server, String line, String answer) throws IOException {
		try (Socket client = new Socket(InetAddress.getLoopbackAddress(), port("local.socketserver." + server))) {
			client.setSoTimeout(TIMEOUT_MILLIS);
			client.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
			BufferedReader reader = new BufferedReader(
					new InputStreamReader(client.getInputStream(), StandardCharsets.UTF_8));
			assertThat(reader.readLine()).isEqualTo(answer);
			client.shutdownOutput();
			assertThat(reader.readLine()).isNull();
		}
	}

	@Test
	void aFrameIsAnswered() throws IOException {
		byte[] frame = { 0, 0, 0, 5, 'h', 'e', 'l', 'l', 'o' };
		try (Socket client = new Socket(InetAddress.getLoopbackAddress(), port("local.socketserver.frames"))) {
			client.setSoTimeout(TIMEOUT_MILLIS);
			client.getOutputStream().write(frame);
			assertThat(client.getInputStream().readNBytes(frame.length)).isEqualTo(frame);
		}
	}

	@Test
	void theConsoleAnswersOnItsUnixSocket() throws IOException {
		UnixStreamServer console = (UnixStreamServer) this.servers.find("console").orElseThrow();
		try (SocketChannel client = SocketChannel.open(UnixDomainSocketAddress.of(console.path()))) {
			client.write(ByteBuffer.wrap("whoami\nservers\nhelp\nquit\n".getBytes(StandardCharsets.UTF_8)));
			String answer = new String(Channels.newInputStream(client).readAllBytes(), StandardCharsets.UTF_8);
			assertThat(answer.lines()).hasSize(2 + this.servers.all().size())
				.first()
				.asString()
				.contains(System.getProperty("user.name"));
			assertThat(answer).contains("echo: tcp, ", "console: unix, 1 open\n")
				.endsWith("commands: servers, whoami, quit\n");
		}
		assertThat(console.path()).isEqualTo(directory.resolve("console.sock"));
	}

	@Test
	void theSecureServerAnswersWhoTrustsItsCertificate() throws Exception {
		try (SSLSocket client = (SSLSocket) trusting("demo").getSocketFactory()
			.createSocket(InetAddress.getLoopbackAddress(), port("local.socketserver.secure"))) {
			client.setSoTimeout(TIMEOUT_MILLIS);
			SSLParameters parameters = client.getSSLParameters();
			parameters.setEndpointIdentificationAlgorithm("HTTPS");
			client.setSSLParameters(parameters);
			client.getOutputStream().write("hello\n".getBytes(StandardCharsets.UTF_8));
			assertThat(client.getInputStream().readNBytes(6)).asString().isEqualTo("HELLO\n");
		}
	}

	private SSLContext trusting(String bundle) throws Exception {
		KeyStore known = KeyStore.getInstance("PKCS12");
		known.load(null, null);
		KeyStore own = Objects.requireNonNull(this.bundles.getBundle(bundle).getStores().getKeyStore());
		known.setCertificateEntry(bundle, own.getCertificate(bundle));
		TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
		trust.init(known);
		SSLContext context = SSLContext.getInstance("TLS");
		context.init(null, trust.getTrustManagers(), null);
		return context;
	}

	@Test
	void theServerOfDatagramsAnswersEachWithItself() throws IOException {
		try (DatagramSocket client = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
			client.setSoTimeout(TIMEOUT_MILLIS);
			for (int size : new int[] { 0, 1, 8192 }) {
				client.send(new DatagramPacket(new byte[size], size, InetAddress.getLoopbackAddress(),
						port("local.socketserver.datagrams")));
				DatagramPacket answer = new DatagramPacket(new byte[10_000], 10_000);
				client.receive(answer);
				assertThat(answer.getLength()).isEqualTo(size);
			}
		}
	}

	@Test
	void aForkedRequestIsAnsweredByAnotherProcess() throws IOException {
		try (Socket client = new Socket(InetAddress.getLoopbackAddress(), port("local.socketserver.forked"))) {
			client.setSoTimeout(TIMEOUT_MILLIS);
			client.getOutputStream().write("hello\n".getBytes(StandardCharsets.UTF_8));
			String answer = new BufferedReader(new InputStreamReader(client.getInputStream(), StandardCharsets.UTF_8))
				.readLine();
			assertThat(answer).matches("\\d+ hello").doesNotStartWith(ProcessHandle.current().pid() + " ");
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "health", "health/socketServer", "metrics", "metrics/socketserver.connections.accepted",
			"socketservers", "socketconnections" })
	void theActuatorIsExposed(String path) throws Exception {
		HttpResponse<String> response = send(request(path).GET());
		assertThat(response.statusCode()).isEqualTo(200);
		assertThat(response.body()).startsWith("{");
	}

	@Test
	void anOperatorMayPauseAndResumeEachServer() throws Exception {
		for (BaseServer server : this.servers) {
			assertThat(operate(server, "pause").statusCode()).isEqualTo(200);
			assertThat(server.isPaused()).isTrue();
			assertThat(operate(server, "resume").statusCode()).isEqualTo(200);
			assertThat(server.isPaused()).isFalse();
		}
	}

	private HttpResponse<String> operate(BaseServer server, String action) throws Exception {
		return send(request("socketservers/" + server.name()).header("Content-Type", "application/json")
			.POST(BodyPublishers.ofString("{\"action\":\"" + action + "\"}")));
	}

	private HttpRequest.Builder request(String path) {
		return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port("local.server") + "/actuator/" + path))
			.timeout(Duration.ofMillis(TIMEOUT_MILLIS));
	}

	private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
		return this.http.send(request.build(), BodyHandlers.ofString());
	}

	private int port(String prefix) {
		return this.environment.getRequiredProperty(prefix + ".port", Integer.class);
	}

}
