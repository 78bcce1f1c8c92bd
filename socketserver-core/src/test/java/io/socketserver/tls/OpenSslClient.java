package io.socketserver.tls;

import java.io.IOException;
import java.io.Reader;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.socketserver.support.Await;
import io.socketserver.support.Certificates;
import io.socketserver.support.TestServer;

/**
 * {@code openssl s_client}, spoken to step by step.
 */
final class OpenSslClient implements AutoCloseable {

	private final Process process;

	private volatile String output = ""; // One writer: the reader's thread.

	OpenSslClient(TestServer server, String... options) throws IOException {
		InetSocketAddress address = (InetSocketAddress) server.server().serverAddress();
		List<String> command = new ArrayList<>(List.of("openssl", "s_client", "-connect",
				address.getAddress().getHostAddress() + ":" + address.getPort(), "-CAfile",
				Certificates.shared().certificateFile("ca").toString()));
		command.addAll(List.of(options));
		this.process = new ProcessBuilder(command).redirectErrorStream(true).start();
		Thread reader = new Thread(this::collect, "s_client");
		reader.setDaemon(true);
		reader.start();
	}

	static boolean isInstalled() throws InterruptedException {
		try {
			return new ProcessBuilder("openssl", "version").redirectErrorStream(true).start().waitFor() == 0;
		}
		catch (IOException ex) {
			return false;
		}
	}

	private void collect() {
		try (Reader reader = this.process.inputReader(StandardCharsets.ISO_8859_1)) {
			char[] some = new char[4096];
			for (int count; (count = reader.read(some)) >= 0;) {
				this.output = this.output + new String(some, 0, count);
			}
		}
		catch (IOException ignored) {
			// The test is over.
		}
	}

	OpenSslClient send(String text) throws IOException {
		this.process.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
		this.process.getOutputStream().flush();
		return this;
	}

	OpenSslClient expect(String... texts) {
		for (String text : texts) {
			boolean came = Await.within(Duration.ofSeconds(20), () -> this.output.contains(text));
			if (!came) {
				throw new AssertionError("\"" + text + "\" did not come, but\n" + this.output);
			}
		}
		return this;
	}

	/**
	 * Waits for it to end by itself.
	 */
	String end() {
		Await.until(() -> !this.process.isAlive(), "the end of s_client: " + this.output);
		return this.output;
	}

	@Override
	public void close() {
		this.process.destroyForcibly();
		Await.until(() -> !this.process.isAlive(), "the end of s_client");
	}

}
