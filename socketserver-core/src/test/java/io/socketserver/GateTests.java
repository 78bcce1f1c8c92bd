package io.socketserver;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.socketserver.loop.SelectorLoop;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * {@link Gate}.
 */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class GateTests {

	private final SelectorLoop loop = new SelectorLoop("gate");

	private final AtomicInteger updates = new AtomicInteger();

	private final Gate gate = new Gate(this.loop, this.updates::incrementAndGet);

	@BeforeEach
	void open() throws Exception {
		this.loop.open();
	}

	@AfterEach
	void close() throws Exception {
		this.loop.close();
	}

	@Test
	void isOpenWhileNobodyHoldsIt() {
		assertThat(this.gate.isOpen()).isTrue();
		this.gate.hold("a");
		this.gate.hold("a");
		this.gate.hold("b");
		assertThat(this.gate.isOpen()).isFalse();
		assertThat(this.gate.holders()).containsExactlyInAnyOrder("a", "b");
		this.gate.release("a");
		assertThat(this.gate.isOpen()).isFalse();
		this.gate.release("b");
		this.gate.release("c");
		assertThat(this.gate.isOpen()).isTrue();
	}

	@Test
	void hasTheLoopLookAfterEachChange() {
		this.gate.hold("a");
		this.gate.release("a");
		assertThat(this.updates).hasValue(0);
		this.loop.pass(Duration.ZERO);
		assertThat(this.updates).hasValue(2);
	}

	@Test
	void isReleasedAfterADelay() {
		this.gate.hold("a");
		this.gate.releaseAfter("a", Duration.ofMillis(50));
		this.gate.releaseAfter("nobody", Duration.ZERO);
		long begin = System.nanoTime();
		while (!this.gate.isOpen()) {
			this.loop.pass(Duration.ofSeconds(10));
		}
		assertThat(Duration.ofNanos(System.nanoTime() - begin)).isBetween(Duration.ofMillis(49), Duration.ofSeconds(8));
	}

	@Test
	void aNewHoldIsNotReleasedByAnOldDelay() {
		this.gate.hold("a");
		this.gate.releaseAfter("a", Duration.ofMillis(20));
		this.gate.release("a");
		this.gate.hold("a");
		this.loop.pass(Duration.ofMillis(60));
		this.loop.pass(Duration.ofMillis(60));
		assertThat(this.gate.isOpen()).isFalse();
	}

}
