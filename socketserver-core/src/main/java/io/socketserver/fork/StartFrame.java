package io.socketserver.fork;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.nio.file.attribute.GroupPrincipal;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

import jdk.net.UnixDomainPrincipal;

import io.socketserver.request.DatagramRequest;
import io.socketserver.request.RequestOrigin;
import io.socketserver.request.StreamOptions;
import io.socketserver.request.StreamRequest;
import io.socketserver.request.UnixPeerAddress;
import io.socketserver.tls.TlsSession;

/**
 * What a worker is told of a request: everything a handler may ask of it.
 *
 * @param serverName the server's name
 * @param serverAddress where it listens
 * @param number the request's number
 * @param clientAddress who sent it
 * @param proxyAddress the proxy that has passed it on, if one has
 * @param localAddress where it arrived
 * @param acceptedAt when
 * @param options how the handler reads and writes
 * @param draining whether the server is draining
 * @param datagram whether it is a datagram, which a {@link PacketFrame} follows with
 * @param tls the client's TLS session, which ends in the parent; empty in clear
 */
record StartFrame(String serverName, SocketAddress serverAddress, long number, SocketAddress clientAddress,
		Optional<SocketAddress> proxyAddress, SocketAddress localAddress, Instant acceptedAt, StreamOptions options,
		boolean draining, boolean datagram, Optional<TlsSession> tls) {

	private static final int UNIX = 0;

	private static final int UNIX_PEER = 1;

	static StartFrame of(StreamRequest request) {
		return new StartFrame(request.server().name(), request.server().serverAddress(), request.number(),
				request.clientAddress(), request.proxyAddress(), request.localAddress(), request.acceptedAt(),
				request.options(), request.server().isDraining(), false, request.tls());
	}

	static StartFrame of(DatagramRequest request) {
		StreamOptions defaults = StreamOptions.DEFAULT;
		StreamOptions options = new StreamOptions(request.options().charset(), defaults.maxLineLength(),
				defaults.bufferSize(), defaults.readTimeout());
		return new StartFrame(request.server().name(), request.server().serverAddress(), request.number(),
				request.clientAddress(), request.proxyAddress(), request.localAddress(), request.acceptedAt(), options,
				request.server().isDraining(), true, Optional.empty());
	}

	/**
	 * The same for the request's constructor.
	 */
	RequestOrigin origin() {
		return new RequestOrigin(this.number, this.clientAddress, this.proxyAddress, this.localAddress,
				this.acceptedAt);
	}

	byte[] encode() {
		ByteArrayOutputStream bytes = new ByteArrayOutputStream();
		try (DataOutputStream out = new DataOutputStream(bytes)) {
			out.writeUTF(this.serverName);
			write(out, this.serverAddress);
			out.writeLong(this.number);
			write(out, this.clientAddress);
			out.writeBoolean(this.proxyAddress.isPresent());
			if (this.proxyAddress.isPresent()) {
				write(out, this.proxyAddress.get());
			}
			write(out, this.localAddress);
			out.writeLong(this.acceptedAt.toEpochMilli());
			out.writeUTF(this.options.charset().name());
			out.writeInt(this.options.maxLineLength());
			out.writeInt(this.options.bufferSize());
			out.writeLong(this.options.readTimeout().toNanos());
			out.writeBoolean(this.draining);
			out.writeBoolean(this.datagram);
			TlsSummary.write(out, this.tls);
		}
		catch (IOException ex) {
			throw new UncheckedIOException("A request that cannot be described to a worker", ex);
		}
		return bytes.toByteArray();
	}

	static StartFrame decode(ByteBuffer payload) throws IOException {
		byte[] bytes = new byte[payload.remaining()];
		payload.get(bytes);
		try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
			String serverName = in.readUTF();
			SocketAddress serverAddress = address(in);
			long number = in.readLong();
			SocketAddress client = address(in);
			Optional<SocketAddress> proxy = in.readBoolean() ? Optional.of(address(in)) : Optional.empty();
			SocketAddress local = address(in);
			Instant acceptedAt = Instant.ofEpochMilli(in.readLong());
			StreamOptions options = new StreamOptions(Charset.forName(in.readUTF()), in.readInt(), in.readInt(),
					Duration.ofNanos(in.readLong()));
			return new StartFrame(serverName, serverAddress, number, client, proxy, local, acceptedAt, options,
					in.readBoolean(), in.readBoolean(), TlsSummary.read(in));
		}
	}

	static void write(DataOutputStream out, SocketAddress address) throws IOException {
		if (address instanceof InetSocketAddress inet) {
			byte[] bytes = (inet.getAddress() != null) ? inet.getAddress().getAddress() : new byte[4];
			out.writeByte(bytes.length);
			out.write(bytes);
			out.writeInt(inet.getPort());
		}
		else if (address instanceof UnixPeerAddress peer) {
			out.writeByte(UNIX_PEER);
			out.writeUTF(peer.user().orElse(""));
			out.writeUTF(peer.group().orElse(""));
		}
		else {
			String path = (address instanceof UnixDomainSocketAddress unix) ? unix.getPath().toString()
					: address.toString();
			out.writeByte(UNIX);
			out.writeUTF(path);
		}
	}

	static SocketAddress address(DataInputStream in) throws IOException {
		int length = in.readByte();
		if (length == UNIX) {
			return UnixDomainSocketAddress.of(in.readUTF());
		}
		if (length == UNIX_PEER) {
			return peer(in.readUTF(), in.readUTF());
		}
		byte[] bytes = in.readNBytes(length);
		return new InetSocketAddress(InetAddress.getByAddress(bytes), in.readInt());
	}

	private static UnixPeerAddress peer(String user, String group) {
		return user.isEmpty() ? UnixPeerAddress.UNKNOWN
				: UnixPeerAddress.of(new UnixDomainPrincipal(new Named(user), new Named(group)));
	}

	/**
	 * A user or a group of which no more is known here.
	 *
	 * @param getName its name
	 */
	private record Named(String getName) implements GroupPrincipal {

	}

}
