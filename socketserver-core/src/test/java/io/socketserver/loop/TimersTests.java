package io.socketserver.loop;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * {@link Timers}.
 */
class TimersTests {

	private final Timers timers = new Timers();

	private int ran;

	@Test
	void withoutATimerThereIsNoDelay() {
		assertThat(this.timers.nextDelay(System.nanoTime())).isEqualTo(Timers.NONE);
		assertThat(this.timers.pollDue(System.nanoTime())).isNull();
	}

	@Test
	void theNearestCounts() {
		this.timers.add(3_600_000_000_000L, this::run);
		assertThat(this.timers.pollDue(System.nanoTime())).isNull();
		this.timers.add(60_000_000_000L, this::run);
		assertThat(this.timers.nextDelay(System.nanoTime())).isBetween(1L, 60_000_000_000L);
	}

	@Test
	void dueOnesComeOnce() {
		LoopCommand command = this::run;
		this.timers.add(0, command);
		assertThat(this.timers.nextDelay(System.nanoTime())).isZero();
		assertThat(this.timers.pollDue(System.nanoTime())).isSameAs(command);
		assertThat(this.timers.pollDue(System.nanoTime())).isNull();
		assertThat(this.ran).isZero();
	}

	@Test
	void cancelledOnesAreForgotten() {
		this.timers.add(0, this::run).cancel();
		assertThat(this.timers.nextDelay(System.nanoTime())).isEqualTo(Timers.NONE);
		assertThat(this.timers.pollDue(System.nanoTime())).isNull();
	}

	@Test
	void clearForgetsAll() {
		this.timers.add(0, this::run);
		this.timers.clear();
		assertThat(this.timers.nextDelay(System.nanoTime())).isEqualTo(Timers.NONE);
	}

	private void run() {
		this.ran++;
	}

}
