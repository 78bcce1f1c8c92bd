package io.socketserver.spring.diagnostics;

import java.net.InetSocketAddress;
import java.net.SocketAddress;

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
			case UNRESOLVED -> "Correct the host name in " + address + ".";
			case OTHER -> "Check " + address + " and " + port + ".";
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
