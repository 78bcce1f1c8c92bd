package io.socketserver.fork;

import java.time.Duration;
import java.util.List;

/**
 * How many worker processes there are, and how long each may take for what. Immutable:
 * each {@code with} method answers a copy.
 */
public final class ForkOptions implements Cloneable {

	private final WorkerCommand command;

	private int minIdle = 2;

	private int maxChildren = 40;

	private int maxRequests;

	private Duration requestTimeout = Duration.ZERO;

	private Duration startTimeout = Duration.ofSeconds(30);

	private Duration stopTimeout = Duration.ofSeconds(5);

	private Duration heartbeatTimeout = Duration.ofSeconds(2);

	private List<String> jvmOptions = List.of();

	private ForkOptions(WorkerCommand command) {
		this.command = command;
	}

	/**
	 * The defaults, which each method documents.
	 * @param command how a worker is started
	 * @return the options
	 */
	public static ForkOptions of(WorkerCommand command) {
		return new ForkOptions(command);
	}

	/**
	 * The defaults, for a worker with the class path of this JVM.
	 * @param type a {@link WorkerApplication}, or a handler that needs nothing but its
	 * constructor without parameters
	 * @return the options
	 */
	public static ForkOptions of(Class<?> type) {
		return of(WorkerCommand.of(type));
	}

	/**
	 * How a worker is started.
	 * @return the command
	 */
	public WorkerCommand command() {
		return this.command;
	}

	/**
	 * How many workers wait for a request, started ahead of need.
	 * @return 2 by default
	 */
	public int minIdle() {
		return this.minIdle;
	}

	/**
	 * Python's {@code max_children}: how many workers there may be, each with one request
	 * at a time. If all are busy, the server stops accepting.
	 * @return 40 by default
	 */
	public int maxChildren() {
		return this.maxChildren;
	}

	/**
	 * How many requests a worker serves before a new one takes its place, which ends slow
	 * leaks. Each worker serves up to a tenth less, by chance, so that not all are
	 * replaced at once. 1 is a process per request, as in Python.
	 * @return 0, the default, for no limit
	 */
	public int maxRequests() {
		return this.maxRequests;
	}

	/**
	 * How long a handler may be busy with its peer's request before its worker is killed:
	 * from the first byte until it has answered and waits for more. Also the time it may
	 * take before it first waits for input.
	 * @return zero, the default, for ever
	 */
	public Duration requestTimeout() {
		return this.requestTimeout;
	}

	/**
	 * How long a worker may take until it is ready, before it is killed; and how long a
	 * request waits for one.
	 * @return 30 seconds by default
	 */
	public Duration startTimeout() {
		return this.startTimeout;
	}

	/**
	 * How long a worker that was told to end may take, before it is killed; and how long
	 * a handler may go on after its connection was closed by force.
	 * @return 5 seconds by default
	 */
	public Duration stopTimeout() {
		return this.stopTimeout;
	}

	/**
	 * How long a worker may not answer the pool, because it is stopped or collects
	 * garbage, before it is killed.
	 * @return 2 seconds by default
	 */
	public Duration heartbeatTimeout() {
		return this.heartbeatTimeout;
	}

	/**
	 * Options for the JVM of a worker, which win over those it has anyway: 256 MiB of
	 * heap, the serial collector, the quick compiler.
	 * @return none by default
	 */
	public List<String> jvmOptions() {
		return this.jvmOptions;
	}

	/**
	 * A copy with {@link #minIdle()}.
	 * @param value 0 or more
	 * @return the copy
	 */
	public ForkOptions withMinIdle(int value) {
		check(value >= 0, "minIdle must not be negative", value);
		ForkOptions copy = copy();
		copy.minIdle = value;
		return copy;
	}

	/**
	 * A copy with {@link #maxChildren()}.
	 * @param value at least 1
	 * @return the copy
	 */
	public ForkOptions withMaxChildren(int value) {
		check(value >= 1, "maxChildren must be at least 1", value);
		ForkOptions copy = copy();
		copy.maxChildren = value;
		return copy;
	}

	/**
	 * A copy with {@link #maxRequests()}.
	 * @param value 0 or more
	 * @return the copy
	 */
	public ForkOptions withMaxRequests(int value) {
		check(value >= 0, "maxRequests must not be negative", value);
		ForkOptions copy = copy();
		copy.maxRequests = value;
		return copy;
	}

	/**
	 * A copy with {@link #requestTimeout()}.
	 * @param value how long, or zero
	 * @return the copy
	 */
	public ForkOptions withRequestTimeout(Duration value) {
		check(!value.isNegative(), "requestTimeout must not be negative", value);
		ForkOptions copy = copy();
		copy.requestTimeout = value;
		return copy;
	}

	/**
	 * A copy with {@link #startTimeout()}.
	 * @param value how long, more than zero
	 * @return the copy
	 */
	public ForkOptions withStartTimeout(Duration value) {
		ForkOptions copy = copy();
		copy.startTimeout = positive("startTimeout", value);
		return copy;
	}

	/**
	 * A copy with {@link #stopTimeout()}.
	 * @param value how long, more than zero
	 * @return the copy
	 */
	public ForkOptions withStopTimeout(Duration value) {
		ForkOptions copy = copy();
		copy.stopTimeout = positive("stopTimeout", value);
		return copy;
	}

	/**
	 * A copy with {@link #heartbeatTimeout()}.
	 * @param value how long, more than zero
	 * @return the copy
	 */
	public ForkOptions withHeartbeatTimeout(Duration value) {
		ForkOptions copy = copy();
		copy.heartbeatTimeout = positive("heartbeatTimeout", value);
		return copy;
	}

	/**
	 * A copy with {@link #jvmOptions()}.
	 * @param value the options
	 * @return the copy
	 */
	public ForkOptions withJvmOptions(List<String> value) {
		ForkOptions copy = copy();
		copy.jvmOptions = List.copyOf(value);
		return copy;
	}

	private ForkOptions copy() {
		try {
			return (ForkOptions) clone();
		}
		catch (CloneNotSupportedException ex) {
			throw new AssertionError(ex);
		}
	}

	private static Duration positive(String option, Duration value) {
		check(!value.isNegative() && !value.isZero(), option + " must be more than zero", value);
		return value;
	}

	private static void check(boolean ok, String rule, Object value) {
		if (!ok) {
			throw new IllegalArgumentException(rule + ", and is " + value);
		}
	}

}
