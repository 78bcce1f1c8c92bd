package io.socketserver.loop;

import java.text.MessageFormat;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.socketserver.support.Await;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * {@link LoopWatchdog}.
 */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LoopWatchdogTests {

	private final SelectorLoop loop = new SelectorLoop("watched");

	private final CountDownLatch goOn = new CountDownLatch(1);

	private volatile boolean done;

	@Test
	void namesWhatHoldsALoopOncePerEpisode() throws Exception {
		Recorder recorder = new Recorder();
		Logger logger = Logger.getLogger(LoopWatchdog.class.getName());
		logger.addHandler(recorder);
		this.loop.open();
		LoopWatchdog watchdog = new LoopWatchdog("test", List.of(this.loop));
		Thread thread = new Thread(() -> this.loop.run(() -> this.done));
		thread.start();
		try {
			this.loop.execute(this::holdTheLoop);
			Await.until(() -> watchdog.blockedLoops() == 1 && recorder.messages.size() == 1, "the warning");
			assertThat(recorder.messages.peek()).contains("watched", "holdTheLoop");
			this.goOn.countDown();
			Await.until(() -> watchdog.blockedLoops() == 0, "the end of the episode");
			assertThat(recorder.messages).hasSize(1);
		}
		finally {
			this.goOn.countDown();
			this.loop.execute(() -> this.done = true);
			Await.end(thread);
			watchdog.stop();
			this.loop.close();
			logger.removeHandler(recorder);
		}
	}

	private void holdTheLoop() {
		Await.latch(this.goOn, "the end of the test");
	}

	private static final class Recorder extends Handler {

		private final Queue<String> messages = new ConcurrentLinkedQueue<>();

		@Override
		public void publish(LogRecord logged) {
			String message = MessageFormat.format(logged.getMessage(), logged.getParameters());
			if (message.contains("watched")) {
				this.messages.add(message);
			}
		}

		@Override
		public void flush() {
		}

		@Override
		public void close() {
		}

	}

}
