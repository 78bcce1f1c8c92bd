package io.socketserver.support;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import io.socketserver.request.StreamRequestHandler;

/**
 * A handler for worker processes that does what it is told, line by line.
 */
public class ForkedHandler extends StreamRequestHandler {

	// Kept, so that the heap fills.
	private final List<byte[]> ballast = new ArrayList<>();

	@Override
	public void handle() throws Exception {
		for (String line; (line = rfile().readLine()) != null;) {
			wfile().println(answer(line));
		}
	}

	private String answer(String line) throws IOException {
		return switch (line) {
			case "pid" -> String.valueOf(ProcessHandle.current().pid());
			case "half" -> half();
			case "exit" -> exit();
			case "halt" -> halt();
			case "loop" -> loop();
			case "spin" -> spin();
			case "fill" -> fill();
			case "throw" -> throw new IllegalStateException("thrown on demand", new IllegalArgumentException("why"));
			case "peer" -> connection().clientAddress() + " " + connection().localAddress() + " " + connection().id();
			case "tls" -> connection().tls()
				.map((tls) -> tls + ", " + tls.peerCertificates().size() + " certificates, a session: "
						+ tls.session().isPresent())
				.orElse("in clear");
			case "agents" -> System.getProperty("tool.options") + " " + System.getenv("JAVA_TOOL_OPTIONS");
			case "print" -> print();
			default -> line.startsWith("await ") ? await(Path.of(line.substring("await ".length()))) : line;
		};
	}

	/**
	 * Not all of an answer.
	 */
	private String half() throws IOException {
		wfile().print("half an ");
		wfile().flush();
		return halt();
	}

	private static String exit() {
		System.exit(3);
		return "";
	}

	private static String halt() {
		Runtime.getRuntime().halt(7);
		return "";
	}

	/**
	 * A loop that says that it has begun.
	 */
	private String spin() throws IOException {
		wfile().println("spinning");
		wfile().flush();
		return loop();
	}

	@SuppressWarnings("InfiniteLoop")
	private static String loop() {
		while (true) {
			Thread.onSpinWait();
		}
	}

	@SuppressWarnings("InfiniteLoop")
	private String fill() {
		while (true) {
			this.ballast.add(new byte[1024 * 1024]);
		}
	}

	/**
	 * Waits until a file is gone, after having said that it does.
	 */
	private String await(Path file) throws IOException {
		wfile().println("waiting");
		wfile().flush();
		Await.until(() -> !Files.exists(file), "the end of a file");
		return "done";
	}

	private static String print() {
		System.out.println("printed by a worker");
		return "ok";
	}

	@Override
	public void goodbye() throws IOException {
		wfile().println("goodbye from " + ProcessHandle.current().pid());
	}

}
