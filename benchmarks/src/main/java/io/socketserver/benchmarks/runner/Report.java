package io.socketserver.benchmarks.runner;

import java.util.List;
import java.util.Locale;

/**
 * Results as Markdown.
 */
final class Report {

	private final Results results;

	private final List<Suite> suites;

	private final List<Peer> peers;

	private final Peer base;

	private final StringBuilder text = new StringBuilder();

	/**
	 * A report.
	 * @param results what was measured
	 * @param suites the columns
	 * @param peers the rows
	 * @param base the peer that the others are compared with
	 */
	Report(Results results, List<Suite> suites, List<Peer> peers, Peer base) {
		this.results = results;
		this.suites = suites;
		this.peers = peers;
		this.base = base;
	}

	String markdown() {
		List<Suite> busy = this.suites.stream().filter((suite) -> !suite.isIdle()).toList();
		if (!busy.isEmpty()) {
			overview(busy);
		}
		this.suites.forEach((suite) -> details(suite, suite.isIdle() ? Column.IDLE : Column.BUSY));
		return this.text.toString();
	}

	private void overview(List<Suite> busy) {
		line("## Server CPU a request, µs (and against %s: median of paired ratios)".formatted(this.base.name()));
		line("");
		line("| | %s |".formatted(String.join(" | ", busy.stream().map(Suite::name).toList())));
		line("|---|%s".formatted("---|".repeat(busy.size())));
		for (Peer peer : this.peers) {
			line("| %s | %s |".formatted(peer.name(),
					String.join(" | ", busy.stream().map((suite) -> overview(suite, peer)).toList())));
		}
		line("");
	}

	private String overview(Suite suite, Peer peer) {
		double value = this.results.median(suite, peer, "steady");
		if (Double.isNaN(value)) {
			return "–";
		}
		double ratio = this.results.ratio(suite, peer, this.base, "steady");
		String text = (value < 1) ? format("%.3f", value) : format("%.2f", value);
		return Double.isNaN(ratio) ? text : text + format(" (%.2f×)", ratio);
	}

	private void details(Suite suite, List<Column> columns) {
		line("## %s".formatted(suite.name()));
		line("");
		line("| | %s |".formatted(String.join(" | ", columns.stream().map(Column::title).toList())));
		line("|---|%s".formatted("---|".repeat(columns.size())));
		for (Peer peer : this.peers.stream().filter(suite::suits).toList()) {
			line("| %s | %s |".formatted(peer.name(),
					String.join(" | ", columns.stream().map((column) -> cell(suite, peer, column)).toList())));
		}
		line("");
	}

	private String cell(Suite suite, Peer peer, Column column) {
		double value = switch (column.figure()) {
			case "failures" -> this.results.failures(suite, peer);
			case "spread" -> this.results.spread(suite, peer, "steady");
			default -> this.results.median(suite, peer, column.figure());
		};
		return Double.isNaN(value) ? "–" : format(column.format(), value);
	}

	private void line(String line) {
		this.text.append(line).append('\n');
	}

	private static String format(String format, double value) {
		return String.format(Locale.ROOT, format, value);
	}

	/**
	 * A column of a suite's table.
	 *
	 * @param title its head
	 * @param figure what it shows
	 * @param format how
	 */
	private record Column(String title, String figure, String format) {

		static final List<Column> BUSY = List.of(new Column("CPU µs, steady", "steady", "%.3f"),
				new Column("spread", "spread", "%.2f"), new Column("with compiler", "cpu", "%.3f"),
				new Column("requests/s", "rate", "%.0f"), new Column("p50 µs", "p50", "%.0f"),
				new Column("p99 µs", "p99", "%.0f"), new Column("p99.9 µs", "p999", "%.0f"),
				new Column("server busy", "busy", "%.2f"), new Column("load busy", "load", "%.2f"),
				new Column("waited for a core", "waited", "%.2f"), new Column("RSS MB", "rss", "%.0f"),
				new Column("PSS MB, with children", "pss", "%.0f"), new Column("failed runs", "failures", "%.0f"));

		static final List<Column> IDLE = List.of(new Column("heap B/connection", "heap", "%.0f"),
				new Column("RSS B/connection", "resident", "%.0f"), new Column("threads", "threads", "%.0f"),
				new Column("idle CPU ms/s", "idle", "%.3f"), new Column("all answered in s", "took", "%.2f"),
				new Column("answers", "requests", "%.0f"), new Column("p99 µs", "p99", "%.0f"),
				new Column("failed runs", "failures", "%.0f"));

	}

}
