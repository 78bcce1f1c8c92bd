package io.socketserver.system;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import io.socketserver.ServerOptions;
import io.socketserver.TcpServer;
import io.socketserver.UdpOptions;
import io.socketserver.UdpServer;
import io.socketserver.framing.FrameDecoder;
import io.socketserver.framing.Framing;
import io.socketserver.mixin.PoolingMixIn;
import io.socketserver.mixin.ThreadingMixIn;
import io.socketserver.request.DatagramRequestHandler;
import io.socketserver.request.StreamRequestHandler;
import io.socketserver.support.Await;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Peers that others wrote: dig, logger, rsyslog, Python.
 */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class UdpPeersTests {

	private static final InetSocketAddress ANY_PORT = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

	@TempDir
	private Path directory;

	private final List<String> messages = new CopyOnWriteArrayList<>();

	@Test
	void digGetsItsAnswer() throws Exception {
		String dig = tool("dig");
		try (UdpServer server = new UdpServer(ANY_PORT, DnsHandler::new,
				ServerOptions.DEFAULT.withUdp(UdpOptions.DEFAULT.withMaxAmplification(4)), new PoolingMixIn(2))) {
			server.start();
			String port = Integer.toString(server.port());
			for (String more : new String[] { "+edns=0", "+noedns" }) {
				String out = run(dig, "@127.0.0.1", "-p", port, "www.example.test", "A", "+tries=1", "+time=20", more);
				assertThat(out).contains("status: NOERROR").contains("192.0.2.17").contains("ANSWER: 1");
			}
		}
	}

	@Test
	void loggerIsHeardOverUdp() throws Exception {
		String logger = tool("logger");
		try (UdpServer server = new UdpServer(ANY_PORT, () -> new SyslogDatagram(this.messages))) {
			server.start();
			run(logger, "--server", "127.0.0.1", "--port", Integer.toString(server.port()), "--udp", "--rfc5424",
					"--tag", "udp-test", "hello over UDP");
			Await.until(() -> this.messages.size() == 1, "the message");
			assertThat(this.messages.get(0)).startsWith("<13>1 ").contains("udp-test").endsWith("hello over UDP");
		}
	}

	@Test
	void loggerIsHeardOverTcpWithOctetCounts() throws Exception {
		String logger = tool("logger");
		try (TcpServer server = new TcpServer(ANY_PORT, () -> new SyslogStream(this.messages), new ThreadingMixIn())) {
			server.start();
			Path lines = Files.writeString(this.directory.resolve("lines"), "first\nsecond, and longer\n");
			run(logger, "--server", "127.0.0.1", "--port", Integer.toString(server.port()), "--tcp", "--octet-count",
					"--rfc5424", "--tag", "tcp-test", "--file", lines.toString());
			Await.until(() -> this.messages.size() == 2, "the messages");
			assertThat(this.messages.get(0)).contains("tcp-test").endsWith("first");
			assertThat(this.messages.get(1)).contains("tcp-test").endsWith("second, and longer");
		}
	}

	@Test
	void rsyslogForwardsOverUdpAndOverTcpWithOctetCounts() throws Exception {
		String rsyslog = tool("rsyslogd");
		String logger = tool("logger");
		List<String> streamed = new CopyOnWriteArrayList<>();
		try (UdpServer udp = new UdpServer(ANY_PORT, () -> new SyslogDatagram(this.messages));
				TcpServer tcp = new TcpServer(ANY_PORT, () -> new SyslogStream(streamed), new ThreadingMixIn())) {
			udp.start();
			tcp.start();
			Path socket = this.directory.resolve("log");
			Path config = Files.writeString(this.directory.resolve("rsyslog.conf"), """
					global(workDirectory="%s")
					module(load="imuxsock" SysSock.Use="off")
					input(type="imuxsock" Socket="%s")
					action(type="omfwd" Target="127.0.0.1" Port="%d" Protocol="udp")
					action(type="omfwd" Target="127.0.0.1" Port="%d" Protocol="tcp" TCP_Framing="octet-counted")
					""".formatted(this.directory, socket, udp.port(), tcp.port()));
			Process daemon = new ProcessBuilder(rsyslog, "-n", "-f", config.toString(), "-i",
					this.directory.resolve("pid").toString())
				.redirectErrorStream(true)
				.redirectOutput(this.directory.resolve("rsyslog.log").toFile())
				.start();
			try {
				Await.until(() -> Files.exists(socket) || !daemon.isAlive(), "rsyslog's socket");
				assertThat(daemon.isAlive()).as(Files.readString(this.directory.resolve("rsyslog.log"))).isTrue();
				for (int i = 0; i < 20; i++) {
					run(logger, "--socket", socket.toString(), "--tag", "relay", "message " + i);
				}
				Await.until(() -> relayed(this.messages) == 20, "20 datagrams: " + this.messages);
				Await.until(() -> relayed(streamed) == 20, "20 frames: " + streamed);
				assertThat(streamed.stream().filter((line) -> line.contains("relay"))).last()
					.satisfies((line) -> assertThat(line).endsWith("message 19"));
			}
			finally {
				daemon.destroyForcibly().waitFor();
			}
		}
	}

	private static long relayed(List<String> lines) {
		return lines.stream().filter((line) -> line.contains("relay")).count();
	}

	@Test
	void pythonGetsItsDatagramsBack() throws Exception {
		String python = tool("python3");
		Path script = Files.writeString(this.directory.resolve("client.py"), """
				import os, socket, sys
				with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
				    s.settimeout(20)
				    s.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 18)
				    to = ("127.0.0.1", int(sys.argv[1]))
				    for size in (0, 1, 1472, 8192, 65507):
				        packet = os.urandom(size)
				        s.sendto(packet, to)
				        back, sender = s.recvfrom(65535)
				        assert back == packet, (size, len(back))
				        assert sender == to, sender
				        print(size)
				    try:
				        s.sendto(bytes(65508), to)
				    except OSError as e:
				        print(e.errno)
				""");
		try (UdpServer server = new UdpServer(ANY_PORT, EchoHandler::new,
				ServerOptions.DEFAULT.withUdp(UdpOptions.DEFAULT.withMaxPacketSize(65507)), new PoolingMixIn(2))) {
			server.start();
			assertThat(run(python, script.toString(), Integer.toString(server.port())).lines()).containsExactly("0",
					"1", "1472", "8192", "65507", "90");
		}
	}

	/**
	 * Where a program is. Skips the test where it is missing.
	 */
	private static String tool(String name) {
		return Stream.concat(Stream.of(System.getenv("PATH").split(":")), Stream.of("/usr/sbin", "/sbin"))
			.map((directory) -> Path.of(directory, name))
			.filter(Files::isExecutable)
			.map(Path::toString)
			.findFirst()
			.orElseGet(() -> Assumptions.abort("this test uses " + name + ", which is not installed here"));
	}

	private String run(String... command) throws IOException, InterruptedException {
		Path out = Files.createTempFile(this.directory, "out", ".txt");
		Process process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(out.toFile()).start();
		try {
			assertThat(process.waitFor(60, TimeUnit.SECONDS)).as(command[0]).isTrue();
		}
		finally {
			process.destroyForcibly();
		}
		String text = Files.readString(out);
		assertThat(process.exitValue()).as(text).isZero();
		return text;
	}

	/**
	 * Sends each datagram back.
	 */
	private static final class EchoHandler extends DatagramRequestHandler {

		@Override
		public void handle() {
			wfile().writeBytes(packet());
		}

		@Override
		protected boolean repliesWhenEmpty() {
			return true;
		}

	}

	/**
	 * Answers a DNS question for an address: 192.0.2.17, whatever the name.
	 */
	private static final class DnsHandler extends DatagramRequestHandler {

		private static final int HEADER = 12;

		@Override
		public void handle() {
			ByteBuffer query = ByteBuffer.wrap(packet());
			int end = endOfQuestion(query);
			ByteBuffer reply = ByteBuffer.allocate(end + 16);
			// An answer (0x8000), recursion desired and available; one question, one
			// answer.
			reply.putShort(query.getShort(0)).putShort((short) 0x8180);
			reply.putShort((short) 1).putShort((short) 1).putInt(0);
			reply.put(packet(), HEADER, end - HEADER);
			// The name at offset 12, type A, class IN, a minute, four bytes.
			reply.putShort((short) 0xC00C).putShort((short) 1).putShort((short) 1).putInt(60);
			reply.putShort((short) 4).put(new byte[] { (byte) 192, 0, 2, 17 });
			wfile().writeBytes(reply.array());
		}

		private static int endOfQuestion(ByteBuffer query) {
			int position = HEADER;
			for (int label; (label = query.get(position)) != 0;) {
				position += 1 + label;
			}
			return position + 1 + 4;
		}

	}

	/**
	 * Keeps each datagram.
	 */
	private static final class SyslogDatagram extends DatagramRequestHandler {

		private final List<String> messages;

		SyslogDatagram(List<String> messages) {
			this.messages = messages;
		}

		@Override
		public void handle() {
			this.messages.add(text().strip());
		}

	}

	/**
	 * Keeps what comes in frames with octet counts.
	 */
	private static final class SyslogStream extends StreamRequestHandler {

		private final FrameDecoder decoder = Framing.octetCounted(8192).newDecoder();

		private final List<String> messages;

		SyslogStream(List<String> messages) {
			this.messages = messages;
		}

		@Override
		public void handle() throws IOException {
			for (byte[] frame; (frame = rfile().readFrame(this.decoder)) != null;) {
				this.messages.add(new String(frame, StandardCharsets.UTF_8).strip());
				connection().endRequest();
			}
		}

	}

}
