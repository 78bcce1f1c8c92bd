package io.socketserver.fork;

import java.time.Duration;

/**
 * Asks each worker again and again whether it is there, and kills those that owe an
 * answer for too long. Runs in the pool's loop thread.
 */
final class Heartbeats {

	private static final int PINGS_PER_TIMEOUT = 3;

	private static final Duration SHORTEST = Duration.ofMillis(1);

	private final Workers workers;

	private final long timeout;

	private long lastTick;

	Heartbeats(Workers workers) {
		this.workers = workers;
		this.timeout = workers.options().heartbeatTimeout().toNanos();
	}

	void begin() {
		this.lastTick = System.nanoTime();
		tick();
	}

	private void tick() {
		long now = System.nanoTime();
		long interval = this.timeout / PINGS_PER_TIMEOUT;
		if (now - this.lastTick > 2 * interval) {
			// This process was held up itself, and has not read yet what they answered.
			this.workers.all().forEach(WorkerProcess::forgetPing);
		}
		this.lastTick = now;
		long next = interval;
		for (WorkerProcess worker : this.workers.all()) {
			long pinged = worker.ping(now);
			if (worker.owesAnswer()) {
				long left = this.timeout - (now - pinged);
				if (left <= 0) {
					this.workers.kill(worker, WorkerEnd.UNRESPONSIVE);
				}
				else {
					next = Math.min(next, left);
				}
			}
		}
		this.workers.retireSurplus();
		if (!this.workers.isClosing()) {
			this.workers.schedule(Duration.ofNanos(Math.max(next, SHORTEST.toNanos())), this::tick);
		}
	}

}
