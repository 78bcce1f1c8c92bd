package io.socketserver.loop;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.nio.channels.SelectionKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.socketserver.support.Await;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * {@link SelectorLoop}.
 */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SelectorLoopTests {

	private final SelectorLoop loop = new SelectorLoop("test");

	private volatile boolean done;

	private final Thread thread = new Thread(() -> this.loop.run(() -> this.done), "loop under test");

	@BeforeEach
	void open() throws Exception {
		this.loop.open();
	}

	@AfterEach
	void close() throws Exception {
		end();
		this.loop.close();
		assertThat(this.loop.isOpen()).isFalse();
	}

	private void end() {
		this.loop.execute(() -> this.done = true);
		if (this.thread.isAlive()) {
			Await.end(this.thread);
		}
	}

	@Test
	void aCommandIsNotMissedAfterCancelledKeysWereFlushed() {
		this.thread.start();
		for (int i = 0; i < 100; i++) {
			CountDownLatch flushed = new CountDownLatch(1);
			this.loop.execute(() -> {
				// Its wake-up comes while the loop is awake, and is swallowed by the
				// flush.
				Thread other = new Thread(() -> this.loop.execute(flushed::countDown));
				other.start();
				Await.end(other);
				flush();
			});
			Await.latch(flushed, "a command after the flush");
			CountDownLatch ran = new CountDownLatch(1);
			this.loop.execute(ran::countDown);
			Await.latch(ran, "a command submitted later");
		}
	}

	private void flush() {
		try {
			this.loop.flushCancelled();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	@Test
	void commandsOfEachThreadRunInTheirOrderInTheLoop() throws Exception {
		this.thread.start();
		List<Integer> ran = Collections.synchronizedList(new ArrayList<>());
		List<Thread> others = new ArrayList<>();
		for (int i = 0; i < 4; i++) {
			int base = i * 10_000;
			others.add(new Thread(() -> {
				for (int j = 0; j < 1000; j++) {
					int value = base + j;
					this.loop.execute(() -> ran.add(this.loop.inLoop() ? value : -1));
				}
			}));
		}
		others.forEach(Thread::start);
		others.forEach(Await::end);
		Await.until(() -> ran.size() == 4000, "all commands");
		assertThat(ran).doesNotContain(-1);
		for (int i = 0; i < 4; i++) {
			int base = i * 10_000;
			assertThat(ran.stream().filter((value) -> value >= base && value < base + 10_000)).isSorted();
		}
	}

	@Test
	void aCommandThatThrowsEndsOnlyItself() {
		this.thread.start();
		CountDownLatch next = new CountDownLatch(1);
		this.loop.execute(() -> {
			throw new StackOverflowError("as told");
		});
		this.loop.execute(next::countDown);
		Await.latch(next, "the next command");
	}

	@Test
	void timersRunWhenTheyAreDueAndInTheirOrder() {
		this.thread.start();
		List<String> ran = Collections.synchronizedList(new ArrayList<>());
		CompletableFuture<Long> took = new CompletableFuture<>();
		long begin = System.nanoTime();
		this.loop.execute(() -> {
			this.loop.schedule(Duration.ofMillis(120), () -> {
				ran.add("second");
				took.complete(System.nanoTime() - begin);
			});
			this.loop.schedule(Duration.ofMillis(60), () -> ran.add("first"));
			this.loop.schedule(Duration.ofMillis(80), () -> ran.add("cancelled")).cancel();
		});
		assertThat(took.join()).isGreaterThanOrEqualTo(120_000_000L);
		assertThat(ran).containsExactly("first", "second");
	}

	@Test
	void sleepsWhileNothingIsDue() {
		this.thread.start();
		Await.until(() -> this.loop.passes() > 0, "the first pass");
		long passes = this.loop.passes();
		assertThat(Await.within(Duration.ofMillis(300), () -> this.loop.passes() > passes)).isFalse();
	}

	@Test
	void hasOneOwnerAtATime() {
		this.thread.start();
		Await.until(() -> this.loop.thread() == this.thread, "the owner");
		assertThat(this.loop.inLoop()).isFalse();
		assertThatIllegalStateException().isThrownBy(() -> this.loop.run(() -> true))
			.withMessageContaining("loop under test");
		assertThatIllegalStateException().isThrownBy(() -> this.loop.pass(Duration.ZERO));
		assertThatIllegalStateException().isThrownBy(this.loop::close);
	}

	@Test
	void aPassWaitsNoLongerThanItIsTold() {
		long begin = System.nanoTime();
		this.loop.pass(Duration.ofMillis(100));
		assertThat(Duration.ofNanos(System.nanoTime() - begin)).isBetween(Duration.ofMillis(99),
				Duration.ofSeconds(10));
		assertThat(this.loop.thread()).isNull();
	}

	@Test
	void interruptsAreSwallowedAndDoNotSpin() {
		this.thread.start();
		Await.until(() -> this.loop.passes() > 0, "the first pass");
		for (int i = 0; i < 1000; i++) {
			this.thread.interrupt();
		}
		CountDownLatch ran = new CountDownLatch(1);
		this.loop.execute(ran::countDown);
		Await.latch(ran, "a command after interrupts");
		assertThat(this.loop.passes()).isLessThan(1100);
		long passes = this.loop.passes();
		assertThat(Await.within(Duration.ofMillis(200), () -> this.loop.passes() > passes + 2)).isFalse();
		assertThat(this.thread.isInterrupted()).isFalse();
	}

	@Test
	void tellsAChannelThatItIsReadyOrHasFailed() throws Exception {
		Pipe pipe = Pipe.open();
		pipe.source().configureBlocking(false);
		AtomicInteger ready = new AtomicInteger();
		CompletableFuture<Throwable> failed = new CompletableFuture<>();
		CompletableFuture<Boolean> closed = new CompletableFuture<>();
		this.thread.start();
		this.loop.execute(() -> {
			try {
				this.loop.register(pipe.source(), SelectionKey.OP_READ, new Selectable() {
					@Override
					public void ready(SelectionKey key) {
						ready.incrementAndGet();
						key.interestOps(0);
						throw new IllegalStateException("as told");
					}

					@Override
					public void failed(SelectionKey key, Throwable error) {
						failed.complete(error);
						throw new IllegalStateException("fails again");
					}

					@Override
					public void loopClosed() {
						closed.complete(true);
					}
				});
			}
			catch (IOException ex) {
				failed.complete(ex);
			}
		});
		pipe.sink().write(ByteBuffer.wrap(new byte[] { 1 }));
		assertThat(failed.join()).hasMessage("as told");
		assertThat(ready).hasValue(1);
		end();
		this.loop.close();
		assertThat(closed.join()).isTrue();
		pipe.source().close();
		pipe.sink().close();
	}

	@Test
	void refusesToRunClosed() throws Exception {
		this.loop.close();
		assertThatIllegalStateException().isThrownBy(() -> this.loop.pass(Duration.ZERO))
			.withMessageContaining("closed");
		this.loop.open();
		this.loop.pass(Duration.ZERO);
		assertThat(this.loop.passes()).isEqualTo(2);
	}

}
