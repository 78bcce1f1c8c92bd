package io.socketserver.benchmarks.load;

import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * Connections that say nothing, until all speak at once. Does what lines of standard
 * input say: {@code open}, {@code wait SECONDS}, {@code fire}.
 */
final class IdleLoad implements Closeable {

	private static final int REHEARSAL = 500;

	private static final int BURST = 100;

	private static final long FIRE_NANOS = TimeUnit.SECONDS.toNanos(10);

	private final LoadOptions options;

	private final Recorder recorder;

	private final Connections connections;

	private int answered;

	IdleLoad(LoadOptions options, Recorder recorder) throws IOException {
		this.options = options;
		this.recorder = recorder;
		this.connections = new Connections(options, recorder, (client) -> this.answered++);
	}

	void run(BufferedReader commands) throws IOException {
		rehearse();
		System.out.println("warm");
		for (String command; (command = commands.readLine()) != null;) {
			System.out.println(obey(command));
		}
	}

	/**
	 * A few connections come, speak and go, so that what a server loads once is loaded.
	 */
	private void rehearse() throws IOException {
		this.connections.open(Math.min(REHEARSAL, this.options.connections()));
		fire();
		this.connections.closeAll();
		this.recorder.reset();
	}

	private String obey(String command) throws IOException {
		String[] words = command.split(" ");
		switch (words[0]) {
			case "open" -> this.connections.open(this.options.connections());
			case "wait" -> await(TimeUnit.SECONDS.toNanos(Long.parseLong(words[1])));
			case "fire" -> {
				return fire();
			}
			default -> throw new IllegalArgumentException("There is no command " + command);
		}
		return "done";
	}

	private void await(long nanos) throws IOException {
		long deadline = System.nanoTime() + nanos;
		for (long left; (left = deadline - System.nanoTime()) > 0;) {
			this.connections.select(Math.max(1, TimeUnit.NANOSECONDS.toMillis(left)));
		}
	}

	private String fire() throws IOException {
		List<StreamClient> all = this.connections.all();
		long start = System.nanoTime();
		this.answered = 0;
		for (int index = 0; index < all.size(); index++) {
			this.connections.send(all.get(index));
			if (index % BURST == 0) {
				this.connections.select(0);
			}
		}
		while (this.answered < all.size() && System.nanoTime() - start < FIRE_NANOS) {
			this.connections.select(10);
		}
		long nanos = System.nanoTime() - start;
		int missing = all.size() - this.answered;
		return String.format(Locale.ROOT, "requests=%d errors=%d took=%.3f p50=%.1f p99=%.1f p999=%.1f", this.answered,
				this.recorder.errors() + missing, nanos / 1e9, this.recorder.micros(50), this.recorder.micros(99),
				this.recorder.micros(99.9));
	}

	@Override
	public void close() throws IOException {
		this.connections.close();
	}

}
