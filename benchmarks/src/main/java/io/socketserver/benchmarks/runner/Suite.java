package io.socketserver.benchmarks.runner;

import java.util.List;

/**
 * A kind of load.
 *
 * @param name what it is called on the command line and in tables
 * @param mode the load's mode
 * @param connections how many
 * @param pipeline messages sent at once
 * @param size bytes of a message with its framing
 */
record Suite(String name, String mode, int connections, int pipeline, int size) {

	static final List<Suite> ALL = List.of(new Suite("64B-c1", "line", 1, 1, 64), new Suite("64B-c8", "line", 8, 1, 64),
			new Suite("connect-c8", "connect", 8, 1, 64), new Suite("64B-c64", "line", 64, 1, 64),
			new Suite("64B-c64-p16", "line", 64, 16, 64), new Suite("4KiB-c64", "line", 64, 1, 4096),
			new Suite("64B-c1000", "line", 1000, 1, 64), new Suite("connect-c32", "connect", 32, 1, 64),
			new Suite("idle-15000", "idle", 15_000, 1, 64), new Suite("frame-64B-c64", "length-field", 64, 1, 64),
			new Suite("frame-64B-c64-p16", "length-field", 64, 16, 64), new Suite("udp-64B-c64", "udp", 64, 1, 64),
			new Suite("tls-64B-c64", "tls", 64, 1, 64), new Suite("tls-4KiB-c64", "tls", 64, 1, 4096),
			new Suite("tls-connect-c8", "tls-connect", 8, 1, 64));

	static Suite of(String name) {
		return ALL.stream()
			.filter((suite) -> suite.name().equals(name))
			.findFirst()
			.orElseThrow(() -> new IllegalArgumentException(
					"There is no suite " + name + ", but " + ALL.stream().map(Suite::name).toList()));
	}

	/**
	 * Whether a server understands this load.
	 * @param peer the server
	 * @return whether
	 */
	boolean suits(Peer peer) {
		return peer.protocol().equals(protocol());
	}

	private String protocol() {
		return switch (this.mode) {
			case "length-field" -> "frame";
			case "udp" -> "udp";
			case "tls", "tls-connect" -> "tls";
			default -> "line";
		};
	}

	boolean isIdle() {
		return "idle".equals(this.mode);
	}

	/**
	 * One connection plays ping-pong: server and load never run at the same time, and on
	 * two cores each request would measure how a core wakes up.
	 * @return whether server and load share a core
	 */
	boolean sharesCore() {
		return this.connections == 1;
	}

	List<String> loadArguments() {
		return List.of("--mode=" + this.mode, "--connections=" + this.connections, "--pipeline=" + this.pipeline,
				"--size=" + this.size);
	}

}
