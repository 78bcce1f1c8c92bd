package io.socketserver.benchmarks.proc;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The CPU time that a process has used, by thread.
 *
 * @param ticks user and system time of all threads, those that have ended too, in
 * hundredths of a second
 * @param tasks the living threads by their id
 */
public record CpuSample(long ticks, Map<Long, Task> tasks) {

	private static final long NANOS_PER_TICK = 10_000_000;

	/**
	 * Looks at a process and its children.
	 * @param pid its id
	 * @return what they have used so far
	 * @throws IOException if there is no such process
	 */
	public static CpuSample of(long pid) throws IOException {
		Map<Long, Task> tasks = new TreeMap<>();
		long ticks = read(pid, tasks);
		for (long child : children(pid)) {
			try {
				ticks += read(child, tasks);
			}
			catch (IOException ignored) {
				// It has ended meanwhile.
			}
		}
		return new CpuSample(ticks, tasks);
	}

	/**
	 * The children of a process, and theirs.
	 * @param pid its id
	 * @return their ids
	 */
	public static List<Long> children(long pid) {
		return ProcessHandle.of(pid).stream().flatMap(ProcessHandle::descendants).map(ProcessHandle::pid).toList();
	}

	private static long read(long pid, Map<Long, Task> tasks) throws IOException {
		Path process = Path.of("/proc", Long.toString(pid));
		try (DirectoryStream<Path> directory = Files.newDirectoryStream(process.resolve("task"))) {
			for (Path task : directory) {
				read(task, tasks);
			}
		}
		return ticks(process);
	}

	private static void read(Path task, Map<Long, Task> into) {
		try {
			String[] times = Files.readString(task.resolve("schedstat")).split(" ");
			String name = Files.readString(task.resolve("comm")).strip();
			into.put(Long.valueOf(task.getFileName().toString()),
					new Task(name, Long.parseLong(times[0]), Long.parseLong(times[1])));
		}
		catch (IOException ex) {
			// The thread has ended meanwhile; the ticks have its time.
		}
	}

	private static long ticks(Path process) throws IOException {
		String stat = Files.readString(process.resolve("stat"));
		// The command's name, in parentheses, may contain spaces.
		String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
		return Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
	}

	/**
	 * What the process has used since an earlier sample.
	 * @param earlier that sample
	 * @return the use
	 */
	public CpuUse since(CpuSample earlier) {
		long sum = 0;
		long compilers = 0;
		long waited = 0;
		for (Map.Entry<Long, Task> entry : this.tasks.entrySet()) {
			Task before = earlier.tasks.getOrDefault(entry.getKey(), Task.NEW);
			long nanos = entry.getValue().cpuNanos() - before.cpuNanos();
			sum += nanos;
			compilers += entry.getValue().isCompiler() ? nanos : 0;
			waited += entry.getValue().waitNanos() - before.waitNanos();
		}
		// Nanoseconds are exact but miss threads that have ended; ticks miss nothing.
		boolean complete = this.tasks.keySet().containsAll(earlier.tasks.keySet());
		long all = (this.ticks - earlier.ticks) * NANOS_PER_TICK;
		boolean ended = !complete || all - sum > 3 * NANOS_PER_TICK;
		return new CpuUse(ended ? all : sum, compilers, waited);
	}

	/**
	 * A thread.
	 *
	 * @param name its name, of which the kernel keeps 15 characters
	 * @param cpuNanos the time it has run
	 * @param waitNanos the time it was ready to run and had no core
	 */
	public record Task(String name, long cpuNanos, long waitNanos) {

		static final Task NEW = new Task("", 0, 0);

		boolean isCompiler() {
			return this.name.startsWith("C1 Compiler") || this.name.startsWith("C2 Compiler");
		}

	}

	/**
	 * What was used between two samples.
	 *
	 * @param totalNanos CPU time of all threads
	 * @param compilerNanos that of the JIT compiler's threads
	 * @param waitNanos how long threads were ready to run and had no core: how disturbed
	 * the measurement was
	 */
	public record CpuUse(long totalNanos, long compilerNanos, long waitNanos) {

		/**
		 * The time without the compiler's: what goes on when all is compiled.
		 * @return nanoseconds
		 */
		public long steadyNanos() {
			return this.totalNanos - this.compilerNanos;
		}

	}

}
