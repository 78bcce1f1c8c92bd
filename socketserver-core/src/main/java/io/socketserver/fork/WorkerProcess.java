package io.socketserver.fork;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

import org.jspecify.annotations.Nullable;

import io.socketserver.loop.LoopTimer;

/**
 * The pool's view of one worker. The pool's loop thread owns it; what {@link #info()}
 * reads is volatile.
 */
final class WorkerProcess implements Link.Listener {

	private final Workers workers;

	private final String token;

	private final long requestLimit;

	private final long startedNanos = System.nanoTime();

	// Requests whose connection with the worker has ended without a result.
	private final List<Assignment> orphans = new ArrayList<>();

	private volatile WorkerState state = WorkerState.STARTING;

	private volatile long requests;

	private volatile @Nullable Process process;

	private @Nullable Link control;

	private @Nullable Link data;

	// Why it ends or will end after its request; null while nobody wants that.
	private @Nullable WorkerEnd end;

	private @Nullable WorkerExit exit;

	private @Nullable LoopTimer deadline;

	private @Nullable Assignment assignment;

	private long pingedNanos;

	private long idleNanos;

	private boolean wasReady;

	private @Nullable WorkerOutput output;

	WorkerProcess(Workers workers, String token, long requestLimit) {
		this.workers = workers;
		this.token = token;
		this.requestLimit = requestLimit;
	}

	String token() {
		return this.token;
	}

	/**
	 * May be called from any thread.
	 */
	WorkerInfo info() {
		return new WorkerInfo(pid(), this.state, this.requests, memory(), age());
	}

	/**
	 * May be called from any thread.
	 */
	WorkerState state() {
		return this.state;
	}

	/**
	 * May be called from any thread.
	 * @return 0 if the process does not exist yet
	 */
	long pid() {
		Process current = this.process;
		return (current != null) ? current.pid() : 0;
	}

	Duration age() {
		return Duration.ofNanos(System.nanoTime() - this.startedNanos);
	}

	private OptionalLong memory() {
		try {
			return Files.readAllLines(Path.of("/proc/" + pid() + "/status"))
				.stream()
				.filter((line) -> line.startsWith("VmRSS:"))
				.mapToLong((line) -> 1024 * Long.parseLong(line.replaceAll("[^0-9]", "")))
				.findFirst();
		}
		catch (IOException | RuntimeException ex) {
			// It has ended, or this is not Linux.
			return OptionalLong.empty();
		}
	}

	void started(Process started, WorkerOutput output) {
		this.process = started;
		this.output = output;
	}

	boolean isStarted() {
		return this.process != null;
	}

	/**
	 * The last lines it has written.
	 */
	String lastWords() {
		WorkerOutput current = this.output;
		return (current != null) ? current.tail() : "";
	}

	void control(Link link) {
		this.control = link;
		link.listener(this);
	}

	@Nullable Link control() {
		return this.control;
	}

	/**
	 * Waits for a request, on a connection for it.
	 */
	void idle(Link link) {
		this.data = link;
		link.listener(this);
		this.assignment = null;
		this.wasReady = true;
		this.idleNanos = System.nanoTime();
		cancelDeadline();
		if (this.state != WorkerState.STOPPING) {
			this.state = WorkerState.IDLE;
		}
	}

	Duration idleTime() {
		return Duration.ofNanos(System.nanoTime() - this.idleNanos);
	}

	boolean wasReady() {
		return this.wasReady;
	}

	/**
	 * Serves a request from now on.
	 */
	Link busy(Assignment served) {
		Link link = this.data;
		if (link == null) {
			throw new IllegalStateException("The worker " + this + " is not idle");
		}
		this.data = null;
		this.assignment = served;
		this.state = WorkerState.BUSY;
		this.requests = this.requests + 1;
		return link;
	}

	@Nullable Assignment assignment() {
		return this.assignment;
	}

	long requests() {
		return this.requests;
	}

	/**
	 * How many requests it serves before another worker takes its place.
	 */
	long requestLimit() {
		return this.requestLimit;
	}

	/**
	 * Ends after its request, or now if it has none.
	 */
	void endsFor(WorkerEnd reason) {
		this.end = reason;
	}

	@Nullable WorkerEnd end() {
		return this.end;
	}

	/**
	 * Is told to end.
	 */
	void stopping(LoopTimer timer) {
		cancelDeadline();
		this.state = WorkerState.STOPPING;
		this.deadline = timer;
		Link idle = this.data;
		this.data = null;
		if (idle != null) {
			idle.close();
		}
		tell(FrameType.STOP);
	}

	void tell(FrameType type) {
		Link current = this.control;
		if (current != null) {
			current.send(type);
		}
	}

	void tell(FrameType type, long number) {
		Link current = this.control;
		if (current != null) {
			current.send(type, number);
		}
	}

	void tell(FrameType type, byte[] payload) {
		Link current = this.control;
		if (current != null) {
			current.send(type, payload);
		}
	}

	void deadline(LoopTimer timer) {
		cancelDeadline();
		this.deadline = timer;
	}

	private void cancelDeadline() {
		LoopTimer timer = this.deadline;
		if (timer != null) {
			timer.cancel();
		}
		this.deadline = null;
	}

	void kill() {
		this.state = WorkerState.STOPPING;
		Process current = this.process;
		if (current != null) {
			// Not the Process's own, which also drops what it has said last.
			current.toHandle().destroyForcibly();
		}
	}

	/**
	 * Asks whether it is there, unless that was asked already.
	 * @return since when it owes an answer, in nanoTime
	 */
	long ping(long now) {
		if (this.pingedNanos == 0 && this.control != null) {
			this.pingedNanos = now | 1;
			tell(FrameType.PING);
		}
		return this.pingedNanos;
	}

	/**
	 * It has answered, or may have: nobody has listened for a while.
	 */
	void forgetPing() {
		this.pingedNanos = 0;
	}

	boolean owesAnswer() {
		return this.pingedNanos != 0;
	}

	/**
	 * A request's connection with the worker has ended without a result.
	 */
	void orphaned(Assignment orphan) {
		WorkerExit known = this.exit;
		if (known != null) {
			orphan.workerEnded(known);
		}
		else {
			this.orphans.add(orphan);
		}
	}

	/**
	 * The process is no more.
	 */
	void exited(WorkerExit how) {
		this.exit = how;
		cancelDeadline();
		if (this.data != null) {
			this.data.close();
		}
		if (this.control != null) {
			this.control.close();
		}
		List.copyOf(this.orphans).forEach((orphan) -> orphan.workerEnded(how));
		this.orphans.clear();
	}

	// --- What it says over its control connection, and while it is idle.

	@Override
	public void frame(FrameType type, ByteBuffer payload) throws IOException {
		switch (type) {
			case PONG -> forgetPing();
			case STOP -> this.workers.endsItself(this);
			case SHUTDOWN -> this.workers.shutdownServer();
			case RESULT -> result(ResultFrame.decode(payload));
			default -> throw new ProtocolException("A worker said " + type + " out of turn");
		}
	}

	private void result(ResultFrame result) {
		for (Assignment orphan : List.copyOf(this.orphans)) {
			if (orphan.number() == result.number()) {
				this.orphans.remove(orphan);
				orphan.finished(result);
				return;
			}
		}
		Assignment current = this.assignment;
		if (current != null && current.number() == result.number()) {
			current.finished(result);
		}
	}

	@Override
	public void ended() {
		this.workers.lost(this, null);
	}

	@Override
	public void failed(Throwable error) {
		this.workers.lost(this, error);
	}

	@Override
	public String toString() {
		return String.valueOf(pid());
	}

}
