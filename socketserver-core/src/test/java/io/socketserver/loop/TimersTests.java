package io.socketserver.loop;

import java.util.ArrayList;
import java.util.List;

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
	void cancelledOnesTakeNoRoomUntilTheyWouldBeDue() {
		LoopTimer kept = this.timers.add(3_600_000_000_000L, this::run);
		for (int i = 0; i < 10_000; i++) {
			LoopTimer timer = this.timers.add(60_000_000_000L, this::run);
			timer.cancel();
			timer.cancel();
		}
		assertThat(this.timers.size()).isLessThan(200);
		assertThat(kept.isCancelled()).isFalse();
		assertThat(this.timers.nextDelay(System.nanoTime())).isGreaterThan(60_000_000_000L);
	}

	@Test
	void manyThatAreCancelledTogetherTakeNoRoomEither() {
		List<LoopTimer> all = new ArrayList<>();
		for (int i = 0; i < 10_000; i++) {
			all.add(this.timers.add(60_000_000_000L + i, this::run));
		}
		all.forEach(LoopTimer::cancel);
		assertThat(this.timers.size()).isLessThan(200);
	}

	@Test
	void whatACancelledOneWasForIsFree() {
		LoopTimer timer = this.timers.add(60_000_000_000L, this::run);
		assertThat(timer.isCancelled()).isFalse();
		timer.cancel();
		assertThat(timer.take()).isNull();
	}

	@Test
	void cancellingOneThatHasRunChangesNothing() {
		LoopTimer timer = this.timers.add(0, this::run);
		assertThat(this.timers.pollDue(System.nanoTime())).isNotNull();
		timer.cancel();
		this.timers.add(0, this::run);
		assertThat(this.timers.pollDue(System.nanoTime())).isNotNull();
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
