package io.socketserver.support;

import java.util.function.Supplier;

import org.junit.jupiter.api.Assumptions;

import io.socketserver.internal.VirtualThreads;
import io.socketserver.mixin.PoolingMixIn;
import io.socketserver.mixin.ThreadingMixIn;
import io.socketserver.request.MixIn;

/**
 * The strategies that have to behave alike, with any handler.
 */
public enum Strategy implements Serving {

	/**
	 * In the loop, one after another.
	 */
	SYNC(null),

	/**
	 * A platform thread each.
	 */
	THREAD(ThreadingMixIn::new),

	/**
	 * A virtual thread each; skipped before JDK 21.
	 */
	VIRTUAL(ThreadingMixIn::virtual),

	/**
	 * A pool of 16 threads.
	 */
	POOL(() -> new PoolingMixIn(16)),

	/**
	 * A worker process each; for scripts that a process can be given.
	 */
	FORK(null);

	@SuppressWarnings("ImmutableEnumChecker")
	private final Supplier<MixIn> mixIn;

	Strategy(Supplier<MixIn> mixIn) {
		this.mixIn = mixIn;
	}

	@Override
	public MixIn[] mixIns() {
		Assumptions.assumeTrue(this != VIRTUAL || VirtualThreads.supported(),
				() -> "virtual threads need JDK 21, and this is " + Runtime.version());
		Assumptions.assumeTrue(this != FORK, "worker processes are made for a script");
		return (this.mixIn != null) ? new MixIn[] { this.mixIn.get() } : new MixIn[0];
	}

	/**
	 * How often a test does something again: less often where each server starts
	 * processes.
	 * @param rounds how often else
	 * @return the rounds
	 */
	public int rounds(int rounds) {
		return (this == FORK) ? Math.min(rounds, 2) : rounds;
	}

	@Override
	public boolean isConcurrent() {
		return this != SYNC;
	}

}
