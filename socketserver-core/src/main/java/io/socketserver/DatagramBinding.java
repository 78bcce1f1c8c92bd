package io.socketserver;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.ProtocolFamily;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.channels.DatagramChannel;
import java.util.ArrayList;
import java.util.List;

import io.socketserver.BindFailedException.Reason;
import io.socketserver.request.Addresses;

/**
 * Opens the sockets of a UDP server: one, or several that share the port.
 */
final class DatagramBinding {

	private static final Logger logger = System.getLogger(BaseServer.class.getName());

	private final ServerOptions options;

	private final UdpOptions udp;

	DatagramBinding(ServerOptions options) {
		this.options = options;
		this.udp = options.udp();
	}

	/**
	 * Opens and binds.
	 * @param address where to
	 * @return as many sockets as there are receivers
	 * @throws IOException if it cannot; nothing is left open
	 */
	List<DatagramChannel> open(InetSocketAddress address) throws IOException {
		List<DatagramChannel> channels = new ArrayList<>();
		InetSocketAddress where = address;
		try {
			for (int i = 0; i < this.udp.receivers(); i++) {
				DatagramChannel channel = open();
				channels.add(channel);
				bind(channel, where, i == 0);
				where = (InetSocketAddress) channel.getLocalAddress();
				join(channel);
			}
			return channels;
		}
		catch (IOException | RuntimeException ex) {
			close(channels);
			throw ex;
		}
	}

	static void close(List<DatagramChannel> channels) {
		for (DatagramChannel channel : channels) {
			try {
				channel.close();
			}
			catch (IOException ex) {
				logger.log(Level.DEBUG, "Cannot close a socket that was just opened", ex);
			}
		}
	}

	/**
	 * Dual stack, as far as the group allows.
	 */
	private DatagramChannel open() throws IOException {
		if (this.udp.multicastGroup().isEmpty()) {
			return DatagramChannel.open();
		}
		ProtocolFamily family = (this.udp.multicastGroup().get() instanceof Inet4Address) ? StandardProtocolFamily.INET
				: StandardProtocolFamily.INET6;
		return DatagramChannel.open(family);
	}

	private void bind(DatagramChannel channel, InetSocketAddress where, boolean first) throws IOException {
		channel.configureBlocking(false);
		boolean multicast = this.udp.multicastGroup().isPresent();
		// On Linux this lets any other socket take the port over, which for a group is
		// the point: every member gets what is sent to it.
		channel.setOption(StandardSocketOptions.SO_REUSEADDR, multicast && this.options.reuseAddress());
		if (this.options.receiveBufferSize() > 0) {
			channel.setOption(StandardSocketOptions.SO_RCVBUF, this.options.receiveBufferSize());
		}
		if (this.options.sendBufferSize() > 0) {
			channel.setOption(StandardSocketOptions.SO_SNDBUF, this.options.sendBufferSize());
		}
		channel.setOption(StandardSocketOptions.SO_BROADCAST, this.udp.broadcast());
		boolean shared = this.udp.receivers() > 1;
		if (this.options.reusePort() || !first) {
			channel.setOption(StandardSocketOptions.SO_REUSEPORT, true);
		}
		channel.bind(where);
		if (shared && first) {
			// Only now: so the first one fails if somebody else has the port.
			channel.setOption(StandardSocketOptions.SO_REUSEPORT, true);
		}
	}

	private void join(DatagramChannel channel) throws IOException {
		if (this.udp.multicastGroup().isEmpty()) {
			return;
		}
		InetAddress group = this.udp.multicastGroup().get();
		if (this.udp.multicastInterface().isPresent()) {
			join(channel, group, networkInterface(this.udp.multicastInterface().get()));
			return;
		}
		joinEverywhere(channel, group);
	}

	private static void join(DatagramChannel channel, InetAddress group, NetworkInterface on) throws IOException {
		try {
			channel.join(group, on);
		}
		catch (IOException | IllegalArgumentException ex) {
			throw new BindProblem(
					Reason.NO_INTERFACE, "The multicast group " + Addresses.text(group)
							+ " cannot be joined on the network interface '" + on.getName() + "': " + ex.getMessage(),
					ex);
		}
	}

	private static NetworkInterface networkInterface(String name) throws IOException {
		NetworkInterface found = NetworkInterface.getByName(name);
		if (found == null) {
			throw new BindProblem(Reason.NO_INTERFACE,
					"There is no network interface '" + name + "' to join the multicast group on; there" + " are "
							+ NetworkInterface.networkInterfaces().map(NetworkInterface::getName).toList());
		}
		return found;
	}

	private static void joinEverywhere(DatagramChannel channel, InetAddress group) throws IOException {
		int joined = 0;
		for (NetworkInterface each : NetworkInterface.networkInterfaces().toList()) {
			if (each.isUp() && each.supportsMulticast() && tryJoin(channel, group, each)) {
				joined++;
			}
		}
		if (joined == 0) {
			throw new BindProblem(Reason.NO_INTERFACE, "The multicast group " + Addresses.text(group)
					+ " can be joined on no network interface: none is up and can do multicast for its family");
		}
	}

	private static boolean tryJoin(DatagramChannel channel, InetAddress group, NetworkInterface on) {
		try {
			channel.join(group, on);
			return true;
		}
		catch (IOException | IllegalArgumentException ex) {
			logger.log(Level.DEBUG, () -> "Cannot join " + group + " on " + on.getName(), ex);
			return false;
		}
	}

}
