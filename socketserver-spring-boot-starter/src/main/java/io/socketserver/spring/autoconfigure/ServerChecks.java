package io.socketserver.spring.autoconfigure;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

import io.socketserver.BaseServer;
import io.socketserver.TcpServer;
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
		List<TcpServer> tcp = servers.stream()
			.filter(TcpServer.class::isInstance)
			.map(TcpServer.class::cast)
			.filter((server) -> server.port() != 0 && !address(server).isUnresolved())
			.toList();
		for (int i = 0; i < tcp.size(); i++) {
			for (int j = i + 1; j < tcp.size(); j++) {
				if (inEachOthersWay(tcp.get(i), tcp.get(j))) {
					throw new PortConflictException(tcp.get(i).name(), tcp.get(j).name(), tcp.get(i).port());
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

	private static boolean inEachOthersWay(TcpServer first, TcpServer second) {
		boolean shared = first.options().reusePort() && second.options().reusePort();
		return first.port() == second.port() && !shared && overlap(address(first), address(second));
	}

	private static boolean overlap(InetSocketAddress first, InetSocketAddress second) {
		return first.getAddress().isAnyLocalAddress() || second.getAddress().isAnyLocalAddress()
				|| first.getAddress().equals(second.getAddress());
	}

	private static InetSocketAddress address(TcpServer server) {
		return (InetSocketAddress) server.serverAddress();
	}

}
