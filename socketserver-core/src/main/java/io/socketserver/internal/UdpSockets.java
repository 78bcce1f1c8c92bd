package io.socketserver.internal;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What Linux says of this process's UDP sockets: a datagram the kernel drops is seen
 * nowhere else. Other systems say nothing. All methods may be called from any thread.
 */
public final class UdpSockets {

	private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

	private static final List<Path> TABLES = List.of(Path.of("/proc/self/net/udp"), Path.of("/proc/self/net/udp6"));

	private UdpSockets() {
	}

	/**
	 * The sockets of this process that are bound to a port, by what names them for the
	 * kernel. Looks at all open descriptors.
	 * @param port the port
	 * @return their inodes
	 */
	public static Set<String> inodes(int port) {
		Set<String> found = new HashSet<>();
		rows().filter((row) -> row.port() == port).map(Row::inode).forEach(found::add);
		if (!found.isEmpty()) {
			found.retainAll(own());
		}
		return Set.copyOf(found);
	}

	/**
	 * What the kernel has dropped that was meant for some sockets.
	 * @param inodes the sockets
	 * @return empty if none of them is open
	 */
	public static OptionalLong drops(Set<String> inodes) {
		if (inodes.isEmpty()) {
			return OptionalLong.empty();
		}
		List<Row> rows = rows().filter((row) -> inodes.contains(row.inode())).toList();
		return rows.isEmpty() ? OptionalLong.empty() : OptionalLong.of(rows.stream().mapToLong(Row::drops).sum());
	}

	private static Set<String> own() {
		Set<String> inodes = new HashSet<>();
		try (DirectoryStream<Path> links = Files.newDirectoryStream(DESCRIPTORS)) {
			for (Path link : links) {
				inode(link).ifPresent(inodes::add);
			}
		}
		catch (IOException | DirectoryIteratorException ignored) {
			// No such directory: not Linux.
		}
		return inodes;
	}

	private static Optional<String> inode(Path link) {
		try {
			String target = Files.readSymbolicLink(link).toString();
			return target.startsWith("socket:[") ? Optional.of(target.substring(8, target.length() - 1))
					: Optional.empty();
		}
		catch (IOException ex) {
			// Closed meanwhile.
			return Optional.empty();
		}
	}

	private static Stream<Row> rows() {
		return TABLES.stream().flatMap(UdpSockets::lines).map(Row::parse).flatMap(Optional::stream);
	}

	private static Stream<String> lines(Path table) {
		try {
			return Files.readAllLines(table, StandardCharsets.US_ASCII).stream().skip(1);
		}
		catch (IOException ex) {
			return Stream.empty();
		}
	}

	/**
	 * A socket in the kernel's table.
	 *
	 * @param port its local port
	 * @param inode what names it
	 * @param drops datagrams dropped so far
	 */
	private record Row(int port, String inode, long drops) {

		// Columns as in Linux's net/ipv4/udp.c, udp4_format_sock.
		private static final int LOCAL = 1;

		private static final int INODE = 9;

		private static final int DROPS = 12;

		static Optional<Row> parse(String line) {
			String[] columns = line.strip().split("\\s+");
			if (columns.length <= DROPS) {
				return Optional.empty();
			}
			try {
				String port = columns[LOCAL].substring(columns[LOCAL].indexOf(':') + 1).toLowerCase(Locale.ROOT);
				return Optional.of(new Row(Integer.parseInt(port, 16), columns[INODE], Long.parseLong(columns[DROPS])));
			}
			catch (NumberFormatException ex) {
				return Optional.empty();
			}
		}

	}

}
