package io.socketserver.request;

import java.net.SocketAddress;
import java.util.Objects;
import java.util.Optional;

import jdk.net.UnixDomainPrincipal;
import org.jspecify.annotations.Nullable;

/**
 * Who has connected to a Unix socket: the user and the group its process ran as then, as
 * the kernel says. The client's socket itself has no name worth knowing. Immutable.
 */
public final class UnixPeerAddress extends SocketAddress {

	/**
	 * A peer of whom the system says nothing.
	 */
	public static final UnixPeerAddress UNKNOWN = new UnixPeerAddress(null, null);

	private static final long serialVersionUID = 1L;

	private final @Nullable String user;

	private final @Nullable String group;

	private UnixPeerAddress(@Nullable String user, @Nullable String group) {
		this.user = user;
		this.group = group;
	}

	/**
	 * A peer whose credentials are known.
	 * @param principal its user and group
	 * @return its address
	 */
	public static UnixPeerAddress of(UnixDomainPrincipal principal) {
		return new UnixPeerAddress(principal.user().getName(), principal.group().getName());
	}

	/**
	 * The user.
	 * @return its name, or its number if it has none; empty if the system does not say
	 */
	public Optional<String> user() {
		return Optional.ofNullable(this.user);
	}

	/**
	 * The group.
	 * @return its name, or its number if it has none; empty if the system does not say
	 */
	public Optional<String> group() {
		return Optional.ofNullable(this.group);
	}

	@Override
	public boolean equals(@Nullable Object other) {
		return other instanceof UnixPeerAddress peer && Objects.equals(this.user, peer.user)
				&& Objects.equals(this.group, peer.group);
	}

	@Override
	public int hashCode() {
		return Objects.hash(this.user, this.group);
	}

	/**
	 * For example {@code unix:ann}.
	 */
	@Override
	public String toString() {
		return (this.user != null) ? "unix:" + this.user : "unix";
	}

}
