package io.socketserver;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import io.socketserver.internal.LostPeers;
import io.socketserver.internal.Refusals;
import io.socketserver.loop.LoopTimer;
import io.socketserver.loop.Selectable;
import io.socketserver.loop.SelectorLoop;
import io.socketserver.proxy.GuardedWire;
import io.socketserver.proxy.ProxyHeader;
import io.socketserver.proxy.ProxyHeaderException;
import io.socketserver.proxy.ProxyProtocol;
import io.socketserver.proxy.PushbackWire;
import io.socketserver.request.CloseReason;
import io.socketserver.request.Request;
import io.socketserver.request.StreamRequest;

/**
 * Waits in the loop for the PROXY header of those who have to send one, so that whatever
 * comes after, {@code verifyRequest} first, sees the real client's address. Those who
 * must not send one are admitted at once, and watched.
 *
 * <p>
 * However many wait here, no more are admitted than the gate lets in: while it is shut,
 * they stay here, as others stay in the kernel's queue.
 */
final class ProxyAdmission implements Admission {

	private static final Logger logger = System.getLogger(BaseServer.class.getName());

	// Beyond so many, further clients wait in the kernel's queue.
	private static final int MAX_WAITING = 1024;

	// Nearly all headers fit.
	private static final int FIRST_BUFFER = 256;

	private final BaseServer server;

	private final SelectorLoop loop;

	private final Gate gate;

	private final ProxyProtocol protocol;

	private final Set<Awaited> awaited = new LinkedHashSet<>();

	// Decided about, and not yet off the selector.
	private final List<Awaited> leaving = new ArrayList<>();

	// With their headers read, while the gate is shut.
	private final Deque<StreamRequest> admitted = new ArrayDeque<>();

	// How many of all these the server counts.
	private int counted;

	private final Refusals refusals = new Refusals(logger);

	ProxyAdmission(BaseServer server, SelectorLoop loop, Gate gate, ProxyProtocol protocol) {
		this.server = server;
		this.loop = loop;
		this.gate = gate;
		this.protocol = protocol;
	}

	@Override
	public void admit(Request request) {
		if (request instanceof StreamRequest stream && this.protocol.isRequiredFrom(request.clientAddress())) {
			Awaited begun = new Awaited(stream);
			this.awaited.add(begun);
			begun.begin();
			updateHold();
		}
		else {
			take(request);
		}
	}

	private void take(Request request) {
		if (request instanceof StreamRequest stream && request.attribute(ProxyHeader.KEY).isEmpty()) {
			stream.wire(new GuardedWire(stream.wire(), () -> forged(stream)));
		}
		this.server.take(request);
	}

	/**
	 * Runs in the thread that reads.
	 */
	private void forged(StreamRequest stream) {
		if (stream.close(CloseReason.PROXY_HEADER_FORBIDDEN)) {
			this.refusals.log(CloseReason.PROXY_HEADER_FORBIDDEN,
					() -> this.server.describe() + " refuses the PROXY header of " + stream
							+ ", from which none is required: if this is your proxy, add its address");
		}
	}

	@Override
	public void admitNow(Request request) {
		admit(request);
		end();
	}

	@Override
	public boolean isIdle() {
		return this.awaited.isEmpty() && this.leaving.isEmpty() && this.admitted.isEmpty();
	}

	@Override
	public void gateChanged() {
		if (!this.admitted.isEmpty() && mayTake()) {
			// Later, since this may be called amidst a hook of another request.
			this.loop.execute(this::takeAdmitted);
		}
	}

	@Override
	public void end() {
		List.copyOf(this.awaited).forEach(Awaited::readLast);
		settle();
		this.admitted.forEach((request) -> this.server.turnAway(request, CloseReason.DRAINED));
		this.admitted.clear();
		updateHold();
	}

	@Override
	public void release() {
		this.awaited.forEach((each) -> each.request.closeQuietly());
		this.leaving.forEach((each) -> each.request.closeQuietly());
		this.admitted.forEach(StreamRequest::closeQuietly);
		this.awaited.clear();
		this.leaving.clear();
		this.admitted.clear();
		count();
	}

	private boolean mayTake() {
		return this.gate.isOpen() || this.gate.holders().equals(Set.of(this));
	}

	private void count() {
		int waiting = this.awaited.size() + this.leaving.size() + this.admitted.size();
		this.server.connections().awaitHeaders(waiting - this.counted);
		this.counted = waiting;
	}

	private void updateHold() {
		count();
		boolean full = this.counted >= MAX_WAITING;
		if (full != this.gate.holders().contains(this)) {
			if (full) {
				this.gate.hold(this);
			}
			else {
				this.gate.release(this);
			}
		}
	}

	/**
	 * Lets those go who were decided about. Not while the selector is telling of ready
	 * channels, since their keys have to be gone first.
	 */
	private void settle() {
		List<Awaited> all = List.copyOf(this.leaving);
		this.leaving.clear();
		flushCancelled();
		for (Awaited each : all) {
			each.leave();
		}
		takeAdmitted();
	}

	private void flushCancelled() {
		try {
			this.loop.flushCancelled();
		}
		catch (IOException ex) {
			logger.log(Level.WARNING, "The selector of " + this.server.describe() + " failed", ex);
		}
	}

	private void takeAdmitted() {
		boolean took = false;
		while (!this.admitted.isEmpty() && mayTake()) {
			this.server.take(this.admitted.remove());
			took = true;
		}
		updateHold();
		if (took) {
			this.server.runServiceActions();
		}
	}

	@Override
	public String toString() {
		return "limit of " + MAX_WAITING + " awaited PROXY headers";
	}

	/**
	 * A connection whose header has not come yet.
	 */
	private final class Awaited implements Selectable {

		private final StreamRequest request;

		private ByteBuffer buffer = ByteBuffer.allocate(FIRST_BUFFER);

		private @Nullable SelectionKey key;

		private @Nullable LoopTimer timer;

		private @Nullable CloseReason refusal;

		private boolean decided;

		Awaited(StreamRequest request) {
			this.request = request;
		}

		void begin() {
			try {
				this.request.channel().configureBlocking(false);
				read();
				if (!this.decided) {
					ProxyAdmission.this.loop.register(this.request.channel(), SelectionKey.OP_READ, this);
					this.timer = ProxyAdmission.this.loop.schedule(ProxyAdmission.this.protocol.headerTimeout(),
							this::timedOut);
				}
			}
			catch (IOException | RuntimeException ex) {
				lost(ex);
			}
		}

		@Override
		public void registered(SelectionKey key) {
			this.key = key;
		}

		@Override
		public void ready(SelectionKey key) throws IOException {
			read();
		}

		@Override
		public void failed(SelectionKey key, Throwable error) {
			lost(error);
		}

		@Override
		public void loopClosed() {
			this.request.closeQuietly();
		}

		/**
		 * Reads once more, and gives up.
		 */
		void readLast() {
			try {
				read();
			}
			catch (IOException ex) {
				lost(ex);
			}
			if (!this.decided) {
				decide(CloseReason.DRAINED);
			}
		}

		private void read() throws IOException {
			while (!this.decided) {
				int count = this.request.channel().read(this.buffer);
				if (count < 0) {
					this.request.receivedEnd();
					decide(CloseReason.PEER_CLOSED);
				}
				if (count <= 0) {
					return;
				}
				parse();
			}
		}

		private void parse() {
			ByteBuffer received = this.buffer.duplicate().flip();
			try {
				ProxyHeader header = ProxyHeader.parse(received, ProxyAdmission.this.protocol.maxHeaderLength());
				if (header != null) {
					apply(header, received);
					decide(null);
				}
				else if (!this.buffer.hasRemaining()) {
					// Bounded, since the parser refuses what is longer than a header may
					// be.
					this.buffer = ByteBuffer.allocate(2 * received.limit()).put(received);
				}
			}
			catch (ProxyHeaderException ex) {
				log(CloseReason.PROXY_HEADER_INVALID, String.valueOf(ex.getMessage()));
				decide(CloseReason.PROXY_HEADER_INVALID);
			}
		}

		private void apply(ProxyHeader header, ByteBuffer rest) {
			this.request.attribute(ProxyHeader.KEY, header);
			header.source().ifPresent(this.request::proxiedFor);
			if (rest.hasRemaining()) {
				this.request.wire(new PushbackWire(this.request.wire(), rest));
			}
		}

		private void timedOut() {
			if (!this.decided) {
				log(CloseReason.PROXY_HEADER_TIMEOUT, "No PROXY header came within "
						+ ProxyAdmission.this.protocol.headerTimeout().toMillis() + " ms");
				decide(CloseReason.PROXY_HEADER_TIMEOUT);
			}
		}

		private void lost(Throwable error) {
			LostPeers.log(logger,
					() -> "The connection " + this.request + " was lost before its PROXY header: " + error, error);
			if (!this.decided) {
				decide(CloseReason.PEER_RESET);
			}
		}

		private void log(CloseReason reason, String what) {
			ProxyAdmission.this.refusals.log(reason, () -> ProxyAdmission.this.server.describe() + " refuses "
					+ this.request + ", from which it requires the PROXY protocol. " + what);
		}

		private void decide(@Nullable CloseReason why) {
			this.decided = true;
			this.refusal = why;
			if (this.timer != null) {
				this.timer.cancel();
			}
			if (this.key != null) {
				this.key.cancel();
			}
			ProxyAdmission.this.awaited.remove(this);
			if (ProxyAdmission.this.leaving.isEmpty()) {
				ProxyAdmission.this.loop.execute(ProxyAdmission.this::settle);
			}
			ProxyAdmission.this.leaving.add(this);
		}

		void leave() {
			CloseReason reason = this.refusal;
			if (reason == null) {
				reason = block();
			}
			if (reason != null) {
				ProxyAdmission.this.server.turnAway(this.request, reason);
			}
			else {
				ProxyAdmission.this.admitted.add(this.request);
			}
		}

		private @Nullable CloseReason block() {
			try {
				this.request.channel().configureBlocking(true);
				return null;
			}
			catch (IOException ex) {
				return CloseReason.PEER_RESET;
			}
		}

	}

}
