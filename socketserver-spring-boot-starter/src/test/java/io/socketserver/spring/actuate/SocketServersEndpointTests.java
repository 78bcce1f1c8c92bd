package io.socketserver.spring.actuate;

import java.net.SocketTimeoutException;
import java.time.Duration;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import io.socketserver.ServerState;
import io.socketserver.TcpServer;
import io.socketserver.spring.SocketServers;
import io.socketserver.spring.testsupport.Http;
import io.socketserver.spring.testsupport.Http.Answer;
import io.socketserver.spring.testsupport.TestClient;
import io.socketserver.spring.testsupport.TestServers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * The endpoint {@code socketservers} over HTTP.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT,
		properties = { "management.endpoints.web.exposure.include=socketservers",
				"management.endpoint.socketservers.access=unrestricted" })
@ExtendWith(OutputCaptureExtension.class)
@Timeout(60)
class SocketServersEndpointTests {

	@Autowired
	private TestServers test;

	private final Http http;

	SocketServersEndpointTests(@LocalServerPort int port) {
		this.http = new Http(port);
	}

	@BeforeEach
	void start() {
		this.test.start();
	}

	@Test
	void listsServersInTheirOrder() throws Exception {
		Answer answer = this.http.get("socketservers");
		assertThat(answer.status()).isEqualTo(200);
		assertThat(answer.json().at("/servers").size()).isEqualTo(2);
		assertThat(answer.at("/servers/0/name")).isEqualTo("echo");
		assertThat(answer.at("/servers/0/concurrency")).isEqualTo("thread");
		assertThat(answer.at("/servers/1/name")).isEqualTo("pooled");
		assertThat(answer.at("/servers/1/concurrency")).isEqualTo("pool");
	}

	@Test
	void describesAServer() throws Exception {
		try (TestClient client = new TestClient(this.test.pooled())) {
			assertThat(client.ask("hello")).isEqualTo("HELLO");
			// An earlier connection's thread may be about to go back to the pool.
			TestServers.await(() -> this.test.pooledThreads() == 1);
			Answer answer = this.http.get("socketservers/pooled");
			assertThat(answer.status()).isEqualTo(200);
			assertThat(answer.at("/transport")).isEqualTo("tcp");
			assertThat(answer.at("/address")).isEqualTo("127.0.0.1");
			assertThat(answer.json().at("/port").asInt()).isEqualTo(((TcpServer) this.test.pooled()).port());
			assertThat(answer.at("/state")).isEqualTo("serving");
			assertThat(answer.json().at("/paused").asBoolean()).isFalse();
			assertThat(answer.json().at("/acceptHeldBy").isEmpty()).isTrue();
			assertThat(answer.json().at("/connections/active").asInt()).isEqualTo(1);
			assertThat(answer.json().at("/connections/max").asInt()).isEqualTo(50);
			assertThat(answer.json().at("/threads/active").asInt()).isEqualTo(1);
			assertThat(answer.json().at("/threads/max").asInt()).isEqualTo(2);
			assertThat(answer.json().at("/threads/queueCapacity").asInt()).isEqualTo(8);
			assertThat(answer.at("/timeouts/idle")).isEqualTo("PT5M");
			assertThat(answer.at("/timeouts/drain")).isEqualTo("PT20S");
			assertThat(answer.json().has("drain")).isFalse();
		}
	}

	@Test
	void countsWhatAServerDoes() throws Exception {
		long requests = this.http.get("socketservers/echo").json().at("/counters/requests").asLong();
		try (TestClient client = new TestClient(this.test.echo())) {
			assertThat(client.ask("hello")).isEqualTo("HELLO");
			TestServers.awaitIdle(this.test.echo());
			Answer answer = this.http.get("socketservers/echo");
			assertThat(answer.json().at("/counters/requests").asLong()).isEqualTo(requests + 1);
			assertThat(answer.json().at("/counters/accepted").asLong()).isPositive();
			assertThat(answer.json().at("/counters/bytesIn").asLong()).isGreaterThanOrEqualTo(6);
			assertThat(answer.json().at("/counters/bytesOut").asLong()).isGreaterThanOrEqualTo(6);
			assertThat(answer.json().at("/counters/closed").has("peer-closed")).isTrue();
		}
	}

	@Test
	void anUnknownServerIsNotFound() throws Exception {
		assertThat(this.http.get("socketservers/nope").status()).isEqualTo(404);
		assertThat(this.http.delete("socketservers/nope").status()).isEqualTo(404);
		Answer answer = this.http.post("socketservers/nope", "{\"action\":\"pause\"}");
		assertThat(answer.status()).isEqualTo(404);
		assertThat(answer.at("/message")).isEqualTo("There is no socket server 'nope': there is echo, pooled");
	}

	@Test
	void anUnknownActionIsRefusedWithTheValidOnes() throws Exception {
		Answer answer = this.http.post("socketservers/echo", "{\"action\":\"explode\"}");
		assertThat(answer.status()).isEqualTo(400);
		assertThat(answer.at("/message"))
			.isEqualTo("There is no action 'explode': it is one of pause, resume, drain, stop, start, recycle");
		assertThat(this.http.post("socketservers/echo", "{}").at("/message")).startsWith("No 'action' is given");
		assertThat(this.http.post("socketservers/echo", "").status()).isEqualTo(400);
	}

	@Test
	void aWrongTimeoutIsRefusedAndNothingHappens() throws Exception {
		for (String timeout : new String[] { "soon", "-1s", "99999999999999999999s", "9999999d" }) {
			Answer answer = this.http.post("socketservers/echo",
					"{\"action\":\"drain\",\"timeout\":\"" + timeout + "\"}");
			assertThat(answer.status()).isEqualTo(400);
			assertThat(answer.at("/message")).contains("'" + timeout + "'").contains("10s");
		}
		Answer answer = this.http.post("socketservers/echo", "{\"action\":\"pause\",\"timeout\":\"1s\"}");
		assertThat(answer.status()).isEqualTo(400);
		assertThat(answer.at("/message")).contains("only drain and stop");
		assertThat(this.test.echo().isPaused()).isFalse();
		assertThat(this.test.echo().state()).isEqualTo(ServerState.SERVING);
	}

	@Test
	void aPauseMakesANewClientWaitUntilItIsResumed() throws Exception {
		try (TestClient early = new TestClient(this.test.echo())) {
			assertThat(early.ask("one")).isEqualTo("ONE");
			Answer paused = this.http.post("socketservers/echo", "{\"action\":\"pause\"}");
			assertThat(paused.status()).isEqualTo(200);
			assertThat(paused.json().at("/paused").asBoolean()).isTrue();
			assertThat(paused.at("/acceptHeldBy/0")).isEqualTo("paused");
			assertThat(early.ask("two")).isEqualTo("TWO");
			try (TestClient late = new TestClient(this.test.echo())) {
				late.send("three").timeout(Duration.ofMillis(300));
				assertThatExceptionOfType(SocketTimeoutException.class).isThrownBy(late::read);
				late.timeout(Duration.ofSeconds(20));
				Answer resumed = this.http.post("socketservers/echo", "{\"action\":\"RESUME\"}");
				assertThat(resumed.json().at("/paused").asBoolean()).isFalse();
				assertThat(late.read()).isEqualTo("THREE");
			}
		}
	}

	@Test
	void aDrainOfIdleConnectionsIsOverWhenItAnswers() throws Exception {
		try (TestClient client = new TestClient(this.test.echo())) {
			assertThat(client.ask("hello")).isEqualTo("HELLO");
			TestServers.awaitIdle(this.test.echo());
			Answer answer = this.http.post("socketservers/echo", "{\"action\":\"drain\"}");
			assertThat(answer.status()).isEqualTo(200);
			assertThat(client.read()).isNull();
			client.close();
			TestServers.await(() -> this.test.echo().state() == ServerState.CLOSED);
			assertThat(answer.json().at("/drain/closedIdle").asInt()).isEqualTo(1);
			assertThat(answer.json().at("/drain/cutOff").asInt()).isZero();
		}
	}

	@Test
	void aDrainAnswersBeforeALongRequestHasEndedAndLetsItFinish() throws Exception {
		try (TestClient client = new TestClient(this.test.echo())) {
			client.send("hold");
			TestServers.await(() -> this.test.echo().statistics().bytesIn() > 0
					&& this.test.echo().connections().all().stream().anyMatch((one) -> one.requests() == 1));
			Answer answer = this.http.post("socketservers/echo", "{\"action\":\"drain\"}");
			assertThat(answer.at("/state")).isEqualTo("draining");
			assertThat(answer.json().at("/drain/remaining").asInt()).isEqualTo(1);
			assertThat(answer.json().at("/drain").has("took")).isFalse();
			Answer refused = this.http.post("socketservers/echo", "{\"action\":\"start\"}");
			assertThat(refused.status()).isEqualTo(409);
			assertThat(refused.at("/message")).contains("still draining");
			this.test.release();
			assertThat(client.read()).isEqualTo("HOLD");
			assertThat(client.read()).isNull();
		}
		TestServers.await(() -> this.test.echo().state() == ServerState.CLOSED);
	}

	@Test
	void aStopCutsOffWhatIsBusyAndEndsADrain() throws Exception {
		try (TestClient client = new TestClient(this.test.echo())) {
			client.send("hold");
			TestServers.await(() -> this.test.echo().connections().count() == 1);
			this.http.post("socketservers/echo", "{\"action\":\"drain\",\"timeout\":\"PT30S\"}");
			Answer answer = this.http.post("socketservers/echo", "{\"action\":\"stop\"}");
			assertThat(answer.status()).isEqualTo(200);
			this.test.release();
			TestServers.await(() -> this.test.echo().state() == ServerState.CLOSED);
		}
	}

	@Test
	void aStartServesAgain() throws Exception {
		this.http.post("socketservers/echo", "{\"action\":\"stop\"}");
		TestServers.await(() -> this.test.echo().state() == ServerState.CLOSED);
		Answer answer = this.http.post("socketservers/echo", "{\"action\":\"start\"}");
		assertThat(answer.status()).isEqualTo(200);
		assertThat(answer.at("/state")).isEqualTo("serving");
		try (TestClient client = new TestClient(this.test.echo())) {
			assertThat(client.ask("again")).isEqualTo("AGAIN");
		}
	}

	@Test
	void aDeleteClosesAServerGracefully() throws Exception {
		Answer answer = this.http.delete("socketservers/echo");
		assertThat(answer.status()).isEqualTo(200);
		TestServers.await(() -> this.test.echo().state() == ServerState.CLOSED);
		assertThat(this.http.get("socketservers/echo").at("/state")).isEqualTo("closed");
		assertThat(this.http.delete("socketservers/echo").status()).isEqualTo(200);
	}

	@Test
	void anActionIsLoggedOnce(CapturedOutput output) throws Exception {
		this.http.post("socketservers/pooled", "{\"action\":\"pause\"}");
		assertThat(output.getOut()).containsOnlyOnce("Operator: pause socket server 'pooled'");
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
