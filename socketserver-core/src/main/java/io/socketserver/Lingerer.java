package io.socketserver;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import org.jspecify.annotations.Nullable;

import io.socketserver.loop.LoopTimer;
import io.socketserver.loop.Selectable;
import io.socketserver.loop.SelectorLoop;
import io.socketserver.request.StreamRequest;

/**
 * Waits, in the loop, for peers to close their side after the server has closed its own.
 * Closing at once, with unread input, would send a reset that can destroy the answer on
 * its way (RFC 9112, 9.6, says so of HTTP). What a peer still sends is read and dropped
 * until it ends, is silent for the linger timeout, or has had five times that; then it is
 * reset.
 *
 * <p>
 * {@link #linger}, {@link #isEmpty} and {@link #resetAll} may be called from any thread;
 * the rest runs in the loop thread.
 */
final class Lingerer {

	// Beyond so many, a peer that does not close costs no descriptor of ours any more.
	private static final int MAX_LINGERING = 1024;

	private static final int READS_PER_PASS = 16;

	private static final int TOTAL_FACTOR = 5;

	// Nothing can be read after a forced close: only time ends it.
	private static final Duration FORCED_TIMEOUT = Duration.ofMillis(500);

	private final SelectorLoop loop;

	private final Duration timeout;

	private final Set<Lingering> all = ConcurrentHashMap.newKeySet();

	private @Nullable ByteBuffer scratch;

	Lingerer(SelectorLoop loop, Duration timeout) {
		this.loop = loop;
		this.timeout = timeout;
	}

	void linger(StreamRequest request) {
		if (this.timeout.isZero() || this.all.size() >= MAX_LINGERING || !this.loop.isOpen()) {
			request.closeQuietly();
			return;
		}
		Lingering lingering = new Lingering(request);
		this.all.add(lingering);
		this.loop.execute(lingering::begin);
	}

	boolean isEmpty() {
		return this.all.isEmpty();
	}

	void resetAll() {
		this.all.forEach((lingering) -> lingering.request.reset());
		this.all.clear();
	}

	private ByteBuffer scratch() {
		ByteBuffer buffer = this.scratch;
		if (buffer == null) {
			buffer = ByteBuffer.allocateDirect(64 * 1024);
			this.scratch = buffer;
		}
		return buffer.clear();
	}

	/**
	 * One peer that is waited for.
	 */
	private final class Lingering implements Selectable {

		private final StreamRequest request;

		private final Duration silence;

		private final long begin = System.nanoTime();

		private long quietSince = this.begin;

		private @Nullable LoopTimer timer;

		Lingering(StreamRequest request) {
			this.request = request;
			this.silence = request.isForced() ? FORCED_TIMEOUT : Lingerer.this.timeout;
		}

		void begin() {
			try {
				SocketChannel channel = this.request.channel();
				if (!this.request.isForced()) {
					channel.configureBlocking(false);
					boolean said = this.request.wire().flush();
					if (said && sawEnd(channel)) {
						end();
						return;
					}
					Lingerer.this.loop.register(channel, said ? SelectionKey.OP_READ : SelectionKey.OP_WRITE, this);
				}
				checkIn(this.silence);
			}
			catch (IOException | RuntimeException ex) {
				// The peer reset, or the loop is closed: nothing is left to wait for.
				end();
			}
		}

		@Override
		public void ready(SelectionKey key) throws IOException {
			if (key.isWritable()) {
				// The end itself waits in the wire, behind what the kernel had no room
				// for.
				key.interestOps(this.request.wire().flush() ? SelectionKey.OP_READ : SelectionKey.OP_WRITE);
			}
			else if (sawEnd(this.request.channel())) {
				end();
			}
		}

		private boolean sawEnd(SocketChannel channel) throws IOException {
			for (int i = 0; i < READS_PER_PASS; i++) {
				int read = channel.read(scratch());
				if (read <= 0) {
					return read < 0;
				}
				this.quietSince = System.nanoTime();
			}
			return false;
		}

		private void check() {
			if (!Lingerer.this.all.contains(this)) {
				return;
			}
			long now = System.nanoTime();
			long left = this.silence.toNanos() - (now - this.quietSince);
			if (left <= 0 || now - this.begin >= TOTAL_FACTOR * this.silence.toNanos()) {
				this.request.reset();
				end();
			}
			else {
				checkIn(Duration.ofNanos(left));
			}
		}

		private void checkIn(Duration delay) {
			this.timer = Lingerer.this.loop.schedule(delay, this::check);
		}

		@Override
		public void failed(SelectionKey key, Throwable error) {
			end();
		}

		@Override
		public void loopClosed() {
			end();
		}

		private void end() {
			if (this.timer != null) {
				this.timer.cancel();
			}
			this.request.closeQuietly();
			Lingerer.this.all.remove(this);
		}

	}

}
