package io.socketserver;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import io.socketserver.mixin.LimitingMixIn;
import io.socketserver.mixin.ThreadingMixIn;
import io.socketserver.request.MixIn;
import io.socketserver.request.Request;
import io.socketserver.request.RequestCycle;
import io.socketserver.support.Await;
import io.socketserver.support.Client;
import io.socketserver.support.Client.End;
import io.socketserver.support.Descriptors;
import io.socketserver.support.Script;
import io.socketserver.support.Strategy;
import io.socketserver.support.TestServer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Thousands of connections that end in every way there is, and nothing stays behind.
 */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ChurnTests {

	private static final int CLIENTS = 4;

	private static final int KINDS = 5;

	private final AtomicInteger served = new AtomicInteger();

	private final Script moody = (handler) -> {
		String line = handler.line();
		switch (line) {
			case "exception" -> throw new IOException("as told");
			case "error" -> throw new StackOverflowError();
			default -> handler.out().println(line);
		}
	};

	@ParameterizedTest
	@EnumSource
	void tenThousandConnectionsLeaveNothingBehind(Strategy strategy) throws Exception {
		// The threads strategy gets a factory that fails; every strategy 10,000 in all.
		MixIn[] mixIns = (strategy != Strategy.THREAD) ? strategy.mixIns()
				: new MixIn[] { new ThreadingMixIn(new FailingFactory()) };
		LimitingMixIn permits = new LimitingMixIn(100);
		Set<String> before = Descriptors.open();
		try (TestServer server = TestServer.with(mixIns).over(new RefuseEvery(50), permits).start(this.moody)) {
			List<Thread> clients = new ArrayList<>();
			for (int i = 0; i < CLIENTS; i++) {
				int first = i;
				Thread client = new Thread(() -> churn(server, first, 10_000 / CLIENTS));
				clients.add(client);
				client.start();
			}
			for (Thread client : clients) {
				client.join(TimeUnit.MINUTES.toMillis(1));
				assertThat(client.isAlive()).as("a client within a minute").isFalse();
			}
			server.awaitQuiet();
			Await.until(() -> permits.activeRequests() == 0, "all permits given back");
			assertThat(server.trace().requestCount()).isGreaterThan(9_900);
			assertThat(this.served.get()).isGreaterThan(3_000);
			assertThat(server.connect().ask("next")).isEqualTo("next");
		}
		Descriptors.awaitClosedSince(before);
	}

	private void churn(TestServer server, int first, int count) {
		for (int i = 0; i < count; i++) {
			try (Client client = Client.connectFrom("127.0.0.9", server.server().serverAddress())) {
				talk(client, (first + i) % KINDS);
			}
			catch (IOException ignored) {
				// Refused, or its thread failed, while it was sending.
			}
		}
	}

	private void talk(Client client, int kind) throws IOException {
		switch (kind) {
			case 0 -> client.sendLine("exception").end();
			case 1 -> client.sendLine("error").end();
			case 2 -> client.send("unfinished").reset();
			default -> {
				String answer = client.ask("normal");
				if ("normal".equals(answer) && client.end() == End.ORDERLY) {
					this.served.incrementAndGet();
				}
			}
		}
	}

	/**
	 * Every hundredth thread cannot be made.
	 */
	private static final class FailingFactory implements ThreadFactory {

		private final AtomicInteger number = new AtomicInteger();

		@Override
		@SuppressWarnings("NullAway")
		public Thread newThread(Runnable task) {
			int now = this.number.incrementAndGet();
			if (now % 100 == 0) {
				throw new OutOfMemoryError("unable to create native thread (artificial)");
			}
			return (now % 100 != 50) ? new Thread(task, "churn-" + now) : null;
		}

	}

	/**
	 * Refuses every so many.
	 */
	private static final class RefuseEvery implements MixIn {

		private final int period;

		private int count;

		RefuseEvery(int period) {
			this.period = period;
		}

		@Override
		public boolean verifyRequest(Request request, RequestCycle next) {
			this.count++;
			return this.count % this.period != 0 && next.verifyRequest(request);
		}

		@Override
		public void handleError(Request request, Throwable error, RequestCycle next) {
			// Not logged: there are thousands.
		}

	}

}
