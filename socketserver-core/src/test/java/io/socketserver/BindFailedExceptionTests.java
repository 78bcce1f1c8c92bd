package io.socketserver;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.Set;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.socketserver.BindFailedException.Reason;
import io.socketserver.support.Descriptors;
import io.socketserver.support.Script;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * {@link BindFailedException}: what it says, and that nothing is left open.
 */
@Timeout(60)
class BindFailedExceptionTests {

	@Test
	void saysThatAPortIsInUse() throws Exception {
		try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			InetSocketAddress taken = (InetSocketAddress) other.getLocalSocketAddress();
			BindFailedException failure = failure(taken);
			assertThat(failure.reason()).isEqualTo(Reason.IN_USE);
			assertThat(failure.address()).isEqualTo(taken);
			assertThat(failure.serverName()).isEqualTo("socketserver");
			assertThat(failure).hasMessageContaining("'socketserver'")
				.hasMessageContaining(":" + taken.getPort())
				.hasMessageContaining("already in use");
		}
	}

	@Test
	void saysThatAnAddressIsNotOfThisMachine() throws Exception {
		InetAddress documentation = InetAddress.getByAddress(new byte[] { (byte) 192, 0, 2, 1 });
		BindFailedException failure = failure(new InetSocketAddress(documentation, 0));
		assertThat(failure.reason()).isEqualTo(Reason.NOT_AVAILABLE);
		assertThat(failure).hasMessageContaining("192.0.2.1:0").hasMessageContaining("0.0.0.0");
	}

	@Test
	void saysThatAHostIsUnknown() {
		BindFailedException failure = failure(InetSocketAddress.createUnresolved("no.such.host.invalid", 9));
		assertThat(failure.reason()).isEqualTo(Reason.UNRESOLVED);
		assertThat(failure).hasMessageContaining("no.such.host.invalid:9").hasMessageContaining("resolved");
	}

	@Test
	void saysThatThePermissionIsMissing() {
		Assumptions.assumeFalse("root".equals(System.getProperty("user.name")), "root may bind any port");
		BindFailedException failure = failure(new InetSocketAddress(InetAddress.getLoopbackAddress(), 1));
		assertThat(failure.reason()).isEqualTo(Reason.PERMISSION_DENIED);
	}

	@Test
	void aServerThatCouldNotBindCanBeBoundLater() throws Exception {
		TcpServer server;
		Set<String> before = Descriptors.open();
		try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			server = server((InetSocketAddress) other.getLocalSocketAddress());
			assertThat(catchThrowableOfType(BindFailedException.class, server::start)).isNotNull();
			assertThat(server.state()).isEqualTo(ServerState.NEW);
		}
		server.start();
		assertThat(server.state()).isEqualTo(ServerState.SERVING);
		server.close();
		Descriptors.awaitClosedSince(before);
	}

	private static BindFailedException failure(InetSocketAddress address) {
		return catchThrowableOfType(BindFailedException.class, () -> server(address).bind());
	}

	private static TcpServer server(InetSocketAddress address) {
		return new TcpServer(address, Script.handlers(Script.UPPER));
	}

}
