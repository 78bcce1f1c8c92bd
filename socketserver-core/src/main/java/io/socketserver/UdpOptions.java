package io.socketserver;

import java.net.InetAddress;
import java.util.Optional;

import io.socketserver.request.Addresses;

/**
 * How a {@link UdpServer} receives and answers. Immutable: each {@code with} method
 * answers a copy.
 *
 * <pre>{@code
 * ServerOptions.DEFAULT.withUdp(UdpOptions.DEFAULT.withMaxPacketSize(1472).withReceivers(2))
 * }</pre>
 */
public final class UdpOptions implements Cloneable {

	/**
	 * The defaults, which each method documents.
	 */
	public static final UdpOptions DEFAULT = new UdpOptions();

	private static final int LONGEST_PACKET = 65535;

	private int maxPacketSize = 8192;

	private LongPackets longPackets = LongPackets.DROP;

	private int receivers = 1;

	private Optional<InetAddress> multicastGroup = Optional.empty();

	private Optional<String> multicastInterface = Optional.empty();

	private boolean broadcast;

	private double maxAmplification = 1;

	private boolean sessions;

	private UdpOptions() {
	}

	/**
	 * Python's {@code max_packet_size}: the longest datagram that is handled.
	 * @return 8192 bytes by default
	 */
	public int maxPacketSize() {
		return this.maxPacketSize;
	}

	/**
	 * What happens to a datagram that is longer than {@link #maxPacketSize()}. It is
	 * counted in any case.
	 * @return {@link LongPackets#DROP} by default
	 */
	public LongPackets longPackets() {
		return this.longPackets;
	}

	/**
	 * How many sockets share the port, each with a loop of its own. The kernel chooses by
	 * the sender's address and port, so that what one peer sends stays in order and one
	 * peer alone is served by one of them. Hooks that run in the loop thread then run in
	 * several.
	 * @return 1 by default
	 */
	public int receivers() {
		return this.receivers;
	}

	/**
	 * The multicast group the server is a member of while it is bound.
	 * @return none by default
	 */
	public Optional<InetAddress> multicastGroup() {
		return this.multicastGroup;
	}

	/**
	 * The name of the network interface the group is joined on.
	 * @return empty, the default, for every interface that is up and can do multicast
	 */
	public Optional<String> multicastInterface() {
		return this.multicastInterface;
	}

	/**
	 * SO_BROADCAST: whether handlers may send to a broadcast address. Receiving needs no
	 * option but a wildcard address.
	 * @return false by default
	 */
	public boolean broadcast() {
		return this.broadcast;
	}

	/**
	 * How many times as long as the datagram all replies to it may be. Senders of UDP can
	 * be forged: with 1 a server is of no use to who wants to flood somebody else through
	 * it. Of a session it bounds what is sent in all by what came in all, until the
	 * session has an {@link io.socketserver.request.Connection#identity(String)
	 * identity}.
	 * @return 1 by default; 0 for no bound
	 */
	public double maxAmplification() {
		return this.maxAmplification;
	}

	/**
	 * Whether what one peer sends forms a session, which is a
	 * {@link io.socketserver.request.Connection}: for a server that is made with a
	 * {@link io.socketserver.message.MessageService}. Each datagram is a message; the
	 * framing is not used.
	 * @return false by default
	 */
	public boolean sessions() {
		return this.sessions;
	}

	/**
	 * A copy with a {@link #maxPacketSize()}.
	 * @param value bytes, 1 to 65535
	 * @return the copy
	 */
	public UdpOptions withMaxPacketSize(int value) {
		check(value >= 1 && value <= LONGEST_PACKET, "maxPacketSize must be between 1 and 65535 bytes", value);
		UdpOptions copy = copy();
		copy.maxPacketSize = value;
		return copy;
	}

	/**
	 * A copy with {@link #longPackets()}.
	 * @param value what happens to them
	 * @return the copy
	 */
	public UdpOptions withLongPackets(LongPackets value) {
		UdpOptions copy = copy();
		copy.longPackets = value;
		return copy;
	}

	/**
	 * A copy with {@link #receivers()}.
	 * @param value how many, at least 1
	 * @return the copy
	 */
	public UdpOptions withReceivers(int value) {
		check(value >= 1, "receivers must be at least 1", value);
		UdpOptions copy = copy();
		copy.receivers = value;
		return copy;
	}

	/**
	 * A copy with a {@link #multicastGroup()}.
	 * @param value a multicast address, IPv4 or IPv6
	 * @return the copy
	 */
	public UdpOptions withMulticastGroup(InetAddress value) {
		check(value.isMulticastAddress(), "multicastGroup must be a multicast address (224.0.0.0/4 or ff00::/8)",
				Addresses.text(value));
		UdpOptions copy = copy();
		copy.multicastGroup = Optional.of(value);
		return copy;
	}

	/**
	 * A copy with a {@link #multicastInterface()}.
	 * @param value its name, for example {@code eth0}
	 * @return the copy
	 */
	public UdpOptions withMulticastInterface(String value) {
		UdpOptions copy = copy();
		copy.multicastInterface = Optional.of(value);
		return copy;
	}

	/**
	 * A copy with {@link #broadcast()}.
	 * @param value whether
	 * @return the copy
	 */
	public UdpOptions withBroadcast(boolean value) {
		UdpOptions copy = copy();
		copy.broadcast = value;
		return copy;
	}

	/**
	 * A copy with {@link #maxAmplification()}.
	 * @param value how many times, or 0 for no bound
	 * @return the copy
	 */
	public UdpOptions withMaxAmplification(double value) {
		check(value >= 0, "maxAmplification must not be negative", value);
		UdpOptions copy = copy();
		copy.maxAmplification = value;
		return copy;
	}

	/**
	 * A copy with {@link #sessions()}.
	 * @param value whether
	 * @return the copy
	 */
	public UdpOptions withSessions(boolean value) {
		UdpOptions copy = copy();
		copy.sessions = value;
		return copy;
	}

	private UdpOptions copy() {
		try {
			return (UdpOptions) clone();
		}
		catch (CloneNotSupportedException ex) {
			throw new AssertionError(ex);
		}
	}

	private static void check(boolean ok, String rule, Object value) {
		if (!ok) {
			throw new IllegalArgumentException(rule + ", and is " + value);
		}
	}

	/**
	 * What happens to datagrams that are too long.
	 */
	public enum LongPackets {

		/**
		 * They are dropped: a handler never sees half a datagram.
		 */
		DROP,

		/**
		 * They are handled without their end, as Python does; the request says that it is
		 * truncated.
		 */
		TRUNCATE

	}

}
