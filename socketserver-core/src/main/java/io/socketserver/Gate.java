package io.socketserver;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

import io.socketserver.loop.SelectorLoop;
import io.socketserver.request.AcceptGate;

/**
 * Who keeps a server from accepting. Any thread may hold and release; the loop is told
 * and reads what holds then, so the last change always wins.
 */
final class Gate implements AcceptGate {

	private final SelectorLoop loop;

	private final Runnable update;

	// The value tells one hold of a holder from its next.
	private final Map<Object, Long> holds = new ConcurrentHashMap<>();

	private final AtomicLong holdNumbers = new AtomicLong();

	/**
	 * An open gate.
	 * @param loop the loop that accepts
	 * @param update has the loop look at the gate; run in the loop thread
	 */
	Gate(SelectorLoop loop, Runnable update) {
		this.loop = loop;
		this.update = update;
	}

	@Override
	public void hold(Object holder) {
		this.holds.put(holder, this.holdNumbers.incrementAndGet());
		changed();
	}

	@Override
	public void release(Object holder) {
		if (this.holds.remove(holder) != null) {
			changed();
		}
	}

	@Override
	public void releaseAfter(Object holder, Duration delay) {
		Long hold = this.holds.get(holder);
		if (hold != null) {
			inLoop(() -> this.loop.schedule(delay, () -> {
				if (this.holds.remove(holder, hold)) {
					this.update.run();
				}
			}));
		}
	}

	@Override
	public boolean isOpen() {
		return this.holds.isEmpty();
	}

	@Override
	public Set<Object> holders() {
		return Set.copyOf(this.holds.keySet());
	}

	private void changed() {
		inLoop(this.update);
	}

	private void inLoop(Runnable action) {
		if (this.loop.inLoop()) {
			action.run();
		}
		else {
			this.loop.execute(action::run);
		}
	}

}
