package io.socketserver;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

import org.jspecify.annotations.Nullable;

import io.socketserver.BindFailedException.Reason;

/**
 * The file by which clients find a Unix socket.
 *
 * <p>
 * A socket can be connected to as soon as it is bound, with whatever permissions the
 * umask leaves. So it is bound in a directory that nobody else can enter, is given its
 * permissions there, and only then gets its name, which fails if something else has that
 * name by now.
 */
final class UnixSocketFile {

	private static final Logger logger = System.getLogger(UnixSocketFile.class.getName());

	/**
	 * What the JDK leaves of the kernel's 108.
	 */
	static final int MAX_PATH_BYTES = 106;

	private static final int TYPE_BITS = 0170000;

	private static final int SOCKET_TYPE = 0140000;

	private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rwx------");

	private final Path path;

	private final @Nullable Object fileKey;

	private UnixSocketFile(Path path) throws IOException {
		this.path = path;
		this.fileKey = key(path);
	}

	/**
	 * Binds a channel, which listens from here on.
	 * @throws IOException a {@link BindProblem} where more is known
	 */
	static UnixSocketFile bind(ServerSocketChannel channel, Path path, Set<PosixFilePermission> permissions,
			int backlog) throws IOException {
		Path parent = Objects.requireNonNullElse(path.getParent(), Path.of(""));
		check(path, parent);
		Path stage = createStage(parent);
		Path staged = stage.resolve("s");
		Path aside = stage.resolve("o");
		try {
			if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
				takeOver(path, aside);
			}
			channel.bind(UnixDomainSocketAddress.of(staged), backlog);
			Files.setPosixFilePermissions(staged, permissions);
			publish(staged, path);
			return new UnixSocketFile(path);
		}
		finally {
			Files.deleteIfExists(staged);
			Files.deleteIfExists(aside);
			Files.deleteIfExists(stage);
		}
	}

	private static void check(Path path, Path parent) throws IOException {
		checkLength(path, path);
		if (!Files.isDirectory(parent)) {
			throw new BindProblem(Reason.NO_DIRECTORY,
					"the directory " + parent.toAbsolutePath() + " does not exist: create it");
		}
		if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
			return;
		}
		if (!isSocket(path)) {
			throw new BindProblem(Reason.NOT_A_SOCKET, "there is something else at that path, which is left alone: move"
					+ " it away, or choose another path");
		}
		if (isLive(path)) {
			throw inUse(null);
		}
	}

	private static void checkLength(Path used, Path path) throws BindProblem {
		int length = used.toString().getBytes(StandardCharsets.UTF_8).length;
		if (length > MAX_PATH_BYTES) {
			throw new BindProblem(Reason.PATH_TOO_LONG, "the path has " + path.toString().length() + " characters, and "
					+ (length - MAX_PATH_BYTES) + " fewer bytes would fit: choose a shorter one, or a relative one");
		}
	}

	private static Path createStage(Path parent) throws IOException {
		while (true) {
			Path stage = parent.resolve(String.format(".%04x", ThreadLocalRandom.current().nextInt(0x10000)));
			checkLength(stage.resolve("s"), stage.resolve("s"));
			try {
				return Files.createDirectory(stage, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
			}
			catch (FileAlreadyExistsException ignored) {
				// Another number.
			}
			catch (AccessDeniedException ex) {
				throw new BindProblem(Reason.PERMISSION_DENIED,
						"the process may not create files in " + parent.toAbsolutePath(), ex);
			}
		}
	}

	/**
	 * Removes what a server that has died left behind. It gets a second name first, by
	 * which it is looked at: another server that starts at this moment may have taken the
	 * path over already, and what has that name now must be what was found dead.
	 */
	private static void takeOver(Path path, Path aside) throws IOException {
		synchronized (UnixSocketFile.class) {
			try {
				Files.createLink(aside, path);
				if (!isSocket(aside) || isLive(aside)) {
					throw inUse(null);
				}
				// Another process would have to come between these two.
				if (Objects.equals(key(aside), key(path))) {
					Files.delete(path);
				}
			}
			catch (NoSuchFileException ignored) {
				return;
			}
		}
		logger.log(Level.INFO, "Removed the file {0} of a server that has not closed it: nobody listens there", path);
	}

	private static void publish(Path staged, Path path) throws IOException {
		try {
			Files.createLink(path, staged);
		}
		catch (FileAlreadyExistsException ex) {
			throw inUse(ex);
		}
		catch (UnsupportedOperationException ex) {
			// This file system has no links: another server may slip in between.
			Files.move(staged, path);
		}
	}

	private static BindProblem inUse(@Nullable Throwable cause) {
		return new BindProblem(Reason.IN_USE, "another process listens there already: stop it, or choose another path",
				cause);
	}

	private static boolean isSocket(Path path) throws IOException {
		int mode = (Integer) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
		return (mode & TYPE_BITS) == SOCKET_TYPE;
	}

	/**
	 * Whether somebody listens. Only a refusal says that nobody does: a full queue, for
	 * which a blocking probe would wait, does not, nor does a lack of permission.
	 */
	private static boolean isLive(Path path) throws IOException {
		try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
			probe.configureBlocking(false);
			probe.connect(UnixDomainSocketAddress.of(path));
			return true;
		}
		catch (ConnectException ex) {
			return false;
		}
		catch (IOException ex) {
			return Files.exists(path, LinkOption.NOFOLLOW_LINKS);
		}
	}

	private static @Nullable Object key(Path path) throws IOException {
		return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS).fileKey();
	}

	/**
	 * Removes the file, if it still is the one that was made: clients then find nobody
	 * there. No effect the second time.
	 */
	void remove() {
		try {
			if (Objects.equals(this.fileKey, key(this.path))) {
				Files.deleteIfExists(this.path);
			}
		}
		catch (NoSuchFileException ignored) {
			// Somebody has tidied up.
		}
		catch (IOException ex) {
			logger.log(Level.WARNING, "Cannot remove the socket " + this.path, ex);
		}
	}

}
