package io.socketserver;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.PortUnreachableException;
import java.net.SocketAddress;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

import org.jspecify.annotations.Nullable;

import io.socketserver.UdpOptions.LongPackets;
import io.socketserver.internal.LogLimit;
import io.socketserver.proxy.ProxyHeader;
import io.socketserver.request.Addresses;
import io.socketserver.request.DatagramDrop;
import io.socketserver.request.DatagramOptions;
import io.socketserver.request.DatagramOutput;
import io.socketserver.request.DatagramRequest;
import io.socketserver.request.DatagramTooLongException;
import io.socketserver.request.Request;
import io.socketserver.request.ServerStatistics;

/**
 * A socket of a UDP server: makes requests of what comes, and sends replies.
 * {@link #receive} runs in the thread of its loop, {@link #send} in any.
 */
final class PacketChannel implements DatagramOutput {

	private static final Logger logger = System.getLogger(BaseServer.class.getName());

	// Others in the loop get their turn although all that comes is dropped.
	private static final int MAX_DROPPED = 64;

	// A network card that is this far behind drops what it is given.
	private static final long LONGEST_WAIT_NANOS = Duration.ofMillis(500).toNanos();

	private static final long WAIT_STEP_NANOS = Duration.ofMillis(1).toNanos();

	private final BaseServer server;

	private final DatagramChannel channel;

	private final Sender sender;

	private final UdpOptions udp;

	private final DatagramOptions options;

	private final ServerStatistics statistics;

	private final PacketProxying proxying;

	// One byte more than fits: the only way to see that a datagram was longer.
	private final ByteBuffer buffer;

	private final LogLimit longLines = new LogLimit(1, Duration.ofSeconds(10));

	private final LogLimit withheldLines = new LogLimit(1, Duration.ofSeconds(10));

	private final LogLimit fullLines = new LogLimit(1, Duration.ofSeconds(10));

	PacketChannel(BaseServer server, DatagramChannel channel) {
		this(server, channel, channel::send);
	}

	/**
	 * For tests: a kernel that refuses.
	 */
	PacketChannel(BaseServer server, DatagramChannel channel, Sender sender) {
		this.server = server;
		this.channel = channel;
		this.sender = sender;
		this.udp = server.options().udp();
		this.options = new DatagramOptions(server.options().stream().charset(), this.udp.maxAmplification());
		this.statistics = server.statistics();
		this.proxying = new PacketProxying(server);
		this.buffer = ByteBuffer.allocateDirect(this.proxying.maxHeaderLength() + this.udp.maxPacketSize() + 1);
	}

	DatagramChannel channel() {
		return this.channel;
	}

	/**
	 * Takes a datagram from the kernel.
	 * @return a request, or null if none is waiting
	 */
	@Nullable Request receive() throws IOException {
		for (int i = 0; i < MAX_DROPPED; i++) {
			this.buffer.clear();
			SocketAddress from = tryReceive();
			if (from == null) {
				return null;
			}
			DatagramRequest request = request(from);
			if (request != null) {
				return request;
			}
		}
		// The selector says at once whether there is more.
		return null;
	}

	private @Nullable SocketAddress tryReceive() throws IOException {
		try {
			return this.channel.receive(this.buffer);
		}
		catch (PortUnreachableException ignored) {
			// A client we answered is gone (ICMP): its loss, not the next one's.
			return this.channel.receive(this.buffer.clear());
		}
	}

	/**
	 * Makes a request of what was received.
	 * @return null if it is dropped
	 */
	private @Nullable DatagramRequest request(SocketAddress from) {
		this.buffer.flip();
		try {
			Optional<ProxyHeader> header = this.proxying.header(from, this.buffer);
			boolean tooLong = this.buffer.remaining() > this.udp.maxPacketSize();
			if (tooLong && !keepsTooLong(from)) {
				return null;
			}
			DatagramRequest request = request(from, tooLong);
			header.ifPresent((found) -> {
				request.attribute(ProxyHeader.KEY, found);
				found.source().ifPresent(request::proxiedFor);
			});
			return request;
		}
		catch (PacketProxying.Refused ex) {
			this.statistics.countDatagramIn(this.buffer.limit());
			return null;
		}
	}

	private boolean keepsTooLong(SocketAddress from) {
		boolean keeps = this.udp.longPackets() == LongPackets.TRUNCATE;
		if (keeps) {
			this.statistics.countTruncated();
		}
		else {
			this.statistics.countDatagramIn(this.buffer.remaining());
			this.statistics.countDropped(DatagramDrop.TOO_LONG);
		}
		if (this.longLines.tryLine()) {
			logger.log(Level.WARNING,
					"{0} got a datagram of more than {1} bytes from {2}, which is {3}: raise"
							+ " maxPacketSize if it was meant for it{4}",
					this.server.describe(), String.valueOf(this.udp.maxPacketSize()), Addresses.text(from),
					keeps ? "handled without its end" : "dropped", this.longLines.suffix());
		}
		return keeps;
	}

	private DatagramRequest request(SocketAddress from, boolean tooLong) {
		byte[] packet = new byte[tooLong ? this.udp.maxPacketSize() : this.buffer.remaining()];
		this.buffer.get(packet);
		return new DatagramRequest(this.server, from, packet, tooLong, this, this.options);
	}

	@Override
	public boolean send(ByteBuffer packet, SocketAddress to) throws IOException {
		return send(packet, to, LONGEST_WAIT_NANOS);
	}

	@Override
	public boolean offer(ByteBuffer packet, SocketAddress to) throws IOException {
		return send(packet, to, 0);
	}

	private boolean send(ByteBuffer packet, SocketAddress to, long longestWait) throws IOException {
		int length = packet.remaining();
		try {
			// A kernel that took nothing has not moved the position; of an empty datagram
			// nobody can tell, and it needs no room.
			if (trySend(packet, to) || length == 0 || sendLater(packet, to, longestWait)) {
				this.statistics.countDatagramOut(length);
				return true;
			}
		}
		catch (IOException ex) {
			this.statistics.countDropped(DatagramDrop.SEND_FAILED);
			throw isTooLong(ex) ? new DatagramTooLongException(length, to, ex) : ex;
		}
		this.statistics.countDropped(DatagramDrop.SEND_BUFFER_FULL);
		if (this.fullLines.tryLine()) {
			logger.log(Level.WARNING, "{0} drops datagrams to send: the kernel''s send buffer is full{1}",
					this.server.describe(), this.fullLines.suffix());
		}
		return false;
	}

	@Override
	public void withheld(long length, long received, SocketAddress to) {
		this.statistics.countDropped(DatagramDrop.AMPLIFICATION);
		if (this.withheldLines.tryLine()) {
			logger.log(Level.WARNING,
					"{0} does not send {1} bytes to {2}, from where {3} bytes came: all replies would be longer than"
							+ " maxAmplification allows ({4} times). Senders can be forged; raise it (socketserver.udp"
							+ ".max-amplification, 0 for no bound) if yours are trusted, or give a session an identity{5}",
					this.server.describe(), length, Addresses.text(to), received, this.udp.maxAmplification(),
					this.withheldLines.suffix());
		}
	}

	private boolean trySend(ByteBuffer packet, SocketAddress to) throws IOException {
		return this.sender.send(packet, to) > 0;
	}

	private boolean sendLater(ByteBuffer packet, SocketAddress to, long longestWait) throws IOException {
		long begin = System.nanoTime();
		while (System.nanoTime() - begin < longestWait && !Thread.currentThread().isInterrupted()) {
			LockSupport.parkNanos(this, WAIT_STEP_NANOS);
			if (trySend(packet, to)) {
				return true;
			}
		}
		return false;
	}

	private static boolean isTooLong(IOException error) {
		String message = error.getMessage();
		return error instanceof SocketException && message != null
				&& message.toLowerCase(Locale.ROOT).contains("too long");
	}

	void close() {
		try {
			this.channel.close();
		}
		catch (IOException ex) {
			logger.log(Level.WARNING, "Cannot close a socket of " + this.server.describe(), ex);
		}
	}

	/**
	 * What a kernel does with a datagram.
	 */
	@FunctionalInterface
	interface Sender {

		int send(ByteBuffer packet, SocketAddress to) throws IOException;

	}

}
