package io.socketserver.system;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import io.socketserver.system.RecordingClient.End;
import io.socketserver.system.RecordingClient.Lost;

/**
 * One run of a server under the load of many clients, ended by a signal or by the clients
 * themselves. What the clients recorded is joined with what the server journaled.
 */
final class SigtermRun {

	private static final int CLIENTS = 64;

	private static final Duration LIMIT = Duration.ofSeconds(40);

	// What a busy machine makes of the microseconds between the last look at the kernel's
	// queue and the close of the socket.
	private static final Duration BRINK = Duration.ofMillis(250);

	private final String mainClass;

	private final String strategy;

	private final ClientShape shape;

	private final List<RecordingClient> clients = new ArrayList<>();

	private final List<Thread> threads = new ArrayList<>();

	/**
	 * A run.
	 * @param mainClass the child's: it takes a strategy and a journal's path, and prints
	 * its port
	 * @param strategy what it takes
	 * @param shape the clients'
	 */
	SigtermRun(String mainClass, String strategy, ClientShape shape) {
		this.mainClass = mainClass;
		this.strategy = strategy;
		this.shape = shape;
	}

	/**
	 * Runs.
	 * @param load how long, once each client has had an answer
	 * @param signal whether SIGTERM ends it; else the clients stop first
	 */
	Result run(Duration load, boolean signal) throws Exception {
		Path journal = Files.createTempFile("journal", ".txt");
		try (ChildJvm child = ChildJvm.start(this.mainClass, this.strategy, journal.toString())) {
			startClients(child.port());
			Await.until("each client has an answer", LIMIT,
					() -> this.clients.stream().allMatch((client) -> client.answers() > 0));
			Await.pass(load);
			if (!signal) {
				this.clients.forEach(RecordingClient::stop);
				joinClients();
			}
			long start = System.nanoTime();
			child.terminate();
			int exitCode = child.awaitExit(LIMIT);
			long exitMillis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
			joinClients();
			return join(Files.readAllLines(journal), exitMillis, exitCode, child.log());
		}
		finally {
			this.clients.forEach(RecordingClient::stop);
			Files.deleteIfExists(journal);
		}
	}

	private void startClients(int port) {
		IntStream.range(0, CLIENTS).forEach((number) -> {
			RecordingClient client = new RecordingClient(number, port, this.shape);
			this.clients.add(client);
			Thread thread = new Thread(client, "client-" + number);
			thread.setDaemon(true);
			this.threads.add(thread);
		});
		this.threads.forEach(Thread::start);
	}

	private void joinClients() throws InterruptedException {
		for (Thread thread : this.threads) {
			thread.join(LIMIT.toMillis());
			if (thread.isAlive()) {
				throw new AssertionError("The client " + thread.getName() + " does not end");
			}
		}
	}

	private Result join(List<String> journal, long exitMillis, int exitCode, List<String> log) throws IOException {
		Set<String> journaled = new HashSet<>(journal);
		Set<String> acked = new HashSet<>();
		this.clients.forEach((client) -> acked.addAll(client.acked()));
		List<String> ackedOnly = acked.stream().filter((id) -> !journaled.contains(id)).toList();
		List<String> journaledOnly = journaled.stream().filter((id) -> !acked.contains(id)).toList();
		List<Lost> neither = this.clients.stream()
			.flatMap((client) -> client.lost().stream())
			.filter((lost) -> !journaled.contains(lost.id()))
			.toList();
		int clean = (int) neither.stream().filter((lost) -> lost.end() == End.CLEAN).count();
		List<Long> refusals = this.clients.stream().flatMap((client) -> client.refusals().stream()).sorted().toList();
		List<Lost> brink = neither.stream().filter((lost) -> wasAtTheBrink(lost, refusals)).toList();
		List<Lost> unclean = neither.stream()
			.filter((lost) -> lost.end() != End.CLEAN && !brink.contains(lost))
			.toList();
		int duplicates = journal.size() - journaled.size();
		return new Result(acked.size(), ackedOnly, journaledOnly, clean, unclean, refusals.size(), brink.size(),
				duplicates, exitMillis, exitCode, log);
	}

	/**
	 * Whether the kernel may have reset what it had queued, and nobody had accepted, when
	 * the socket was closed: see docs/drain.md.
	 */
	private static boolean wasAtTheBrink(Lost lost, List<Long> refusals) {
		return lost.end() == End.RESET && lost.connected() != 0 && !refusals.isEmpty()
				&& Math.abs(refusals.get(0) - lost.connected()) < BRINK.toNanos();
	}

	/**
	 * What a run gave.
	 *
	 * @param acked how many requests were answered
	 * @param a answered, but not journaled
	 * @param b journaled, but not answered: the harmful ones
	 * @param c neither, and the connection was closed in an orderly way: safe to retry
	 * @param d neither, and reset, cut within an answer, or timed out
	 * @param e connections refused
	 * @param f neither, and reset by the kernel, which had queued them in the moment the
	 * socket was closed: nobody can prevent that
	 * @param duplicates ids journaled more than once
	 * @param exitMillis from the signal to the end of the process
	 * @param exitCode the exit code
	 * @param log what the child logged
	 */
	record Result(int acked, List<String> a, List<String> b, int c, List<Lost> d, int e, int f, int duplicates,
			long exitMillis, int exitCode, List<String> log) {

		@Override
		public String toString() {
			return String.format("acked %6d  A %d  B %d  C %2d  D %d  E %2d  F %d  exit %5d ms, code %d", this.acked,
					this.a.size(), this.b.size(), this.c, this.d.size(), this.e, this.f, this.exitMillis,
					this.exitCode);
		}

	}

}
