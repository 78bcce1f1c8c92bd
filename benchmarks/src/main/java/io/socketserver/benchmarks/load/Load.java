package io.socketserver.benchmarks.load;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.Charset;
import java.util.Locale;

import io.socketserver.benchmarks.Arguments;
import io.socketserver.benchmarks.proc.CpuSample;
import io.socketserver.benchmarks.proc.CpuSample.CpuUse;

/**
 * The load generator. Prints one line of {@code key=value}.
 *
 * <pre>{@code
 * java -cp benchmarks.jar io.socketserver.benchmarks.load.Load --port=9999 --connections=64 --pipeline=16
 * }</pre>
 */
public final class Load {

	private static final long SECOND = 1_000_000_000;

	private final LoadOptions options;

	private final Recorder recorder = new Recorder();

	private Load(LoadOptions options) {
		this.options = options;
	}

	/**
	 * Runs the load.
	 * @param args
	 * {@code --mode=line|length-field|connect|udp|idle|tls|tls-connect --port --connections
	 * --pipeline --size --warmup --seconds --pid --hold}
	 * @throws IOException if there is no server, or it goes away
	 */
	public static void main(String... args) throws IOException {
		LoadOptions options = LoadOptions.of(Arguments.of(args));
		BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, Charset.defaultCharset()));
		if ("idle".equals(options.mode())) {
			try (IdleLoad idle = new IdleLoad(options, new Recorder())) {
				idle.run(commands);
			}
			return;
		}
		new Load(options).run(commands);
	}

	private void run(BufferedReader commands) throws IOException {
		try (Workload workload = workload()) {
			warmUp(workload);
			if (!this.options.hold()) {
				measure(workload);
				return;
			}
			System.out.println("warm");
			while (commands.readLine() != null) {
				// What was pinned or idle finds its caches and its pace.
				workload.runUntil(System.nanoTime() + SECOND / 3);
				measure(workload);
			}
		}
	}

	/**
	 * As long as was asked for, and until the server's JIT compiler has become quiet, or
	 * five times as long.
	 */
	private void warmUp(Workload workload) throws IOException {
		long last = after(this.options.warmup() * 5);
		workload.runUntil(after(this.options.warmup()));
		CpuUse use;
		do {
			CpuSample before = CpuSample.of(server());
			workload.runUntil(after(1));
			use = CpuSample.of(server()).since(before);
		}
		while (use.compilerNanos() > SECOND / 50 && System.nanoTime() - last < 0);
	}

	private long server() {
		return (this.options.pid() != 0) ? this.options.pid() : ProcessHandle.current().pid();
	}

	private Workload workload() throws IOException {
		return switch (this.options.mode()) {
			case "line", "length-field" -> new StreamLoad(this.options, this.recorder);
			case "udp" -> new DatagramLoad(this.options, this.recorder);
			case "tls" -> new TlsLoad(this.options, this.recorder, true);
			case "tls-connect" -> new TlsLoad(this.options, this.recorder, false);
			case "connect" -> new ConnectLoad(this.options, this.recorder);
			default -> throw new IllegalArgumentException("There is no mode " + this.options.mode());
		};
	}

	private void measure(Workload workload) throws IOException {
		this.recorder.reset();
		CpuSample own = CpuSample.of(ProcessHandle.current().pid());
		CpuSample before = CpuSample.of(server());
		long start = System.nanoTime();
		workload.runUntil(start + this.options.seconds() * SECOND);
		long nanos = System.nanoTime() - start;
		CpuUse use = CpuSample.of(server()).since(before);
		CpuUse ownUse = CpuSample.of(ProcessHandle.current().pid()).since(own);
		report(nanos, use, ownUse);
	}

	private void report(long nanos, CpuUse use, CpuUse own) {
		double answers = Math.max(1, this.recorder.answers());
		System.out.printf(Locale.ROOT,
				"requests=%d errors=%d rate=%.0f p50=%.1f p99=%.1f p999=%.1f max=%.1f"
						+ " cpu=%.4f steady=%.4f busy=%.3f waited=%.3f load=%.3f%n",
				this.recorder.answers(), this.recorder.errors(), answers * SECOND / nanos, this.recorder.micros(50),
				this.recorder.micros(99), this.recorder.micros(99.9), this.recorder.micros(100),
				use.totalNanos() / answers / 1000, use.steadyNanos() / answers / 1000,
				(double) use.totalNanos() / nanos, (double) use.waitNanos() / nanos, (double) own.totalNanos() / nanos);
	}

	private static long after(int seconds) {
		return System.nanoTime() + seconds * SECOND;
	}

}
