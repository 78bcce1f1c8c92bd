package io.socketserver.mixin;

import java.lang.System.Logger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

import org.jspecify.annotations.Nullable;

import io.socketserver.internal.Refusals;
import io.socketserver.request.Cidr;
import io.socketserver.request.CloseReason;
import io.socketserver.request.MixIn;
import io.socketserver.request.Request;
import io.socketserver.request.RequestCycle;

/**
 * At most so many requests at a time of one address, or of one block of addresses; who is
 * beyond is refused. So one client cannot take all places of a server. Several of these
 * stack: ten for each address, and fifty for each /24.
 *
 * <p>
 * Behind a proxy, the address is the real client's. Peers without an IP address are not
 * limited. Refused connections are counted, and logged: once when it begins, and once a
 * minute while it goes on. The memory used is bounded by the number of open connections.
 */
public final class PerAddressLimitMixIn implements MixIn {

	private static final Logger logger = System.getLogger(PerAddressLimitMixIn.class.getName());

	private static final int WHOLE_IPV4 = 32;

	// What a single site has; anybody can use all addresses of it.
	private static final int IPV6_SITE = 64;

	private final int maxRequests;

	private final int ipv4Prefix;

	private final int ipv6Prefix;

	private final Map<Cidr, Integer> counts = new ConcurrentHashMap<>();

	// Who is counted, and where: leaving counts once, and only for one that came in.
	private final Map<Request, Cidr> inside = new ConcurrentHashMap<>();

	private final Refusals refusals = new Refusals(logger);

	/**
	 * A limit for each IPv4 address, and for each /64 of IPv6.
	 * @param maxRequests how many requests one may have at a time, at least 1
	 */
	public PerAddressLimitMixIn(int maxRequests) {
		this(maxRequests, WHOLE_IPV4, IPV6_SITE);
	}

	/**
	 * A limit for each block.
	 * @param maxRequests how many requests a block may have at a time, at least 1
	 * @param ipv4Prefix how many bits of an IPv4 address make a block: 32 for each
	 * address
	 * @param ipv6Prefix how many bits of an IPv6 address make a block: 64 for each site
	 */
	public PerAddressLimitMixIn(int maxRequests, int ipv4Prefix, int ipv6Prefix) {
		check("requests of an address", maxRequests, 1, Integer.MAX_VALUE);
		check("bits of an IPv4 prefix", ipv4Prefix, 0, 32);
		check("bits of an IPv6 prefix", ipv6Prefix, 0, 128);
		this.maxRequests = maxRequests;
		this.ipv4Prefix = ipv4Prefix;
		this.ipv6Prefix = ipv6Prefix;
	}

	private static void check(String what, int value, int least, int most) {
		if (value < least || value > most) {
			throw new IllegalArgumentException(
					"The number of " + what + " must be from " + least + " to " + most + ", and is " + value);
		}
	}

	/**
	 * The limit.
	 * @return how many requests a block may have at a time
	 */
	public int maxRequests() {
		return this.maxRequests;
	}

	/**
	 * How many requests the block of an address has now. May be called from any thread.
	 * @param address an address
	 * @return at most the limit
	 */
	public int activeRequests(InetAddress address) {
		return this.counts.getOrDefault(block(address), 0);
	}

	@Override
	public boolean verifyRequest(Request request, RequestCycle next) {
		Optional<Cidr> block = address(request).map(this::block);
		if (block.isPresent() && !enter(request, block.get())) {
			this.refusals.log(CloseReason.REFUSED, () -> request + " is refused: " + block.get()
					+ " has reached its limit of " + this.maxRequests + " at a time");
			return false;
		}
		// If this says no, shutdownRequest gives the place back.
		return next.verifyRequest(request);
	}

	/**
	 * Counts first and looks then, since a UDP server may have several loops.
	 */
	private boolean enter(Request request, Cidr block) {
		if (this.inside.putIfAbsent(request, block) != null) {
			return true;
		}
		if (this.counts.merge(block, 1, Integer::sum) > this.maxRequests) {
			leave(request);
			return false;
		}
		return true;
	}

	@Override
	public void shutdownRequest(Request request, RequestCycle next) {
		try {
			next.shutdownRequest(request);
		}
		finally {
			leave(request);
		}
	}

	private void leave(Request request) {
		Cidr block = this.inside.remove(request);
		if (block != null) {
			this.counts.computeIfPresent(block, PerAddressLimitMixIn::oneLess);
		}
	}

	private static @Nullable Integer oneLess(Cidr block, Integer count) {
		return (count > 1) ? count - 1 : null;
	}

	private Cidr block(InetAddress address) {
		return Cidr.around(address, (address.getAddress().length == 4) ? this.ipv4Prefix : this.ipv6Prefix);
	}

	private static Optional<InetAddress> address(Request request) {
		return (request.clientAddress() instanceof InetSocketAddress inet) ? Optional.ofNullable(inet.getAddress())
				: Optional.empty();
	}

}
