package io.socketserver.mixin;

import java.lang.System.Logger;
import java.net.SocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

import io.socketserver.internal.Refusals;
import io.socketserver.request.Cidr;
import io.socketserver.request.MixIn;
import io.socketserver.request.Request;
import io.socketserver.request.RequestCycle;

/**
 * Refuses requests by the address of their peer. Who is denied is refused, whatever else
 * is allowed; if anybody is allowed by name, everybody else is refused. The order within
 * the lists has no meaning.
 *
 * <pre>{@code
 * // Our network, except for one machine.
 * new AddressRulesMixIn(List.of(Cidr.parse("10.0.0.0/8")), List.of(Cidr.parse("10.0.0.66")))
 * }</pre>
 *
 * <p>
 * Behind a proxy, the address is the real client's (see
 * {@link io.socketserver.request.Request#clientAddress()}). A peer without an IP address
 * is in none of the blocks. Refused connections are counted, and logged: once when it
 * begins, and once a minute while it goes on, for those denied and those not allowed
 * apart.
 */
public final class AddressRulesMixIn implements MixIn {

	private static final Logger logger = System.getLogger(AddressRulesMixIn.class.getName());

	// So many blocks fit into a line.
	private static final int MAX_NAMED = 5;

	private final List<Cidr> allow;

	private final List<Cidr> deny;

	private final Refusals refusals = new Refusals(logger);

	/**
	 * The rules.
	 * @param allow who is let in; empty for everybody
	 * @param deny who is not, even if allowed
	 */
	public AddressRulesMixIn(List<Cidr> allow, List<Cidr> deny) {
		this.allow = List.copyOf(allow);
		this.deny = List.copyOf(deny);
	}

	/**
	 * Whether a peer is let in. May be called from any thread.
	 * @param peer its address
	 * @return false if its requests are refused
	 */
	public boolean allows(SocketAddress peer) {
		return !contains(this.deny, peer) && (this.allow.isEmpty() || contains(this.allow, peer));
	}

	private static boolean contains(List<Cidr> blocks, SocketAddress peer) {
		return find(blocks, peer).isPresent();
	}

	private static Optional<Cidr> find(List<Cidr> blocks, SocketAddress peer) {
		return blocks.stream().filter((block) -> block.contains(peer)).findFirst();
	}

	@Override
	public boolean verifyRequest(Request request, RequestCycle next) {
		if (allows(request.clientAddress())) {
			return next.verifyRequest(request);
		}
		Optional<Cidr> denied = find(this.deny, request.clientAddress());
		this.refusals.log(denied.isPresent() ? Rule.DENIED : Rule.NOT_ALLOWED,
				() -> "The address rules refuse " + request
						+ denied.map((block) -> ": it is in " + block + ", which is denied")
							.orElseGet(() -> ": it is in none of the blocks that are allowed (" + allowed() + ")"));
		return false;
	}

	private String allowed() {
		String first = this.allow.stream().limit(MAX_NAMED).map(Cidr::toString).collect(Collectors.joining(", "));
		int more = this.allow.size() - MAX_NAMED;
		return (more > 0) ? first + " and " + more + " more" : first;
	}

	/**
	 * By which rule somebody is refused.
	 */
	private enum Rule {

		DENIED, NOT_ALLOWED

	}

}
