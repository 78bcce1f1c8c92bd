package io.socketserver.spring.autoconfigure;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

import io.socketserver.BaseServer;
import io.socketserver.UdpServer;
import io.socketserver.UnixStreamServer;
import io.socketserver.request.MixIn;
import io.socketserver.spring.diagnostics.PortConflictException;
import io.socketserver.spring.diagnostics.SharedMixInException;

/**
 * What servers must not have in common.
 */
final class ServerChecks {

	private ServerChecks() {
	}

	/**
	 * Fails if a mix-in is laid over two servers: it may keep something of its server.
	 */
	static void requireOwnMixIns(List<BaseServer> servers) {
		IdentityHashMap<MixIn, String> owners = new IdentityHashMap<>();
		for (BaseServer server : servers) {
			for (MixIn mixIn : server.mixIns()) {
				String other = owners.put(mixIn, server.name());
				if (other != null && !other.equals(server.name())) {
					throw new SharedMixInException(mixIn.getClass().getName(), other, server.name());
				}
			}
		}
	}

	/**
	 * Fails if two servers cannot listen at the same time.
	 */
	static void requireOwnPorts(List<BaseServer> servers) {
		List<BaseServer> inet = servers.stream()
			.filter((server) -> server.serverAddress() instanceof InetSocketAddress address && address.getPort() != 0
					&& !address.isUnresolved())
			.toList();
		for (int i = 0; i < inet.size(); i++) {
			for (int j = i + 1; j < inet.size(); j++) {
				if (inEachOthersWay(inet.get(i), inet.get(j))) {
					throw new PortConflictException(inet.get(i).name(), inet.get(j).name(),
							address(inet.get(i)).getPort());
				}
			}
		}
	}

	/**
	 * Fails if two servers are to listen on one Unix socket.
	 */
	static void requireOwnPaths(List<BaseServer> servers) {
		Map<Path, String> owners = new HashMap<>();
		for (BaseServer server : servers) {
			if (server instanceof UnixStreamServer unix) {
				Path path = unix.path().toAbsolutePath().normalize();
				String other = owners.put(path, server.name());
				if (other != null) {
					throw new PortConflictException(other, server.name(), path);
				}
			}
		}
	}

	private static boolean inEachOthersWay(BaseServer first, BaseServer second) {
		// TCP and UDP have ports of their own.
		boolean sameKind = (first instanceof UdpServer) == (second instanceof UdpServer);
		boolean samePort = address(first).getPort() == address(second).getPort();
		return sameKind && samePort && !share(first, second) && overlap(address(first), address(second));
	}

	private static boolean share(BaseServer first, BaseServer second) {
		boolean members = isMember(first) && isMember(second);
		return members || (first.options().reusePort() && second.options().reusePort());
	}

	private static boolean isMember(BaseServer server) {
		return server instanceof UdpServer && server.options().reuseAddress()
				&& server.options().udp().multicastGroup().isPresent();
	}

	private static boolean overlap(InetSocketAddress first, InetSocketAddress second) {
		return first.getAddress().isAnyLocalAddress() || second.getAddress().isAnyLocalAddress()
				|| first.getAddress().equals(second.getAddress());
	}

	private static InetSocketAddress address(BaseServer server) {
		return (InetSocketAddress) server.serverAddress();
	}

}
