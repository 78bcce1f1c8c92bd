package io.socketserver.spring.actuate;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import tools.jackson.databind.JsonNode;

import io.socketserver.TcpServer;
import io.socketserver.request.CloseReason;
import io.socketserver.spring.SocketServers;
import io.socketserver.spring.testsupport.Http;
import io.socketserver.spring.testsupport.Http.Answer;
import io.socketserver.spring.testsupport.TestClient;
import io.socketserver.spring.testsupport.TestServers;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The endpoint {@code socketconnections} over HTTP.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT,
		properties = { "management.endpoints.web.exposure.include=socketconnections",
				"management.endpoint.socketconnections.access=unrestricted" })
@ExtendWith(OutputCaptureExtension.class)
@Timeout(60)
class SocketConnectionsEndpointTests {

	@Autowired
	private TestServers test;

	private final Http http;

	SocketConnectionsEndpointTests(@LocalServerPort int port) {
		this.http = new Http(port);
	}

	@BeforeEach
	void start() {
		this.test.start();
	}

	@Test
	void listsTheConnectionsOfAllServersTheOldestFirst() throws Exception {
		try (TestClient first = client("echo"); TestClient second = client("pooled")) {
			Answer answer = this.http.get("socketconnections");
			assertThat(answer.status()).isEqualTo(200);
			assertThat(answer.json().at("/page").asInt(-1)).isZero();
			assertThat(answer.json().at("/size").asInt()).isEqualTo(50);
			assertThat(answer.json().at("/total").asInt()).isEqualTo(2);
			assertThat(answer.at("/connections/0/clientAddress")).isEqualTo("127.0.0.1:" + first.port());
			assertThat(answer.at("/connections/1/clientAddress")).isEqualTo("127.0.0.1:" + second.port());
		}
	}

	@Test
	void describesAConnection() throws Exception {
		try (TestClient client = client("echo")) {
			String id = idOf(client);
			TestServers.awaitIdle(this.test.echo());
			Answer answer = this.http.get("socketconnections/" + id);
			assertThat(answer.status()).isEqualTo(200);
			assertThat(answer.at("/id")).isEqualTo(id).startsWith("echo-");
			assertThat(answer.at("/server")).isEqualTo("echo");
			assertThat(answer.at("/clientAddress")).isEqualTo("127.0.0.1:" + client.port());
			assertThat(answer.at("/localAddress")).isEqualTo("127.0.0.1:" + ((TcpServer) this.test.echo()).port());
			assertThat(answer.at("/acceptedAt")).matches("\\d{4}-\\d\\d-\\d\\dT.*Z");
			assertThat(answer.at("/age")).startsWith("PT");
			assertThat(answer.at("/idleTime")).startsWith("PT");
			assertThat(answer.at("/state")).isEqualTo("idle");
			assertThat(answer.json().at("/bytesIn").asInt()).isEqualTo(3);
			assertThat(answer.json().at("/bytesOut").asInt()).isEqualTo(3);
			assertThat(answer.json().at("/requests").asInt()).isEqualTo(1);
			for (String unknown : List.of("closeReason", "proxyAddress", "identity", "tls")) {
				assertThat(answer.json().has(unknown)).as(unknown).isFalse();
			}
		}
	}

	@Test
	void showsAnIdentityInOneBoundedLine() throws Exception {
		try (TestClient client = client("echo")) {
			String id = idOf(client);
			this.test.echo().connections().find(id).orElseThrow().identity("device\n7\u202e");
			assertThat(this.http.get("socketconnections/" + id).at("/identity")).isEqualTo("device\\u000a7\\u202e");
			this.test.echo().connections().find(id).orElseThrow().identity("x".repeat(1000));
			assertThat(this.http.get("socketconnections/" + id).at("/identity")).isEqualTo("x".repeat(256) + "...");
		}
	}

	@Test
	void filtersByServer() throws Exception {
		try (TestClient first = client("echo"); TestClient second = client("pooled")) {
			Answer answer = this.http.get("socketconnections?server=pooled");
			assertThat(answer.json().at("/total").asInt()).isEqualTo(1);
			assertThat(answer.at("/connections/0/clientAddress")).endsWith(":" + second.port());
			assertThat(first.ask("still here")).isEqualTo("STILL HERE");
		}
		Answer unknown = this.http.get("socketconnections?server=nope");
		assertThat(unknown.status()).isEqualTo(400);
		assertThat(unknown.at("/message")).contains("'nope'").contains("echo, pooled");
	}

	@Test
	void filtersByAddress() throws Exception {
		try (TestClient first = client("echo"); TestClient second = client("echo")) {
			assertThat(total("address=127.0.0.1")).isEqualTo(2);
			assertThat(total("address=127.0.0.1:" + first.port())).isEqualTo(1);
			assertThat(total("address=127.0.0.1:" + second.port() + "&server=pooled")).isZero();
			assertThat(total("address=127.0.0.2")).isZero();
			assertThat(total("address=::1")).isZero();
			assertThat(total("address=%5B::1%5D:" + first.port())).isZero();
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "localhost", "999.0.0.1", "1.2", "127.0.0.1:x", "1:2:3", "%5B::1" })
	void whatIsNoAddressIsRefused(String address) throws Exception {
		Answer answer = this.http.get("socketconnections?address=" + address);
		assertThat(answer.status()).isEqualTo(400);
		assertThat(answer.at("/message")).startsWith("The address must be an IP address").contains("192.0.2.7:5023");
	}

	@Test
	void pagesThroughConnections() throws Exception {
		List<TestClient> clients = new ArrayList<>();
		try {
			for (int i = 0; i < 12; i++) {
				clients.add(client("echo"));
			}
			List<String> ports = new ArrayList<>();
			for (int page = 0; page < 3; page++) {
				JsonNode connections = this.http.get("socketconnections?size=5&page=" + page).json().at("/connections");
				assertThat(connections.size()).isEqualTo((page < 2) ? 5 : 2);
				connections.forEach((one) -> ports.add(one.at("/clientAddress").asString()));
			}
			assertThat(ports)
				.containsExactlyElementsOf(clients.stream().map((client) -> "127.0.0.1:" + client.port()).toList());
			Answer beyond = this.http.get("socketconnections?size=1000&page=2147483647");
			assertThat(beyond.status()).isEqualTo(200);
			assertThat(beyond.json().at("/total").asInt()).isEqualTo(12);
			assertThat(beyond.json().at("/connections").isEmpty()).isTrue();
		}
		finally {
			for (TestClient client : clients) {
				client.close();
			}
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "size=0", "size=1001", "size=-1", "size=many", "page=-1", "page=1.5", "page=99999999999" })
	void aWrongPageOrSizeIsRefusedWithItsValue(String query) throws Exception {
		Answer answer = this.http.get("socketconnections?" + query);
		assertThat(answer.status()).isEqualTo(400);
		assertThat(answer.at("/message")).startsWith("The " + query.substring(0, 4) + " must be ")
			.endsWith("and is '" + query.substring(5) + "'");
	}

	@Test
	void closesAConnection(CapturedOutput output) throws Exception {
		long before = this.test.echo().statistics().closed(CloseReason.CLOSED_BY_SERVER);
		try (TestClient client = client("echo"); TestClient other = client("echo")) {
			String id = idOf(client);
			Answer answer = this.http.delete("socketconnections/" + id);
			assertThat(answer.status()).isEqualTo(204);
			assertThat(client.read()).isNull();
			assertThat(other.ask("alive")).isEqualTo("ALIVE");
			assertThat(output.getOut()).containsOnlyOnce("Operator: close socket connection '" + id + "'");
			client.close();
			TestServers.await(() -> this.test.echo().connections().count() == 1);
			assertThat(this.test.echo().statistics().closed(CloseReason.CLOSED_BY_SERVER)).isEqualTo(before + 1);
			assertThat(this.http.delete("socketconnections/" + id).status()).isEqualTo(404);
		}
	}

	@Test
	void anUnknownConnectionIsNotFound() throws Exception {
		for (String id : new String[] { "echo-999999", "echo-x", "nope-1", "echo" }) {
			assertThat(this.http.get("socketconnections/" + id).status()).isEqualTo(404);
			Answer answer = this.http.delete("socketconnections/" + id);
			assertThat(answer.status()).isEqualTo(404);
			assertThat(answer.at("/message")).isEqualTo("There is no open connection '" + id + "'");
		}
	}

	private TestClient client(String server) throws Exception {
		TestClient client = new TestClient(server.equals("echo") ? this.test.echo() : this.test.pooled());
		assertThat(client.ask("hi")).isEqualTo("HI");
		return client;
	}

	private String idOf(TestClient client) throws Exception {
		return this.http.get("socketconnections?address=127.0.0.1:" + client.port()).at("/connections/0/id");
	}

	private int total(String query) throws Exception {
		return this.http.get("socketconnections?" + query).json().at("/total").asInt(-1);
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		TestServers testServers() {
			return new TestServers();
		}

		@Bean
		SocketServers socketServers(TestServers test) {
			return test.servers();
		}

	}

}
