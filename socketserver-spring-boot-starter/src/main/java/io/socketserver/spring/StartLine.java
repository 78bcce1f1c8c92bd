package io.socketserver.spring;

import java.util.ArrayList;
import java.util.List;

import io.socketserver.BaseServer;
import io.socketserver.ServerOptions;
import io.socketserver.UdpServer;
import io.socketserver.mixin.ForkingMixIn;
import io.socketserver.mixin.MultiplexingMixIn;
import io.socketserver.mixin.PoolingMixIn;
import io.socketserver.mixin.ThreadingMixIn;
import io.socketserver.request.Addresses;
import io.socketserver.request.MixIn;
import io.socketserver.tls.TlsOptions;

/**
 * Where and how a server serves, as the log says it.
 */
final class StartLine {

	private StartLine() {
	}

	static String of(BaseServer server) {
		List<String> how = new ArrayList<>(List.of(server.transport(), strategy(server)));
		if (server instanceof UdpServer) {
			addUdp(how, server.options());
		}
		else {
			server.options().tls().ifPresent((tls) -> how.add(tls(tls)));
		}
		if (server.options().proxyProtocol().isPresent()) {
			how.add("PROXY protocol");
		}
		return Addresses.text(server.serverAddress()) + " (" + String.join(", ", how) + ")";
	}

	private static void addUdp(List<String> how, ServerOptions options) {
		if (options.udp().sessions()) {
			how.add("sessions");
		}
		options.udp().multicastGroup().ifPresent((group) -> how.add("multicast group " + Addresses.text(group)));
	}

	private static String tls(TlsOptions options) {
		String clients = switch (options.clientAuth()) {
			case NONE -> "";
			case WANT -> " with certificates of clients if they have one";
			case NEED -> " with certificates of clients";
		};
		return (options.isOnDemand() ? "TLS on demand" : "TLS") + clients;
	}

	private static String strategy(BaseServer server) {
		for (MixIn mixIn : server.mixIns()) {
			if (mixIn instanceof ThreadingMixIn threading) {
				return threading.isVirtual() ? "virtual threads" : "platform threads";
			}
			if (mixIn instanceof ForkingMixIn fork) {
				return "up to " + fork.options().maxChildren() + " worker processes";
			}
			if (mixIn instanceof PoolingMixIn pool) {
				return "pool of " + pool.maxThreads() + " threads";
			}
			if (mixIn instanceof MultiplexingMixIn multiplexing) {
				return "multiplexed, loops: " + multiplexing.loops() + ", handlers " + multiplexing.execution();
			}
		}
		return "synchronous";
	}

}
