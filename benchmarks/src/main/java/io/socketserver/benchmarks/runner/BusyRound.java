package io.socketserver.benchmarks.runner;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Servers under load. All are started and warmed up on all cores, one after another; then
 * each gets its core, and short measurements take turns, so that whatever disturbs the
 * machine disturbs all alike. A server without its load sleeps.
 */
final class BusyRound implements Runner.Round {

	private final RunnerOptions options;

	private final Toolchain toolchain;

	private final Results results;

	BusyRound(RunnerOptions options, Toolchain toolchain, Results results) {
		this.options = options;
		this.toolchain = toolchain;
		this.results = results;
	}

	@Override
	public void run(Suite suite, List<Peer> peers) {
		List<Contender> contenders = new ArrayList<>();
		try {
			for (Peer peer : peers) {
				enter(suite, peer, contenders);
			}
			for (int window = 0; window < this.options.windows(); window++) {
				contenders.removeIf((contender) -> !measured(suite, contender));
			}
		}
		finally {
			contenders.forEach(Contender::close);
		}
	}

	private void enter(Suite suite, Peer peer, List<Contender> contenders) {
		try {
			contenders.add(Contender.start(suite, peer, this.toolchain, this.options));
		}
		catch (IOException ex) {
			this.results.failed(suite, peer, ex);
		}
	}

	private boolean measured(Suite suite, Contender contender) {
		try {
			this.results.add(suite, contender.peer(), contender.measure());
			return true;
		}
		catch (IOException ex) {
			this.results.failed(suite, contender.peer(), ex);
			contender.close();
			return false;
		}
	}

}
