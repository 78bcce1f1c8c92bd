package io.socketserver.spring.diagnostics;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;

import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.env.Environment;

import io.socketserver.BindFailedException;

/**
 * Says why a server cannot listen, and which property to change.
 */
final class BindFailureAnalyzer extends AbstractFailureAnalyzer<BindFailedException> {

	private final Environment environment;

	BindFailureAnalyzer(Environment environment) {
		this.environment = environment;
	}

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, BindFailedException cause) {
		return new FailureAnalysis(cause.getMessage() + ".", action(cause), cause);
	}

	private String action(BindFailedException cause) {
		return (cause.address() instanceof UnixDomainSocketAddress unix) ? unixAction(cause, unix.getPath())
				: inetAction(cause);
	}

	private String unixAction(BindFailedException cause, Path path) {
		String property = property(cause.serverName(), "unix-path");
		Path directory = path.toAbsolutePath().getParent();
		return switch (cause.reason()) {
			case IN_USE -> "Stop the process that listens on " + path + ", or set " + property + " to another path.";
			case PATH_TOO_LONG -> "Set " + property + " to a shorter path, or to one relative to the working directory "
					+ Path.of("").toAbsolutePath() + ".";
			case NO_DIRECTORY -> "Create the directory " + directory + ", or set " + property + " to a path elsewhere.";
			case NOT_A_SOCKET -> "Move " + path + " away, or set " + property + " to another path.";
			case PERMISSION_DENIED -> "Let the user of this process create files in " + directory + ", or set "
					+ property + " to a path elsewhere.";
			default -> "Check " + property + ".";
		};
	}

	private String inetAction(BindFailedException cause) {
		String server = cause.serverName();
		String port = property(server, "port");
		String address = property(server, "address");
		return switch (cause.reason()) {
			case IN_USE -> "Stop the process that listens on port " + port(cause.address()) + ", or set " + port
					+ " to another port (0 takes any free one).";
			case NOT_AVAILABLE -> "Set " + address
					+ " to an address that an interface of this machine has, or remove it to listen on all.";
			case PERMISSION_DENIED -> "Set " + port + " to a port above 1023, or grant the process the privilege to"
					+ " listen on low ports (Linux: CAP_NET_BIND_SERVICE).";
			case NO_INTERFACE -> "Set " + property(server, "udp.multicast-interface")
					+ " to the name of an interface that is up and can do multicast, or remove it to join the group on"
					+ " all that can.";
			case UNRESOLVED -> "Correct the host name in " + address + ".";
			default -> "Check " + address + " and " + port + ".";
		};
	}

	private static String port(SocketAddress address) {
		return (address instanceof InetSocketAddress inet) ? String.valueOf(inet.getPort()) : address.toString();
	}

	private String property(String server, String key) {
		Binder binder = Binder.get(this.environment);
		boolean named = binder.bind("socketserver.servers", Bindable.mapOf(String.class, Object.class))
			.map((servers) -> servers.containsKey(server))
			.orElse(false);
		if (named) {
			return "socketserver.servers." + server + "." + key;
		}
		boolean flat = server.equals(this.environment.getProperty("socketserver.name", "default"));
		return flat ? "socketserver." + key : "the " + key + " of the server bean '" + server + "'";
	}

}
