package io.socketserver.benchmarks.runner;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * The measurements of all runs.
 */
final class Results {

	private static final Measurement FAILED = Measurement.of("errors=1");

	private final Map<String, Map<String, List<Measurement>>> bySuite = new LinkedHashMap<>();

	void add(Suite suite, Peer peer, Measurement measurement) {
		System.out.printf("%s %s %s%n", suite.name(), peer.name(), measurement.values());
		this.bySuite.computeIfAbsent(suite.name(), (name) -> new LinkedHashMap<>())
			.computeIfAbsent(peer.name(), (name) -> new ArrayList<>())
			.add(measurement);
	}

	void failed(Suite suite, Peer peer, Exception ex) {
		System.out.printf("%s %s failed: %s%n", suite.name(), peer.name(), ex.getMessage());
		add(suite, peer, FAILED);
	}

	/**
	 * The middle of the clean runs.
	 * @param suite the suite
	 * @param peer the peer
	 * @param figure which figure
	 * @return the median, or not a number if there was no clean run
	 */
	double median(Suite suite, Peer peer, String figure) {
		return middle(sorted(suite, peer, figure));
	}

	/**
	 * The middle of the ratios of runs that followed each other closely: a machine that
	 * is disturbed for a while disturbs both.
	 * @param suite the suite
	 * @param peer the peer
	 * @param base the peer to compare with
	 * @param figure which figure
	 * @return the median, or not a number if there was no clean pair
	 */
	double ratio(Suite suite, Peer peer, Peer base, String figure) {
		List<Measurement> runs = runs(suite, peer);
		List<Measurement> others = runs(suite, base);
		return middle(IntStream.range(0, Math.min(runs.size(), others.size()))
			.filter((index) -> runs.get(index).isClean() && others.get(index).isClean())
			.mapToDouble((index) -> runs.get(index).get(figure) / others.get(index).get(figure))
			.sorted()
			.toArray());
	}

	private static double middle(double[] sorted) {
		int middle = sorted.length / 2;
		if (sorted.length == 0) {
			return Double.NaN;
		}
		return (sorted.length % 2 == 1) ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
	}

	/**
	 * How far the clean runs are apart.
	 * @param suite the suite
	 * @param peer the peer
	 * @param figure which figure
	 * @return the largest less the smallest, as a part of the median
	 */
	double spread(Suite suite, Peer peer, String figure) {
		double[] sorted = sorted(suite, peer, figure);
		if (sorted.length == 0) {
			return Double.NaN;
		}
		return (sorted[sorted.length - 1] - sorted[0]) / median(suite, peer, figure);
	}

	private double[] sorted(Suite suite, Peer peer, String figure) {
		return runs(suite, peer).stream()
			.filter(Measurement::isClean)
			.mapToDouble((run) -> run.get(figure))
			.sorted()
			.toArray();
	}

	long failures(Suite suite, Peer peer) {
		return runs(suite, peer).stream().filter((run) -> !run.isClean()).count();
	}

	private List<Measurement> runs(Suite suite, Peer peer) {
		return this.bySuite.getOrDefault(suite.name(), Map.of()).getOrDefault(peer.name(), List.of());
	}

}
