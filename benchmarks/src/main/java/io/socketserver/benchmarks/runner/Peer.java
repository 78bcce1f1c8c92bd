package io.socketserver.benchmarks.runner;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * A server to measure.
 *
 * @param name what it is called on the command line and in tables
 * @param kind how it is started
 * @param protocol what it speaks: line, frame (four bytes of length in front), udp, or
 * tls (lines)
 * @param program its class, or its source among the resources
 * @param arguments what follows the port
 */
record Peer(String name, Kind kind, String protocol, String program, List<String> arguments) {

	private static final String LINE = "line";

	private static final String FRAME = "frame";

	private static final String UDP = "udp";

	private static final String TLS = "tls";

	static final List<Peer> ALL = List.of(new Peer("c-epoll", Kind.C, LINE, "epoll.c", List.of()),
			java("bare-nio", LINE, "BareNio"), java("netty-nio", LINE, "NettyNio"),
			java("netty-tuned", LINE, "NettyTuned"), java("netty-epoll", LINE, "NettyEpoll"),
			java("netty-io_uring", LINE, "NettyIoUring"), java("vertx", LINE, "Vertx"),
			java("reactor-netty", LINE, "ReactorNetty"), java("spring-integration", LINE, "SpringIntegration"),
			java("virtual-threads", LINE, "VirtualThreads"),
			new Peer("python", Kind.PYTHON, LINE, "threading_server.py", List.of()),
			java("ours-stream-thread", LINE, "Ours", "stream-thread"), java("ours-string", LINE, "Ours", "loop-string"),
			java("ours-buffer", LINE, "Ours", "loop-buffer"), java("ours-virtual", LINE, "Ours", "virtual-string"),
			java("ours-frames", FRAME, "Ours", "loop-frames"),
			java("ours-stream-virtual", LINE, "Ours", "stream-virtual"),
			java("ours-stream-fork", LINE, "Ours", "stream-fork"), java("netty-frames", FRAME, "NettyFrames"),
			java("bare-udp", UDP, "BareUdp"), java("netty-udp", UDP, "NettyUdp"), java("netty-tls", TLS, "NettyTls"),
			java("netty-tls-offload", TLS, "NettyTls", "offload"), java("ours-tls", TLS, "Ours", "loop-tls"),
			java("ours-tls-on-loop", TLS, "Ours", "loop-tls-on-loop"));

	private static Peer java(String name, String protocol, String type, String... arguments) {
		return new Peer(name, Kind.JAVA, protocol, "io.socketserver.benchmarks.peer." + type, List.of(arguments));
	}

	static Peer of(String name) {
		return ALL.stream()
			.filter((peer) -> peer.name().equals(name))
			.findFirst()
			.orElseThrow(() -> new IllegalArgumentException(
					"There is no peer " + name + ", but " + ALL.stream().map(Peer::name).toList()));
	}

	boolean isJava() {
		return this.kind == Kind.JAVA;
	}

	/**
	 * How to start it.
	 * @param toolchain the programs of this machine
	 * @param port where it has to listen
	 * @return the command
	 * @throws IOException if it cannot be built
	 */
	List<String> command(Toolchain toolchain, int port) throws IOException {
		List<String> command = new ArrayList<>(program(toolchain));
		command.add(Integer.toString(port));
		command.addAll(this.arguments);
		return command;
	}

	private List<String> program(Toolchain toolchain) throws IOException {
		return switch (this.kind) {
			case JAVA -> toolchain.java(this.program);
			case C -> List.of(toolchain.compiled(this.program).toString());
			case PYTHON -> List.of("python3", toolchain.extracted(this.program).toString());
		};
	}

	/**
	 * How a peer is started.
	 */
	enum Kind {

		/**
		 * A class with a main method, in a JVM of its own.
		 */
		JAVA,

		/**
		 * A C source, compiled with gcc.
		 */
		C,

		/**
		 * A Python script.
		 */
		PYTHON

	}

}
