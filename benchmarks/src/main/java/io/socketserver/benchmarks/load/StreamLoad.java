package io.socketserver.benchmarks.load;

import java.io.IOException;

/**
 * Connections that stay, each in a closed loop: the next batch goes out when the last is
 * answered.
 */
final class StreamLoad implements Workload {

	private final Connections connections;

	private boolean started;

	StreamLoad(LoadOptions options, Recorder recorder) throws IOException {
		this.connections = new Connections(options, recorder, this::again);
		this.connections.open(options.connections());
	}

	private void again(StreamClient client) {
		this.connections.send(client);
	}

	@Override
	public void runUntil(long deadline) throws IOException {
		if (!this.started) {
			this.started = true;
			this.connections.all().forEach(this::again);
		}
		while (System.nanoTime() - deadline < 0) {
			this.connections.select(10);
		}
	}

	@Override
	public void close() throws IOException {
		this.connections.close();
	}

}
