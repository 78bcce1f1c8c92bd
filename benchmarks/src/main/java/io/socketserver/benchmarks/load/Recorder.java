package io.socketserver.benchmarks.load;

import org.HdrHistogram.Histogram;

/**
 * Counts answers, and how long each took.
 */
final class Recorder {

	private static final long LONGEST = 60_000_000_000L;

	private final Histogram latencies = new Histogram(LONGEST, 3);

	private long errors;

	void answered(long nanos, int count) {
		this.latencies.recordValueWithCount(Math.min(Math.max(nanos, 0), LONGEST), count);
	}

	void error(String text) {
		if (this.errors++ < 5) {
			System.err.println("load: " + text);
		}
	}

	void reset() {
		this.latencies.reset();
		this.errors = 0;
	}

	long answers() {
		return this.latencies.getTotalCount();
	}

	long errors() {
		return this.errors;
	}

	double micros(double percentile) {
		return this.latencies.getValueAtPercentile(percentile) / 1000.0;
	}

}
