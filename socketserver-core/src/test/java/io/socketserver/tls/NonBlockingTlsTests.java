package io.socketserver.tls;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import io.socketserver.support.Await;
import io.socketserver.support.Certificates;
import io.socketserver.support.Client;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * TLS on a channel that does not wait, driven by a selector as a loop does it.
 */
@Timeout(60)
class NonBlockingTlsTests {

	private static final Certificates certificates = Certificates.shared();

	private static final TlsOptions options = TlsOptions.of(certificates.context("localhost"));

	@ParameterizedTest
	@CsvSource({ "TLSv1.2,false", "TLSv1.2,true", "TLSv1.3,false", "TLSv1.3,true" })
	void echoesWithoutWaiting(String version, boolean offload) throws Exception {
		byte[] bytes = new byte[3_000_000];
		new Random(2).nextBytes(bytes);
		try (Echo echo = new Echo(offload);
				Client client = Client.secure(echo.address(), certificates.anonymous(), TlsTests.version(version))) {
			client.send("hello");
			assertThat(client.readExactly(5)).isEqualTo(TlsTests.bytes("hello"));
			Thread sender = new Thread(() -> {
				try {
					client.send(bytes);
				}
				catch (IOException ex) {
					throw new AssertionError(ex);
				}
			});
			sender.start();
			assertThat(client.readExactly(bytes.length)).isEqualTo(bytes);
			Await.end(sender);
			client.shutdownOutput();
			if (version.equals("TLSv1.3")) {
				assertThat(client.readToEnd()).isEmpty();
			}
			Await.until(echo.ended::isDone, "the end");
			assertThat(echo.ended.join()).as("an end that TLS has announced").isEqualTo(-1);
			assertThat(echo.offloaded.get() > 0).isEqualTo(offload);
		}
	}

	@Test
	void neverSpinsWhileAHandshakeStalls() throws Exception {
		try (Echo echo = new Echo(true); Client client = Client.connect(echo.address())) {
			client.send(new byte[] { 22, 3, 1, 1, 0, 1 });
			Await.until(() -> echo.passes.get() > 0, "the first bytes");
			int passes = echo.passes.get();
			assertThat(client.hearsNothingFor(200)).isTrue();
			assertThat(echo.passes.get() - passes).isLessThan(5);
		}
	}

	/**
	 * One connection on a selector.
	 */
	private static final class Echo implements AutoCloseable {

		private final ServerSocketChannel listener;

		private final Selector selector = Selector.open();

		private final ExecutorService executor = Executors.newSingleThreadExecutor();

		private final AtomicInteger offloaded = new AtomicInteger();

		private final AtomicInteger passes = new AtomicInteger();

		private final CompletableFuture<Integer> ended = new CompletableFuture<>();

		private final ByteBuffer buffer = ByteBuffer.allocate(8192);

		private final Thread thread;

		Echo(boolean offload) throws IOException {
			this.listener = ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
			this.thread = new Thread(() -> run(offload), "echo");
			this.thread.start();
		}

		InetSocketAddress address() throws IOException {
			return (InetSocketAddress) this.listener.getLocalAddress();
		}

		private void run(boolean offload) {
			try (SocketChannel channel = this.listener.accept()) {
				channel.configureBlocking(false);
				SelectionKey key = channel.register(this.selector, SelectionKey.OP_READ);
				TlsChannel tls = new TlsChannel(new NonBlocking(channel), options);
				if (offload) {
					tls.offload((task) -> {
						this.offloaded.incrementAndGet();
						this.executor.execute(task);
					}, this.selector::wakeup);
				}
				serve(tls, key);
			}
			catch (IOException ex) {
				this.ended.completeExceptionally(ex);
			}
		}

		private void serve(TlsChannel tls, SelectionKey key) throws IOException {
			while (this.selector.isOpen()) {
				this.selector.select();
				this.passes.incrementAndGet();
				this.selector.selectedKeys().clear();
				if (pass(tls) < 0) {
					tls.shutdownOutput();
					while (!tls.flush()) {
						key.interestOps(SelectionKey.OP_WRITE);
						this.selector.select();
						this.selector.selectedKeys().clear();
					}
					this.ended.complete(-1);
					return;
				}
				boolean unsent = this.buffer.position() > 0 || !tls.flush();
				key.interestOps(unsent ? SelectionKey.OP_WRITE : SelectionKey.OP_READ);
			}
		}

		private int pass(TlsChannel tls) throws IOException {
			int count = 0;
			do {
				if (this.buffer.hasRemaining()) {
					count = tls.read(this.buffer);
				}
				this.buffer.flip();
				int sent = this.buffer.hasRemaining() ? tls.write(this.buffer) : 0;
				this.buffer.compact();
				if (count < 0 || (sent == 0 && count == 0)) {
					return count;
				}
			}
			while (tls.flush());
			return 0;
		}

		@Override
		public void close() throws IOException {
			this.selector.close();
			this.listener.close();
			this.executor.shutdown();
			Await.end(this.thread);
		}

	}

	private record NonBlocking(SocketChannel channel) implements Carrier {

		@Override
		public int read(ByteBuffer into) throws IOException {
			return this.channel.read(into);
		}

		@Override
		public int read(ByteBuffer into, Duration timeout) {
			throw new AssertionError("This one never waits");
		}

		@Override
		public int write(ByteBuffer from) throws IOException {
			return this.channel.write(from);
		}

		@Override
		public boolean flush() {
			return true;
		}

		@Override
		public boolean hasInput() {
			return false;
		}

		@Override
		public void shutdownOutput() throws IOException {
			this.channel.shutdownOutput();
		}

		@Override
		public boolean isBlocking() {
			return false;
		}

	}

}
