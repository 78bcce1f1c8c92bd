package io.socketserver.support;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;

import io.socketserver.internal.VirtualThreads;
import io.socketserver.request.ConnectionState;

/**
 * The sockets, pipes and selectors that this process has open, for tests that none is
 * left open. Other tests may run at the same time: what they open they close.
 */
public final class Descriptors {

	private static final Path OPEN = Path.of("/proc/self/fd");

	// Others' servers may live as long as a class of tests takes.
	private static final Duration TIMEOUT = Duration.ofSeconds(90);

	private static boolean warm; // Guarded by the class.

	private Descriptors() {
	}

	/**
	 * What is open.
	 * @return what the kernel calls each, which it does not call anything else later;
	 * empty where that cannot be told
	 */
	public static Set<String> open() {
		warmUp();
		return now();
	}

	/**
	 * The JDK keeps what its first virtual thread that waits has opened.
	 */
	private static synchronized void warmUp() {
		if (warm || !VirtualThreads.supported()) {
			return;
		}
		try (TestServer server = TestServer.with(Strategy.VIRTUAL).start(Script.UPPER)) {
			server.connect().ask("warm");
			Await.until(() -> server.trace().request().state() == ConnectionState.IDLE, "a thread that waits");
			warm = true;
		}
		catch (IOException ex) {
			throw new AssertionError(ex);
		}
	}

	private static Set<String> now() {
		Set<String> open = new HashSet<>();
		try (DirectoryStream<Path> entries = Files.newDirectoryStream(OPEN)) {
			for (Path entry : entries) {
				name(entry, open);
			}
		}
		catch (IOException ignored) {
			// There is no such directory.
		}
		return open;
	}

	private static void name(Path entry, Set<String> open) {
		try {
			String name = Files.readSymbolicLink(entry).toString();
			if (name.startsWith("socket:") || name.startsWith("pipe:")) {
				open.add(name);
			}
			else if (name.startsWith("anon_inode:")) {
				// Selectors have no name of their own, but a number while they are open.
				open.add(name + entry.getFileName());
			}
		}
		catch (IOException ignored) {
			// Closed meanwhile.
		}
	}

	/**
	 * Waits until nothing is open that was opened since.
	 * @param before what was open before
	 */
	public static void awaitClosedSince(Set<String> before) {
		Set<String> left = now();
		left.removeAll(before);
		boolean closed = Await.within(TIMEOUT, () -> {
			left.retainAll(now());
			return left.isEmpty();
		});
		if (!closed) {
			throw new AssertionError("Still open: " + left);
		}
	}

}
