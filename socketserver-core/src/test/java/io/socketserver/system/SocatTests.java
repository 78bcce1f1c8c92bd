package io.socketserver.system;

import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import io.socketserver.request.CloseReason;
import io.socketserver.support.Await;
import io.socketserver.support.Lane;
import io.socketserver.support.Script;
import io.socketserver.support.Strategy;
import io.socketserver.support.TestServer;
import io.socketserver.support.Transport;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A Unix socket with a client that is not ours.
 */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SocatTests {

	@TempDir
	Path directory;

	@ParameterizedTest
	@EnumSource
	void talksWithTheServer(Strategy strategy) throws Exception {
		String socat = PeerProcess.require("socat", "socat");
		try (TestServer server = TestServer.with(new Lane(Transport.UNIX, strategy)).start(Script.UPPER)) {
			Path path = ((UnixDomainSocketAddress) server.server().serverAddress()).getPath();
			try (PeerProcess client = PeerProcess.start(this.directory.resolve("socat.log"),
					List.of(socat, "-", "UNIX-CONNECT:" + path))) {
				client.send("hello\n");
				Await.until(() -> client.output().equals("HELLO\n"), "an answer");
				client.send("console\n");
				assertThat(client.finish()).isEqualTo("HELLO\nCONSOLE\n");
			}
			server.awaitQuiet();
			assertThat(server.trace().request().closeReason()).contains(CloseReason.PEER_CLOSED);
			assertThat(server.trace().request().requests()).isEqualTo(2);
		}
	}

}
