package io.socketserver.support;

import java.util.Arrays;
import java.util.stream.Stream;

import io.socketserver.request.MixIn;

/**
 * A transport and a strategy, which all tests with {@link EveryLane} run with; and those
 * with {@link EveryMessageLane}, which knows the strategies for messages too.
 *
 * @param transport what carries the connections
 * @param strategy where they are served
 */
public record Lane(Transport transport, Serving strategy) {

	private static final boolean ALL = "all".equals(System.getProperty("lanes"));

	static Stream<Lane> all() {
		return over(Strategy.values());
	}

	static Stream<Lane> allForMessages() {
		return Stream.concat(over(Strategy.values()), over(Multiplexed.values()));
	}

	private static Stream<Lane> over(Serving... strategies) {
		return Arrays.stream(Transport.values())
			.flatMap((transport) -> Arrays.stream(strategies).map((strategy) -> new Lane(transport, strategy)))
			.filter(Lane::isWorthItsTime);
	}

	/**
	 * A worker process knows no transport, and each start takes time: all of them only
	 * with {@code -Dlanes=all}, as CI does it.
	 */
	private boolean isWorthItsTime() {
		return this.strategy != Strategy.FORK || this.transport == Transport.TCP || ALL;
	}

	/**
	 * The mix-ins of the strategy. Skips the test where this JDK lacks them.
	 * @return none or one
	 */
	public MixIn[] mixIns() {
		return this.strategy.mixIns();
	}

	/**
	 * Whether several requests are served at once.
	 * @return false for the synchronous server
	 */
	public boolean isConcurrent() {
		return this.strategy.isConcurrent();
	}

	@Override
	public String toString() {
		return this.transport + " " + this.strategy;
	}

}
