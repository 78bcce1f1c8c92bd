package io.socketserver;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import io.socketserver.mixin.LimitingMixIn;
import io.socketserver.request.CloseReason;
import io.socketserver.request.MixIn;
import io.socketserver.request.Request;
import io.socketserver.request.RequestCycle;
import io.socketserver.request.RequestHandler;
import io.socketserver.request.RequestRefusedException;
import io.socketserver.request.StopServing;
import io.socketserver.support.Await;
import io.socketserver.support.Client;
import io.socketserver.support.Script;
import io.socketserver.support.Strategy;
import io.socketserver.support.TestServer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Which hooks run after which failure; {@link TestServer} checks on closing that
 * {@code shutdownRequest} and {@code closeRequest} ran exactly once for each request.
 */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RequestCycleTests {

	private final List<String> calls = new CopyOnWriteArrayList<>();

	@ParameterizedTest
	@EnumSource
	void callsTheHooksInPythonsOrder(Strategy strategy) throws Exception {
		try (TestServer server = TestServer.with(strategy).over(new Recorder()).start(() -> new Steps(Map.of()))) {
			assertThat(server.connect().readToEnd()).isEmpty();
			server.awaitQuiet();
			assertThat(this.calls).containsExactly("verifyRequest", "processRequest", "finishRequest", "setup",
					"handle", "finish", "shutdownRequest", "closeRequest");
			assertThat(server.trace().request().closeReason()).contains(CloseReason.COMPLETED);
		}
	}

	@ParameterizedTest
	@EnumSource
	void aSetupThatThrowsIsFollowedByNeitherHandleNorFinish(Strategy strategy) throws Exception {
		try (TestServer server = TestServer.with(strategy)
			.over(new Recorder())
			.start(() -> new Steps(Map.of("setup", new IOException("setup"))))) {
			assertThat(server.connect().readToEnd()).isEmpty();
			server.awaitQuiet();
			assertThat(this.calls).containsExactly("verifyRequest", "processRequest", "finishRequest", "setup",
					"handleError", "shutdownRequest", "closeRequest");
			assertThat(server.trace().errors()).singleElement().isInstanceOf(IOException.class);
		}
	}

	@ParameterizedTest
	@EnumSource
	void aHandleThatThrowsIsFollowedByFinish(Strategy strategy) throws Exception {
		for (Throwable thrown : List.of(new Exception("checked"), new IllegalStateException("unchecked"),
				new StackOverflowError(), new OutOfMemoryError("artificial"), new AssertionError("error"),
				new InterruptedException("not really"))) {
			this.calls.clear();
			try (TestServer server = TestServer.with(strategy)
				.over(new Recorder())
				.start(() -> new Steps(Map.of("handle", thrown)))) {
				assertThat(server.connect().readToEnd()).isEmpty();
				server.awaitQuiet();
				assertThat(this.calls).containsExactly("verifyRequest", "processRequest", "finishRequest", "setup",
						"handle", "finish", "handleError", "shutdownRequest", "closeRequest");
				assertThat(server.trace().errors()).containsExactly(thrown);
				assertThat(server.trace().request().closeReason()).contains(CloseReason.HANDLER_ERROR);
				assertThat(server.connect().readToEnd()).isEmpty();
			}
		}
	}

	@ParameterizedTest
	@EnumSource
	void aRealStackOverflowEndsOnlyItsRequest(Strategy strategy) throws Exception {
		try (TestServer server = TestServer.with(strategy).start((handler) -> {
			if ("deep".equals(handler.in().readLine())) {
				overflow(0);
			}
			handler.out().println("fine");
		})) {
			assertThat(server.connect().sendLine("deep").readToEnd()).isEmpty();
			assertThat(server.connect().ask("flat")).isEqualTo("fine");
			server.awaitQuiet();
			assertThat(server.trace().errors()).singleElement()
				.extracting(Throwable::toString)
				.asString()
				.endsWith(StackOverflowError.class.getName());
		}
	}

	@SuppressWarnings("InfiniteRecursion")
	private static int overflow(int depth) {
		return overflow(depth + 1) + 1;
	}

	@ParameterizedTest
	@EnumSource
	void whatWasWrittenBeforeAnErrorArrives(Strategy strategy) throws Exception {
		try (TestServer server = TestServer.with(strategy).start((handler) -> {
			handler.out().println("partial");
			throw new IllegalStateException("after that");
		})) {
			assertThat(server.connect().readText()).isEqualTo("partial\n");
		}
	}

	@ParameterizedTest
	@EnumSource
	void aFinishThatThrowsIsAnError(Strategy strategy) throws Exception {
		try (TestServer server = TestServer.with(strategy)
			.start(() -> new Steps(Map.of("finish", new IOException("finish"))))) {
			assertThat(server.connect().readToEnd()).isEmpty();
			server.awaitQuiet();
			assertThat(server.trace().errors()).singleElement().extracting(Throwable::getMessage).isEqualTo("finish");
		}
	}

	@ParameterizedTest
	@EnumSource
	void anErrorOfHandleSuppressesThatOfFinish(Strategy strategy) throws Exception {
		try (TestServer server = TestServer.with(strategy)
			.start(() -> new Steps(Map.of("handle", new Exception("handle"), "finish", new IOException("finish"))))) {
			assertThat(server.connect().readToEnd()).isEmpty();
			server.awaitQuiet();
			Throwable error = server.trace().errors().get(0);
			assertThat(error).hasMessage("handle");
			assertThat(error.getSuppressed()).singleElement().extracting(Throwable::getMessage).isEqualTo("finish");
		}
	}

	@ParameterizedTest
	@EnumSource
	void aFactoryThatThrowsIsAnError(Strategy strategy) throws Exception {
		try (TestServer server = TestServer.with(strategy).start(() -> {
			throw new IllegalStateException("no handler today");
		})) {
			assertThat(server.connect().readToEnd()).isEmpty();
			assertThat(server.connect().readToEnd()).isEmpty();
			server.awaitQuiet();
			assertThat(server.trace().errors()).hasSize(2);
		}
	}

	@ParameterizedTest
	@EnumSource
	void aRequestThatIsNotVerifiedGetsNoHandler(Strategy strategy) throws Exception {
		MixIn no = new MixIn() {
			@Override
			public boolean verifyRequest(Request request, RequestCycle next) {
				return false;
			}
		};
		try (TestServer server = TestServer.with(strategy).over(no, new Recorder()).start(Script.UPPER)) {
			assertThat(server.connect().readToEnd()).isEmpty();
			server.awaitQuiet();
			assertThat(this.calls).containsExactly("shutdownRequest", "closeRequest");
			assertThat(server.trace().errors()).isEmpty();
			Await.until(() -> server.server().statistics().refused() == 1, "a refusal that is counted");
			assertThat(server.trace().request().closeReason()).contains(CloseReason.REFUSED);
		}
	}

	@ParameterizedTest
	@EnumSource
	void aVerifyRequestThatThrowsIsAnErrorOfThatRequestOnly(Strategy strategy) throws Exception {
		MixIn failing = new MixIn() {
			@Override
			public boolean verifyRequest(Request request, RequestCycle next) {
				if (request.id().endsWith("-1")) {
					throw new IllegalStateException("cannot verify");
				}
				return next.verifyRequest(request);
			}
		};
		try (TestServer server = TestServer.with(strategy).over(failing).start(Script.UPPER)) {
			assertThat(server.connect().readToEnd()).isEmpty();
			assertThat(server.connect().ask("next")).isEqualTo("NEXT");
			assertThat(server.trace().errors()).hasSize(1);
		}
	}

	@ParameterizedTest
	@EnumSource
	void aHandleErrorThatThrowsHarmsNobody(Strategy strategy) throws Exception {
		MixIn failing = new MixIn() {
			@Override
			public void handleError(Request request, Throwable error, RequestCycle next) {
				throw new IllegalStateException("cannot even report", error);
			}
		};
		try (TestServer server = TestServer.with(strategy).over(failing).start(Script.handlers(failOn("bad")))) {
			assertThat(server.connect().sendLine("bad").readToEnd()).isEmpty();
			assertThat(server.connect().ask("good")).isEqualTo("GOOD");
		}
	}

	@ParameterizedTest
	@EnumSource
	void aProcessRequestThatThrowsIsAnErrorOfThatRequestOnly(Strategy strategy) throws Exception {
		MixIn failing = new MixIn() {
			@Override
			public void processRequest(Request request, RequestCycle next) {
				if (request.id().endsWith("-1")) {
					throw new IllegalStateException("cannot process");
				}
				next.processRequest(request);
			}
		};
		try (TestServer server = TestServer.with(strategy).over(failing).start(Script.UPPER)) {
			assertThat(server.connect().readToEnd()).isEmpty();
			assertThat(server.connect().ask("next")).isEqualTo("NEXT");
			assertThat(server.trace().errors()).hasSize(1);
		}
	}

	/**
	 * The request is in its handler's hands then; the loop must not wait for that.
	 */
	@ParameterizedTest
	@EnumSource
	void aProcessRequestThatThrowsAfterPassingOnHarmsNobodyElse(Strategy strategy) throws Exception {
		MixIn failing = new MixIn() {
			@Override
			public void processRequest(Request request, RequestCycle next) {
				next.processRequest(request);
				if (request.id().endsWith("-1")) {
					throw new IllegalStateException("too late");
				}
			}
		};
		try (TestServer server = TestServer.with(strategy).over(failing).start(Script.UPPER)) {
			Client first = server.connect();
			if (!strategy.isConcurrent()) {
				first.shutdownOutput();
			}
			assertThat(first.readToEnd()).isEmpty();
			for (int i = 0; i < 3; i++) {
				assertThat(server.connect().shutdownOutput().readToEnd()).isEmpty();
			}
			assertThat(server.trace().errors()).isNotEmpty();
		}
	}

	@ParameterizedTest
	@EnumSource
	void aMixInMayRefuse(Strategy strategy) throws Exception {
		MixIn refusing = new MixIn() {
			@Override
			public void processRequest(Request request, RequestCycle next) {
				throw new RequestRefusedException(CloseReason.OVERLOADED, "no more");
			}
		};
		try (TestServer server = TestServer.with(strategy).over(refusing).start(Script.UPPER)) {
			assertThat(server.connect().readToEnd()).isEmpty();
			server.awaitQuiet();
			assertThat(server.trace().errors()).isEmpty();
			assertThat(server.server().statistics().closed(CloseReason.OVERLOADED)).isOne();
		}
	}

	@ParameterizedTest
	@EnumSource
	void hooksThatThrowAtTheEndOfARequestLeakNothing(Strategy strategy) throws Exception {
		MixIn failing = new MixIn() {
			@Override
			public void shutdownRequest(Request request, RequestCycle next) {
				throw new IllegalStateException("cannot shut down");
			}
		};
		LimitingMixIn two = new LimitingMixIn(2);
		// Without the trace, which would miss the hooks that are skipped here.
		TcpServer server = new TcpServer(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
				Script.handlers(Script.UPPER), ServerOptions.DEFAULT.withName("failing").withMaxConnections(2),
				Stream.concat(Stream.of(failing, two), Stream.of(strategy.mixIns())).toArray(MixIn[]::new));
		try (server) {
			server.start();
			for (int i = 0; i < 6; i++) {
				try (Client client = Client.connect(server.serverAddress())) {
					assertThat(client.ask("a")).isEqualTo("A");
				}
			}
			Await.until(() -> server.connections().count() == 0, "the end of all connections");
			Await.until(() -> two.activeRequests() == 0, "all permits given back");
		}
	}

	@ParameterizedTest
	@EnumSource
	void stopServingEndsTheServerWithoutAnError(Strategy strategy) throws Exception {
		try (TestServer server = TestServer.with(strategy).start((handler) -> {
			handler.out().println("last words");
			throw new StopServing("enough");
		})) {
			assertThat(server.connect().readText()).isEqualTo("last words\n");
			Await.until(() -> server.server().state() == ServerState.STOPPED, "the end of the loop");
			assertThat(server.trace().errors()).isEmpty();
		}
	}

	@ParameterizedTest
	@EnumSource
	void handleErrorMayEndTheServer(Strategy strategy) throws Exception {
		MixIn failFast = new MixIn() {
			@Override
			public void handleError(Request request, Throwable error, RequestCycle next) {
				request.server().shutdown();
			}
		};
		try (TestServer server = TestServer.with(strategy).over(failFast).start(failOn("bad"))) {
			long begin = System.nanoTime();
			assertThat(server.connect().sendLine("bad").readToEnd()).isEmpty();
			Await.until(() -> server.server().state() == ServerState.STOPPED, "the end of the loop");
			assertThat(System.nanoTime() - begin).isLessThan(8_000_000_000L);
		}
	}

	@ParameterizedTest
	@EnumSource
	void anInterruptLeftBehindByAHandlerHarmsNobodyElse(Strategy strategy) throws Exception {
		try (TestServer server = TestServer.with(strategy).start((handler) -> {
			handler.out().println(handler.line());
			handler.out().flush();
			Thread.currentThread().interrupt();
		})) {
			for (int i = 0; i < 20; i++) {
				assertThat(server.connect().ask("next")).isEqualTo("next");
			}
		}
	}

	private static Script failOn(String text) {
		return (handler) -> {
			String line = handler.line();
			if (text.equals(line)) {
				throw new IllegalStateException("as told");
			}
			handler.out().println(line.toUpperCase(Locale.ROOT));
		};
	}

	/**
	 * Fails where it is told to.
	 */
	private final class Steps implements RequestHandler {

		private final Map<String, Throwable> failures;

		Steps(Map<String, Throwable> failures) {
			this.failures = failures;
		}

		@Override
		public void setup(Request request) throws Exception {
			step("setup");
		}

		@Override
		public void handle() throws Exception {
			step("handle");
		}

		@Override
		public void finish() throws Exception {
			step("finish");
		}

		private void step(String name) throws Exception {
			RequestCycleTests.this.calls.add(name);
			Throwable failure = this.failures.get(name);
			if (failure instanceof Error error) {
				throw error;
			}
			if (failure != null) {
				throw (Exception) failure;
			}
		}

	}

	/**
	 * Notes the hooks in their order.
	 */
	private final class Recorder implements MixIn {

		@Override
		public boolean verifyRequest(Request request, RequestCycle next) {
			RequestCycleTests.this.calls.add("verifyRequest");
			return next.verifyRequest(request);
		}

		@Override
		public void processRequest(Request request, RequestCycle next) {
			RequestCycleTests.this.calls.add("processRequest");
			next.processRequest(request);
		}

		@Override
		public void finishRequest(Request request, RequestCycle next) throws Exception {
			RequestCycleTests.this.calls.add("finishRequest");
			next.finishRequest(request);
		}

		@Override
		public void shutdownRequest(Request request, RequestCycle next) {
			RequestCycleTests.this.calls.add("shutdownRequest");
			next.shutdownRequest(request);
		}

		@Override
		public void closeRequest(Request request, RequestCycle next) {
			RequestCycleTests.this.calls.add("closeRequest");
			next.closeRequest(request);
		}

		@Override
		public void handleError(Request request, Throwable error, RequestCycle next) {
			RequestCycleTests.this.calls.add("handleError");
			next.handleError(request, error);
		}

	}

}
