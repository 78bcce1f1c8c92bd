package io.socketserver.internal;

import java.time.Duration;
import java.util.List;
import java.util.logging.Level;

import org.junit.jupiter.api.Test;

import io.socketserver.request.CloseReason;
import io.socketserver.support.LogLines;
import io.socketserver.support.LogLines.Line;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * How often a refusal is logged, by a clock of the test's own.
 */
class RefusalsTests {

	private static final String MORE = "; more like this are counted, and summed up once a minute while they come";

	private long now = Long.MAX_VALUE - 5;

	private final Refusals refusals = new Refusals(System.getLogger(RefusalsTests.class.getName()), () -> this.now);

	private void pass(Duration time) {
		this.now += time.toNanos();
	}

	private void refuse(CloseReason reason, int times, Duration apart) {
		for (int i = 0; i < times; i++) {
			this.refusals.log(reason, () -> "RefusalsTests " + reason);
			pass(apart);
		}
	}

	private static List<String> warnings(LogLines log) {
		return lines(log).stream().filter((line) -> line.level().equals(Level.WARNING)).map(Line::text).toList();
	}

	private static List<Line> lines(LogLines log) {
		return log.linesOf("RefusalsTests");
	}

	@Test
	void eachReasonIsSaidAlthoughAnotherGoesOn() {
		try (LogLines log = LogLines.debug()) {
			refuse(CloseReason.REFUSED, 10, Duration.ofSeconds(1));
			refuse(CloseReason.OVERLOADED, 1, Duration.ofSeconds(1));
			refuse(CloseReason.REFUSED, 10, Duration.ofSeconds(1));
			assertThat(warnings(log)).containsExactly("RefusalsTests REFUSED" + MORE,
					"RefusalsTests OVERLOADED" + MORE);
		}
	}

	@Test
	void whatGoesOnIsSummedUpOnceAMinute() {
		try (LogLines log = LogLines.debug()) {
			refuse(CloseReason.REFUSED, 2401, Duration.ofMillis(50));
			assertThat(warnings(log)).containsExactly("RefusalsTests REFUSED" + MORE,
					"RefusalsTests REFUSED (again 1,200 times in the last 60 s)",
					"RefusalsTests REFUSED (again 1,200 times in the last 60 s)");
		}
	}

	@Test
	void whatBeginsAnewIsSaidAtOnceWithWhatWasLeftOutBefore() {
		try (LogLines log = LogLines.debug()) {
			refuse(CloseReason.REFUSED, 4, Duration.ofSeconds(1));
			pass(Duration.ofSeconds(16));
			refuse(CloseReason.REFUSED, 1, Duration.ofSeconds(20));
			refuse(CloseReason.REFUSED, 1, Duration.ZERO);
			assertThat(warnings(log)).containsExactly("RefusalsTests REFUSED" + MORE,
					"RefusalsTests REFUSED (again 4 times in the last 20 s)" + MORE, "RefusalsTests REFUSED" + MORE);
		}
	}

	@Test
	void everyRefusalHasALineAtDebug() {
		try (LogLines log = LogLines.debug()) {
			refuse(CloseReason.REFUSED, 100, Duration.ofSeconds(1));
			assertThat(lines(log)).hasSize(100);
		}
	}

}
