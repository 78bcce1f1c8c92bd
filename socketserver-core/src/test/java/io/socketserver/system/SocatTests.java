package io.socketserver.system;

import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import io.socketserver.request.CloseReason;
import io.socketserver.support.Await;
import io.socketserver.support.EveryLane;
import io.socketserver.support.Lane;
import io.socketserver.support.Script;
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

	@EveryLane
	void talksWithTheServer(Lane lane) throws Exception {
		Assumptions.assumeTrue(lane.transport() == Transport.UNIX, "socat is for the Unix socket");
		String socat = PeerProcess.require("socat", "socat");
		try (TestServer server = TestServer.with(lane).start(Script.UPPER)) {
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
