package io.socketserver.benchmarks.load;

import java.net.InetSocketAddress;

import io.socketserver.benchmarks.Arguments;

/**
 * What the load does.
 *
 * @param server where the server listens
 * @param mode line, length-field, connect, udp, idle, tls or tls-connect
 * @param connections how many connections (sockets with UDP; with connect: at a time)
 * @param pipeline how many messages a connection sends at once
 * @param size bytes of a message on the wire, with its framing
 * @param warmup seconds that do not count, at least
 * @param seconds seconds that count
 * @param pid the server's process, for its CPU time; 0 for none
 * @param hold whether to wait for a line of standard input before each of any number of
 * measurements
 */
record LoadOptions(InetSocketAddress server, String mode, int connections, int pipeline, int size, int warmup,
		int seconds, int pid, boolean hold) {

	static LoadOptions of(Arguments arguments) {
		return new LoadOptions(
				new InetSocketAddress(arguments.text("host", "127.0.0.1"), arguments.number("port", 9999)),
				arguments.text("mode", "line"), arguments.number("connections", 64), arguments.number("pipeline", 1),
				arguments.number("size", 64), arguments.number("warmup", 5), arguments.number("seconds", 5),
				arguments.number("pid", 0), arguments.has("hold"));
	}

	Protocol protocol() {
		return "length-field".equals(this.mode) ? Protocol.LENGTH_FIELD : Protocol.LINE;
	}

	Script script() {
		return new Script(protocol(), this.size, this.pipeline);
	}

}
