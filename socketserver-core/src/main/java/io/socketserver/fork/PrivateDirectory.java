package io.socketserver.fork;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * A directory that only this user can enter, with the socket that workers connect to.
 */
final class PrivateDirectory {

	static final String SOCKET = "workers.sock";

	// What the kernel takes (108) without the final zero byte, and what the JDK leaves.
	private static final int LONGEST_PATH = 100;

	private static final int BACKLOG = 1024;

	private final Path path;

	private PrivateDirectory(Path path) {
		this.path = path;
	}

	/**
	 * Fails where the system has no Unix sockets or no permissions to keep others out.
	 */
	static void requireSupported() {
		requireSupported(FileSystems.getDefault().supportedFileAttributeViews(),
				() -> ServerSocketChannel.open(StandardProtocolFamily.UNIX));
	}

	/**
	 * For tests: as another system would.
	 */
	static void requireSupported(Set<String> fileAttributeViews, Opener unixSockets) {
		if (!fileAttributeViews.contains("posix")) {
			throw unsupported("file permissions (POSIX)", null);
		}
		try {
			unixSockets.open().close();
		}
		catch (UnsupportedOperationException | IOException ex) {
			throw unsupported("Unix sockets", ex);
		}
	}

	private static UnsupportedOperationException unsupported(String what, @Nullable Exception cause) {
		return new UnsupportedOperationException(
				"Worker processes (concurrency: fork) need " + what + ", which this system does not have ("
						+ System.getProperty("os.name") + "): use threads (concurrency: thread, virtual or pool)",
				cause);
	}

	static PrivateDirectory create() throws IOException {
		Set<PosixFilePermission> ownerOnly = PosixFilePermissions.fromString("rwx------");
		Path parent = Path.of(System.getProperty("java.io.tmpdir"));
		if (parent.toAbsolutePath().toString().length() + 40 > LONGEST_PATH) {
			parent = Path.of("/tmp");
		}
		return new PrivateDirectory(Files.createTempDirectory(parent.toAbsolutePath(), "socketserver-",
				PosixFilePermissions.asFileAttribute(ownerOnly)));
	}

	Path socket() {
		return this.path.resolve(SOCKET);
	}

	ServerSocketChannel listen() throws IOException {
		ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
		try {
			listener.configureBlocking(false);
			listener.bind(UnixDomainSocketAddress.of(socket()), BACKLOG);
			return listener;
		}
		catch (IOException | RuntimeException ex) {
			listener.close();
			throw ex;
		}
	}

	void delete() {
		delete(socket());
	}

	/**
	 * Deletes a socket and its directory, as far as they exist.
	 */
	static void delete(Path socket) {
		try {
			Files.deleteIfExists(socket);
			Path directory = socket.getParent();
			if (directory != null) {
				Files.deleteIfExists(directory);
			}
		}
		catch (IOException ignored) {
			// Somebody else has put something there, or deletes it at the same time.
		}
	}

	/**
	 * Opens a Unix socket.
	 */
	@FunctionalInterface
	interface Opener {

		ServerSocketChannel open() throws IOException;

	}

}
