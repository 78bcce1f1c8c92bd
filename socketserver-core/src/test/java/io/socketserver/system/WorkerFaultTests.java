package io.socketserver.system;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.socketserver.fork.ForkOptions;
import io.socketserver.fork.WorkerDiedException;
import io.socketserver.fork.WorkerEnd;
import io.socketserver.fork.WorkerInfo;
import io.socketserver.fork.WorkerPool;
import io.socketserver.fork.WorkerState;
import io.socketserver.mixin.ForkingMixIn;
import io.socketserver.support.Client;
import io.socketserver.support.Descriptors;
import io.socketserver.support.ForkedHandler;
import io.socketserver.support.TestServer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Worker processes that are killed and frozen under load. {@code -Dfork.seconds=20} makes
 * it longer.
 */
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class WorkerFaultTests {

	private static final Duration KILLING = Duration.ofSeconds(Integer.getInteger("fork.seconds", 2));

	private static final int CLIENTS = 50;

	private static final int WORKERS = 12;

	private final AtomicLong answered = new AtomicLong();

	private final ConcurrentLinkedQueue<String> failures = new ConcurrentLinkedQueue<>();

	private final AtomicBoolean stop = new AtomicBoolean();

	@Test
	void onlyTheRequestsOfKilledWorkersFail() throws Exception {
		TestServer.with(new ForkingMixIn(ForkedHandler.class)).start(ForkedHandler::new).close();
		Set<String> before = Descriptors.open();
		ForkingMixIn forking = new ForkingMixIn(ForkOptions.of(ForkedHandler.class)
			.withMinIdle(2)
			.withMaxChildren(WORKERS)
			.withJvmOptions(List.of("-Xmx64m")));
		long pinged;
		try (TestServer server = TestServer.with(forking).start(ForkedHandler::new)) {
			WorkerPool pool = forking.pool().orElseThrow();
			List<Thread> clients = clients(server.server().serverAddress());
			Await.until("all workers busy", Duration.ofSeconds(60), () -> pool.count(WorkerState.BUSY) >= WORKERS - 2);
			int kills = killAtRandom(pool);
			pinged = freeze(pool);
			this.stop.set(true);
			for (Thread client : clients) {
				client.join();
			}
			server.awaitQuiet();
			System.err.printf("%d kills: %d answered, %d failed, %d reported; a frozen worker was killed after %d ms%n",
					kills, this.answered.get(), this.failures.size(), server.trace().errors().size(), pinged);
			// The frozen one's client may have failed too.
			assertThat(this.failures.size()).as("%s", this.failures).isLessThanOrEqualTo(kills + 1);
			assertThat(server.trace().errors())
				.allSatisfy((error) -> assertThat(error).isInstanceOf(WorkerDiedException.class));
			assertThat(server.trace().errors().size()).isGreaterThanOrEqualTo(this.failures.size());
			Await.until("the pool is back to size", Duration.ofSeconds(30), () -> pool.count(WorkerState.IDLE) >= 2);
			Await.until("no zombie", Duration.ofSeconds(20), () -> zombies().isEmpty());
		}
		assertThat(pinged).isLessThan(5000);
		Descriptors.awaitClosedSince(before);
	}

	private List<Thread> clients(SocketAddress server) {
		List<Thread> clients = new ArrayList<>();
		for (int i = 0; i < CLIENTS; i++) {
			Thread client = new Thread(() -> ask(server), "client-" + i);
			client.start();
			clients.add(client);
		}
		return clients;
	}

	private void ask(SocketAddress server) {
		for (int i = 0; !this.stop.get(); i++) {
			try (Client client = Client.connect(server)) {
				// Whoever waits in the kernel's queue for a worker is not failed.
				client.socket().setSoTimeout(60_000);
				for (int j = 0; j < 20; j++) {
					String line = Thread.currentThread().getName() + " " + i + " " + j;
					String answer = client.ask(line);
					if (!line.equals(answer)) {
						this.failures.add(line + ": " + answer);
						break;
					}
					this.answered.incrementAndGet();
				}
			}
			catch (IOException ex) {
				this.failures.add(ex.toString());
			}
		}
	}

	private static int killAtRandom(WorkerPool pool) {
		Random random = new Random(42);
		long end = System.nanoTime() + KILLING.toNanos();
		int kills = 0;
		while (System.nanoTime() - end < 0) {
			List<WorkerInfo> workers = pool.workers();
			if (!workers.isEmpty()) {
				long pid = workers.get(random.nextInt(workers.size())).pid();
				kills += ProcessHandle.of(pid).filter(ProcessHandle::destroyForcibly).isPresent() ? 1 : 0;
			}
			Await.pass(Duration.ofMillis(200));
		}
		return kills;
	}

	/**
	 * How long it takes until a frozen worker is gone, in milliseconds.
	 */
	private static long freeze(WorkerPool pool) throws Exception {
		Await.until("a busy worker", Duration.ofSeconds(30), () -> pool.count(WorkerState.BUSY) > 0);
		long pid = pool.workers()
			.stream()
			.filter((worker) -> worker.state() == WorkerState.BUSY)
			.findFirst()
			.orElseThrow()
			.pid();
		long begin = System.nanoTime();
		assertThat(new ProcessBuilder("kill", "-STOP", String.valueOf(pid)).start().waitFor()).isZero();
		Await.until("the end of the frozen worker", Duration.ofSeconds(30),
				() -> ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isEmpty());
		long millis = (System.nanoTime() - begin) / 1_000_000;
		Await.until("its being counted", Duration.ofSeconds(5),
				() -> pool.statistics().ended(WorkerEnd.UNRESPONSIVE) == 1);
		return millis;
	}

	private static List<String> zombies() {
		String parent = String.valueOf(ProcessHandle.current().pid());
		try (var processes = Files.list(Path.of("/proc"))) {
			return processes.map((path) -> path.resolve("stat")).filter(Files::isReadable).map((stat) -> {
				try {
					return Files.readString(stat);
				}
				catch (IOException ex) {
					// Ended meanwhile.
					return "";
				}
			}).filter((stat) -> {
				// The name in parentheses may contain blanks.
				String[] fields = stat.substring(stat.lastIndexOf(')') + 1).trim().split(" ");
				return fields.length > 2 && fields[0].equals("Z") && fields[1].equals(parent);
			}).toList();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
