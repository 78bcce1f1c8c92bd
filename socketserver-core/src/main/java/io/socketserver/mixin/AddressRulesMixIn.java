package io.socketserver.mixin;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.SocketAddress;
import java.util.List;

import io.socketserver.internal.Episode;
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
 * is in none of the blocks. Refused connections are counted, and logged once per episode.
 */
public final class AddressRulesMixIn implements MixIn {

	private static final Logger logger = System.getLogger(AddressRulesMixIn.class.getName());

	private final List<Cidr> allow;

	private final List<Cidr> deny;

	private final Episode refusals = new Episode();

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
		return blocks.stream().anyMatch((block) -> block.contains(peer));
	}

	@Override
	public boolean verifyRequest(Request request, RequestCycle next) {
		if (!allows(request.clientAddress())) {
			if (this.refusals.begins()) {
				logger.log(Level.WARNING, "The address rules refuse {0}{1}; more refusals are only counted", request,
						contains(this.deny, request.clientAddress()) ? ", which is denied" : ", which is not allowed");
			}
			return false;
		}
		return next.verifyRequest(request);
	}

}
