package io.socketserver.fork;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Where workers connect to, and systems that have no such place.
 */
class PrivateDirectoryTests {

	private static ServerSocketChannel unix() throws IOException {
		return ServerSocketChannel.open(StandardProtocolFamily.UNIX);
	}

	@Test
	void aSystemWithoutPermissionsIsRefusedWithAWayOut() {
		assertThatExceptionOfType(UnsupportedOperationException.class)
			.isThrownBy(() -> PrivateDirectory.requireSupported(Set.of("basic", "dos"), PrivateDirectoryTests::unix))
			.withMessageContaining("concurrency: fork")
			.withMessageContaining("POSIX")
			.withMessageContaining("use threads");
	}

	@Test
	void aSystemWithoutUnixSocketsIsRefusedWithAWayOut() {
		assertThatExceptionOfType(UnsupportedOperationException.class)
			.isThrownBy(() -> PrivateDirectory.requireSupported(Set.of("posix"), () -> {
				throw new UnsupportedOperationException("Unix domain sockets not supported");
			}))
			.withMessageContaining("need Unix sockets")
			.withMessageContaining("use threads");
	}

	@Test
	void isOfItsOwnerAloneAndLeavesNothing() throws Exception {
		PrivateDirectory directory = PrivateDirectory.create();
		Path parent = directory.socket().getParent();
		try (ServerSocketChannel listener = directory.listen()) {
			assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(parent))).isEqualTo("rwx------");
			assertThat(directory.socket()).exists();
			assertThat(listener.isOpen()).isTrue();
		}
		directory.delete();
		assertThat(parent).doesNotExist();
	}

}
