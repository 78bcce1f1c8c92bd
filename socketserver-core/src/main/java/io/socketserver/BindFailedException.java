package io.socketserver;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.UnresolvedAddressException;
import java.util.Locale;

import io.socketserver.request.Addresses;

/**
 * A server cannot listen where it was told to. Nothing of it is left open.
 */
public class BindFailedException extends SocketServerException {

	private final String serverName;

	private final transient SocketAddress address;

	private final Reason reason;

	/**
	 * The exception.
	 * @param serverName the server's name
	 * @param address the configured address
	 * @param cause what binding failed with
	 */
	public BindFailedException(String serverName, SocketAddress address, Exception cause) {
		super("The server '" + serverName + "' cannot listen on " + text(address) + ": " + Reason.of(cause).text(cause),
				cause);
		this.serverName = serverName;
		this.address = address;
		this.reason = Reason.of(cause);
	}

	private static String text(SocketAddress address) {
		// The name as it was configured, but never IPv6 without its brackets.
		return (address instanceof InetSocketAddress inet && inet.getHostString().indexOf(':') < 0)
				? inet.getHostString() + ":" + inet.getPort() : Addresses.text(address);
	}

	/**
	 * The server that cannot listen.
	 * @return its name
	 */
	public String serverName() {
		return this.serverName;
	}

	/**
	 * Where it was told to listen.
	 * @return the configured address
	 */
	public SocketAddress address() {
		return this.address;
	}

	/**
	 * What is wrong.
	 * @return the reason
	 */
	public Reason reason() {
		return this.reason;
	}

	/**
	 * What can be wrong with an address.
	 */
	public enum Reason {

		/**
		 * Somebody listens there already.
		 */
		IN_USE("the port is already in use: stop what listens there, or choose another port (0 takes any free one)"),

		/**
		 * No interface of this machine has the address.
		 */
		NOT_AVAILABLE("no network interface of this machine has that address: use one it has, or 0.0.0.0 for all"),

		/**
		 * The process may not listen there.
		 */
		PERMISSION_DENIED("the process has no permission to: ports below 1024 need a privilege, so choose a higher one"
				+ " or grant CAP_NET_BIND_SERVICE"),

		/**
		 * The host name has no address.
		 */
		UNRESOLVED("the host name cannot be resolved"),

		/**
		 * The path of a Unix socket is longer than the system allows.
		 */
		PATH_TOO_LONG("the path is too long"),

		/**
		 * The directory that a Unix socket would be in does not exist.
		 */
		NO_DIRECTORY("the directory does not exist"),

		/**
		 * There is a file at the path of a Unix socket that is no socket.
		 */
		NOT_A_SOCKET("there is something else at that path"),

		/**
		 * There is no network interface to join the multicast group on.
		 */
		NO_INTERFACE("the multicast group can be joined on no network interface"),

		/**
		 * Something else; see the cause.
		 */
		OTHER("");

		private final String advice;

		Reason(String advice) {
			this.advice = advice;
		}

		String text(Exception cause) {
			if (cause instanceof BindProblem problem) {
				return String.valueOf(problem.getMessage());
			}
			return this.advice.isEmpty() ? String.valueOf(cause.getMessage()) : this.advice;
		}

		// The JDK has one BindException for all of these, and only its text differs.
		static Reason of(Exception cause) {
			if (cause instanceof BindProblem problem) {
				return problem.reason();
			}
			String message = String.valueOf(cause.getMessage()).toLowerCase(Locale.ROOT);
			if (message.contains("in use")) {
				return IN_USE;
			}
			if (message.contains("assign requested address")) {
				return NOT_AVAILABLE;
			}
			if (message.contains("permission denied")) {
				return PERMISSION_DENIED;
			}
			return (cause instanceof UnresolvedAddressException) ? UNRESOLVED : OTHER;
		}

	}

}
