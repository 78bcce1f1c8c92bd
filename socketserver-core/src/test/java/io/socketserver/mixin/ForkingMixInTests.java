package io.socketserver.mixin;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.socketserver.ServerOptions;
import io.socketserver.TcpServer;
import io.socketserver.UdpOptions;
import io.socketserver.UdpServer;
import io.socketserver.fork.ForkOptions;
import io.socketserver.fork.HandlerFailedException;
import io.socketserver.fork.WorkerApplication;
import io.socketserver.fork.WorkerCommand;
import io.socketserver.fork.WorkerDiedException;
import io.socketserver.fork.WorkerEnd;
import io.socketserver.fork.WorkerInfo;
import io.socketserver.fork.WorkerPool;
import io.socketserver.fork.WorkerState;
import io.socketserver.framing.Framing;
import io.socketserver.message.Codec;
import io.socketserver.message.MessageConnection;
import io.socketserver.message.MessageHandler;
import io.socketserver.message.MessageService;
import io.socketserver.request.CloseReason;
import io.socketserver.request.ConnectionState;
import io.socketserver.request.DrainReport;
import io.socketserver.request.RequestHandlerFactory;
import io.socketserver.request.StreamRequest;
import io.socketserver.support.Await;
import io.socketserver.support.Client;
import io.socketserver.support.Client.End;
import io.socketserver.support.Descriptors;
import io.socketserver.support.ForkedDatagramHandler;
import io.socketserver.support.ForkedHandler;
import io.socketserver.support.Lane;
import io.socketserver.support.Strategy;
import io.socketserver.support.TestServer;
import io.socketserver.support.Transport;
import io.socketserver.support.UdpClient;
import io.socketserver.support.UdpTestServer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Requests in worker processes: what they share with no other strategy.
 */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ForkingMixInTests {

	private static final long SELF = ProcessHandle.current().pid();

	// For what needs no options: a worker's start takes longer than most tests.
	private static TestServer shared;

	private final List<Client> clients = new ArrayList<>();

	@BeforeAll
	static void startShared() {
		shared = startWithSpare();
	}

	@AfterAll
	static void closeShared() throws IOException {
		shared.close();
	}

	@AfterEach
	void closeClients() throws IOException {
		for (Client client : this.clients) {
			client.close();
		}
		shared.awaitQuiet();
	}

	/**
	 * A client of the shared server.
	 */
	private Client connect() throws IOException {
		Client client = Client.connect(shared.server().serverAddress());
		this.clients.add(client);
		return client;
	}

	private static StreamRequest lastRequest() {
		List<StreamRequest> all = shared.trace().requests();
		return all.get(all.size() - 1);
	}

	private static TestServer start(UnaryOperator<ForkOptions> change) {
		ForkOptions options = ForkOptions.of(ForkedHandler.class)
			.withMinIdle(0)
			.withJvmOptions(List.of("-Xmx64m"))
			.withStopTimeout(Duration.ofSeconds(10));
		return TestServer.with(new ForkingMixIn(change.apply(options))).start(ForkedHandler::new);
	}

	private static TestServer startWithSpare() {
		return start((options) -> options.withMinIdle(1));
	}

	private static TestServer start() {
		return start(UnaryOperator.identity());
	}

	private static WorkerPool pool(TestServer server) {
		return server.server()
			.mixIns()
			.stream()
			.filter(ForkingMixIn.class::isInstance)
			.map(ForkingMixIn.class::cast)
			.findFirst()
			.flatMap(ForkingMixIn::pool)
			.orElseThrow();
	}

	private static Set<Long> pids(WorkerPool pool) {
		Set<Long> pids = new HashSet<>();
		pool.workers().forEach((worker) -> pids.add(worker.pid()));
		return pids;
	}

	@Test
	void answersFromAnotherProcess() throws Exception {
		long pid = Long.parseLong(connect().ask("pid"));
		assertThat(pid).isNotEqualTo(SELF);
		assertThat(pids(pool(shared))).contains(pid);
	}

	@Test
	void connectionsAtOnceHaveProcessesOfTheirOwn() throws Exception {
		Set<String> pids = new HashSet<>();
		for (int i = 0; i < 3; i++) {
			pids.add(connect().ask("pid"));
		}
		assertThat(pids).hasSize(3);
		assertThat(pool(shared).count(WorkerState.BUSY)).isEqualTo(3);
	}

	@Test
	void aWorkerServesOneConnectionAfterAnother() throws Exception {
		Set<String> pids = new HashSet<>();
		for (int i = 0; i < 10; i++) {
			try (Client client = connect()) {
				pids.add(client.ask("pid"));
			}
			shared.awaitQuiet();
		}
		assertThat(pids).hasSizeLessThan(10);
	}

	@Test
	void knowsTheRealAddresses() throws Exception {
		Client client = connect();
		assertThat(client.ask("peer"))
			.isEqualTo(client.address() + " " + client.socket().getRemoteSocketAddress() + " " + lastRequest().id());
	}

	@Test
	void whatAHandlerThrowsReachesHandleErrorWithItsMessageAndStack() throws Exception {
		int before = shared.trace().errors().size();
		assertThat(connect().sendLine("throw").readToEnd()).isEmpty();
		shared.awaitQuiet();
		Throwable error = shared.trace().errors().get(before);
		assertThat(error).isInstanceOf(HandlerFailedException.class)
			.hasMessage("java.lang.IllegalStateException: thrown on demand");
		assertThat(error.getStackTrace())
			.anySatisfy((element) -> assertThat(element.getClassName()).isEqualTo(ForkedHandler.class.getName()));
		assertThat(error.getCause()).hasMessage("java.lang.IllegalArgumentException: why");
		assertThat(lastRequest().closeReason()).contains(CloseReason.HANDLER_ERROR);
		assertThat(connect().ask("on")).isEqualTo("on");
	}

	@Test
	void anExitAHaltAndAFullHeapCostTheirRequestOnly() throws Exception {
		Map<String, String> ends = new LinkedHashMap<>();
		ends.put("exit", "exit code 3");
		ends.put("halt", "exit code 7");
		ends.put("fill", "exit code 3 (out of memory");
		long died = pool(shared).statistics().ended(WorkerEnd.DIED);
		Client bystander = connect();
		assertThat(bystander.ask("here")).isEqualTo("here");
		for (Map.Entry<String, String> each : ends.entrySet()) {
			int before = shared.trace().errors().size();
			assertThat(connect().sendLine(each.getKey()).readToEnd()).isEmpty();
			Await.until(() -> shared.trace().errors().size() == before + 1, "the error");
			assertThat(shared.trace().errors().get(before)).isInstanceOf(WorkerDiedException.class)
				.hasMessageContaining(each.getValue());
			assertThat(lastRequest().closeReason()).contains(CloseReason.WORKER_DIED);
			assertThat(bystander.ask("still")).isEqualTo("still");
		}
		assertThat(connect().ask("on")).isEqualTo("on");
		assertThat(pool(shared).statistics().ended(WorkerEnd.DIED)).isEqualTo(died + ends.size());
	}

	/**
	 * A client that reads to the end would take it for all of it.
	 */
	@Test
	void halfAnAnswerEndsWithAReset() throws Exception {
		Client client = connect();
		assertThat(client.ask("a")).isEqualTo("a");
		assertThatExceptionOfType(IOException.class).isThrownBy(() -> client.sendLine("half").readToEnd());
		shared.awaitQuiet();
		assertThat(lastRequest().closeReason()).contains(CloseReason.WORKER_DIED);
		assertThat(lastRequest().bytesOut()).isEqualTo("a\nhalf an ".length());
	}

	@Test
	void aWorkerThatDiesCostsItsDatagramOnly() throws Exception {
		ForkOptions options = ForkOptions.of(ForkedDatagramHandler.class)
			.withMinIdle(0)
			.withRequestTimeout(Duration.ofSeconds(1))
			.withJvmOptions(List.of("-Xmx64m"));
		try (UdpTestServer server = UdpTestServer.with(new ForkingMixIn(options))
			.start((RequestHandlerFactory) ForkedDatagramHandler::new)) {
			UdpClient client = server.client();
			assertThat(client.ask("pid")).containsOnlyDigits().isNotEqualTo(String.valueOf(SELF));
			client.send("halt").send("loop");
			assertThat(client.ask("on")).isEqualTo("on");
			Await.until(() -> server.trace().errors().size() == 2, "the errors");
			assertThat(server.trace().errors()).extracting(Throwable::getMessage)
				.anyMatch((message) -> message.contains("exit code 7"))
				.anyMatch((message) -> message.contains("took too long"));
		}
	}

	@Test
	void messageHandlersRunInAWorkerToo() throws Exception {
		ForkOptions options = ForkOptions.of(WorkerCommand.of(Messages.class, "from ")).withMinIdle(0);
		try (TestServer server = TestServer.with(new ForkingMixIn(options)).start(ForkedHandler::new)) {
			Client client = server.connect().send("a\nb\n");
			assertThat(client.readLine()).startsWith("from ").endsWith(" a").doesNotContain(" " + SELF + " ");
			assertThat(client.readLine()).endsWith(" b");
			Await.until(() -> server.trace().request().state() == ConnectionState.IDLE, "an idle connection");
			assertThat(server.trace().request().requests()).isEqualTo(2);
			server.server().shutdown(Duration.ofSeconds(10));
			assertThat(client.readLine()).isEqualTo("goodbye");
			assertThat(client.end()).isEqualTo(End.ORDERLY);
		}
	}

	@Test
	void aUnixSocketIsServedWithItsPeersCredentials() throws Exception {
		ForkingMixIn forking = new ForkingMixIn(ForkOptions.of(ForkedHandler.class).withMinIdle(0));
		try (TestServer server = TestServer.with(new Lane(Transport.UNIX, Strategy.SYNC))
			.over(forking)
			.start(ForkedHandler::new)) {
			assertThat(server.connect().ask("peer")).isEqualTo("unix:" + System.getProperty("user.name") + " "
					+ server.server().serverAddress() + " " + server.server().name() + "-1");
		}
	}

	@Test
	void sessionsOfDatagramsAreRefusedAtOnce() {
		assertThatExceptionOfType(IllegalArgumentException.class)
			.isThrownBy(() -> new UdpServer(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
					MessageService.of(Framing.raw(100), Codec.bytes(), (connection, message) -> message),
					ServerOptions.DEFAULT.withUdp(UdpOptions.DEFAULT.withSessions(true)),
					new ForkingMixIn(ForkedDatagramHandler.class)))
			.withMessageContaining("sessions");
	}

	@Test
	void anEndlessLoopIsKilledAtTheRequestTimeout() throws Exception {
		try (TestServer server = start((options) -> options.withRequestTimeout(Duration.ofSeconds(1)))) {
			Client idle = server.connect();
			assertThat(idle.ask("quick")).isEqualTo("quick");
			assertThat(server.connect().sendLine("loop").readToEnd()).isEmpty();
			Await.until(() -> server.trace().errors().size() == 1, "the error");
			assertThat(server.trace().errors().get(0)).hasMessageContaining("took too long");
			assertThat(server.trace().requests().get(1).closeReason()).contains(CloseReason.REQUEST_TIMEOUT);
			assertThat(pool(server).statistics().ended(WorkerEnd.REQUEST_TIMEOUT)).isOne();
			assertThat(idle.ask("idle does not count")).isEqualTo("idle does not count");
		}
	}

	@Test
	void aHandlerThatIgnoresTheEndOfItsConnectionIsKilled() throws Exception {
		try (TestServer server = start((options) -> options.withStopTimeout(Duration.ofMillis(300)))) {
			Client client = server.connect();
			assertThat(client.ask("spin")).isEqualTo("spinning");
			server.trace().request().close(CloseReason.CLOSED_BY_SERVER);
			assertThat(client.end()).isEqualTo(End.ORDERLY);
			server.awaitQuiet();
			assertThat(server.trace().request().closeReason()).contains(CloseReason.CLOSED_BY_SERVER);
			assertThat(pool(server).statistics().ended(WorkerEnd.CONNECTION_CLOSED)).isOne();
		}
	}

	/**
	 * A relay that made an end of it would have the handler accept half an upload.
	 */
	@Test
	void aResetOfTheClientIsNoEndOfStreamInTheWorker() throws Exception {
		int before = shared.trace().errors().size();
		Client client = connect();
		assertThat(client.ask("a")).isEqualTo("a");
		client.send("half a li").reset();
		shared.awaitQuiet();
		assertThat(lastRequest().closeReason()).contains(CloseReason.PEER_RESET);
		assertThat(shared.trace().errors()).hasSize(before + 1)
			.element(before)
			.isInstanceOfSatisfying(HandlerFailedException.class,
					(error) -> assertThat(error.failure()).isEqualTo(SocketException.class.getName()));
	}

	@Test
	void stopsAcceptingWhenAllWorkersAreBusy() throws Exception {
		try (TestServer server = start((options) -> options.withMaxChildren(2))) {
			Client first = server.connect();
			Client second = server.connect();
			assertThat(first.ask("1")).isEqualTo("1");
			assertThat(second.ask("2")).isEqualTo("2");
			Client third = server.connect().sendLine("3");
			assertThat(third.hearsNothingFor(100)).isTrue();
			assertThat(server.server().acceptGate().holders()).extracting(Object::toString)
				.containsExactly("limit of 2 worker processes");
			assertThat(pool(server).workers()).hasSize(2);
			first.close();
			assertThat(third.readLine()).isEqualTo("3");
		}
	}

	@Test
	void aWorkerIsReplacedAfterSoManyRequests() throws Exception {
		try (TestServer server = start((options) -> options.withMaxRequests(2))) {
			Set<String> pids = new HashSet<>();
			for (int i = 0; i < 6; i++) {
				try (Client client = server.connect()) {
					pids.add(client.ask("pid"));
				}
				server.awaitQuiet();
			}
			assertThat(pids).hasSizeGreaterThanOrEqualTo(3);
			Await.until(() -> pool(server).statistics().ended(WorkerEnd.RETIRED) >= 2, "retired workers");
		}
	}

	@Test
	void idleConnectionsAreToldGoodbyeInTheWorker() throws Exception {
		try (TestServer server = start()) {
			Client client = server.connect();
			String pid = client.ask("pid");
			Await.until(() -> server.trace().request().state() == ConnectionState.IDLE, "an idle connection");
			DrainReport report = server.server().shutdown(Duration.ofSeconds(10));
			assertThat(client.readLine()).isEqualTo("goodbye from " + pid);
			assertThat(client.end()).isEqualTo(End.ORDERLY);
			assertThat(report.closedIdle()).isOne();
		}
	}

	@Test
	void recyclingReplacesAllAndLosesNoRequest() throws Exception {
		try (TestServer server = start((options) -> options.withMinIdle(2).withMaxChildren(6))) {
			WorkerPool pool = pool(server);
			Await.until(() -> pool.count(WorkerState.IDLE) == 2, "two idle workers");
			Set<Long> before = pids(pool);
			AtomicBoolean stop = new AtomicBoolean();
			List<String> failures = new ArrayList<>();
			Thread asking = new Thread(() -> ask(server, stop, failures));
			asking.start();
			assertThat(pool.recycle()).isGreaterThanOrEqualTo(2);
			Await.until(() -> pids(pool).stream().noneMatch(before::contains), "new workers only");
			stop.set(true);
			Await.end(asking);
			assertThat(failures).isEmpty();
			assertThat(pool.statistics().ended(WorkerEnd.RECYCLED)).isGreaterThanOrEqualTo(2);
		}
	}

	private static void ask(TestServer server, AtomicBoolean stop, List<String> failures) {
		while (!stop.get()) {
			try (Client client = Client.connect(server.server().serverAddress())) {
				if (!"x".equals(client.ask("x"))) {
					failures.add("no answer");
				}
			}
			catch (IOException ex) {
				failures.add(ex.toString());
			}
		}
	}

	@Test
	void oneWorkerCanBeRecycled() throws Exception {
		try (TestServer server = startWithSpare()) {
			WorkerPool pool = pool(server);
			Await.until(() -> pool.count(WorkerState.IDLE) == 1, "an idle worker");
			long pid = pool.workers().get(0).pid();
			assertThat(pool.recycle(1)).isFalse();
			assertThat(pool.recycle(pid)).isTrue();
			Await.until(() -> !pids(pool).contains(pid) && pool.count(WorkerState.IDLE) == 1, "another worker");
		}
	}

	@Test
	void tellsOfItsWorkers() throws Exception {
		long pid = Long.parseLong(connect().ask("pid"));
		WorkerInfo info = pool(shared).workers().stream().filter((each) -> each.pid() == pid).findFirst().orElseThrow();
		assertThat(info.state()).isEqualTo(WorkerState.BUSY);
		assertThat(info.requests()).isPositive();
		assertThat(info.memory().orElse(0)).isGreaterThan(1024L * 1024);
		assertThat(info.age()).isPositive();
	}

	@Test
	void foreignChildrenAreLeftAlone() throws Exception {
		Process foreign = new ProcessBuilder("sh", "-c", "exit 72").start();
		assertThat(connect().ask("a")).isEqualTo("a");
		assertThat(foreign.waitFor(20, TimeUnit.SECONDS)).isTrue();
		assertThat(foreign.exitValue()).isEqualTo(72);
	}

	@Test
	void leavesNeitherProcessNorDescriptorBehind() throws Exception {
		start().close();
		Set<String> before = Descriptors.open();
		Set<Long> pids;
		try (TestServer server = start()) {
			assertThat(server.connect().ask("a")).isEqualTo("a");
			pids = pids(pool(server));
		}
		assertThat(pids).noneMatch((pid) -> ProcessHandle.of(pid).isPresent());
		Descriptors.awaitClosedSince(before);
	}

	@Test
	void aServerWhoseWorkersCannotStartSaysWhy() {
		ForkingMixIn forking = new ForkingMixIn(ForkOptions.of(Broken.class));
		try (TcpServer server = new TcpServer(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
				ForkedHandler::new, forking)) {
			assertThatExceptionOfType(IllegalStateException.class).isThrownBy(server::start)
				.withMessageContaining("exit code 1")
				.withMessageContaining("broken on purpose");
			assertThat(forking.pool()).isEmpty();
		}
	}

	@Test
	void whatAWorkerCannotMakeIsRefusedAtOnce() {
		assertThatExceptionOfType(IllegalArgumentException.class).isThrownBy(() -> new ForkingMixIn(String.class))
			.withMessageContaining("neither a RequestHandler nor a WorkerApplication");
		// Refers to this test, which its constructor is given.
		ForkedHandler inner = new ForkedHandler() {
			@Override
			public String toString() {
				return ForkingMixInTests.this.toString();
			}
		};
		assertThatExceptionOfType(IllegalArgumentException.class).isThrownBy(() -> new ForkingMixIn(inner.getClass()))
			.withMessageContaining("no constructor without parameters");
	}

	/**
	 * An application of messages.
	 */
	static final class Messages implements WorkerApplication {

		@Override
		public RequestHandlerFactory start(List<String> arguments) {
			return MessageService.of(Framing.line(100), Codec.string(StandardCharsets.UTF_8),
					new Handler(arguments.get(0)));
		}

		private record Handler(String prefix) implements MessageHandler<String, String> {

			@Override
			public Object onMessage(MessageConnection<String> connection, String message) {
				return this.prefix + ProcessHandle.current().pid() + " " + message;
			}

			@Override
			public void onGoodbye(MessageConnection<String> connection) {
				connection.send("goodbye");
			}

		}

	}

	/**
	 * An application that does not start.
	 */
	static final class Broken implements WorkerApplication {

		@Override
		public RequestHandlerFactory start(List<String> arguments) {
			throw new IllegalStateException("broken on purpose");
		}

	}

}
