package io.socketserver.internal;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Logs what is refused, so that no peer can fill a disk by being refused, nor hide behind
 * one sort of refusal another: each reason has its own {@link Episode}s of warnings. All
 * else is logged at DEBUG. May be used from any thread; takes memory for each reason, and
 * for no peer.
 */
public final class Refusals {

	private final Logger logger;

	private final LongSupplier nanoTime;

	private final Map<Enum<?>, Episode> episodes = new ConcurrentHashMap<>();

	/**
	 * Nothing was refused yet.
	 * @param logger where to log
	 */
	public Refusals(Logger logger) {
		this(logger, System::nanoTime);
	}

	Refusals(Logger logger, LongSupplier nanoTime) {
		this.logger = logger;
		this.nanoTime = nanoTime;
	}

	/**
	 * Something is refused.
	 * @param reason why: one of a closed set
	 * @param text who, by whom, and why, without a full stop
	 */
	public void log(Enum<?> reason, Supplier<String> text) {
		String addition = this.episodes.computeIfAbsent(reason, (key) -> new Episode())
			.happens(this.nanoTime.getAsLong());
		if (addition != null) {
			this.logger.log(Level.WARNING, () -> text.get() + addition);
		}
		else {
			this.logger.log(Level.DEBUG, text);
		}
	}

}
