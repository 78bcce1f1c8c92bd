package io.socketserver.request;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;

/**
 * What a server has counted since it was made. Never reset, also not by a restart. All
 * methods may be called from any thread.
 */
public final class ServerStatistics {

	private static final Set<CloseReason> REFUSALS = EnumSet.of(CloseReason.REFUSED, CloseReason.OVERLOADED,
			CloseReason.PROXY_HEADER_INVALID, CloseReason.PROXY_HEADER_TIMEOUT, CloseReason.PROXY_HEADER_FORBIDDEN);

	private final LongAdder accepted = new LongAdder();

	private final LongAdder acceptFailures = new LongAdder();

	private final LongAdder requests = new LongAdder();

	private final LongAdder bytesIn = new LongAdder();

	private final LongAdder bytesOut = new LongAdder();

	// Filled before it is shared, and not changed after.
	private final Map<CloseReason, LongAdder> closed = new EnumMap<>(CloseReason.class);

	/**
	 * All at zero. For the server.
	 */
	public ServerStatistics() {
		for (CloseReason reason : CloseReason.values()) {
			this.closed.put(reason, new LongAdder());
		}
	}

	/**
	 * Connections taken from the kernel, refused ones included.
	 * @return a count
	 */
	public long accepted() {
		return this.accepted.sum();
	}

	/**
	 * Connections closed because {@code verifyRequest} said no, a pool was full, or their
	 * PROXY header was not as it has to be.
	 * @return a count
	 */
	public long refused() {
		return REFUSALS.stream().mapToLong(this::closed).sum();
	}

	/**
	 * Tries to accept that the system refused, for example for want of descriptors.
	 * @return a count
	 */
	public long acceptFailures() {
		return this.acceptFailures.sum();
	}

	/**
	 * Requests begun within connections.
	 * @return a count
	 */
	public long requests() {
		return this.requests.sum();
	}

	/**
	 * Bytes read from peers.
	 * @return bytes
	 */
	public long bytesIn() {
		return this.bytesIn.sum();
	}

	/**
	 * Bytes the kernel took for peers.
	 * @return bytes
	 */
	public long bytesOut() {
		return this.bytesOut.sum();
	}

	/**
	 * Connections that ended for a reason.
	 * @param reason the reason
	 * @return a count
	 */
	public long closed(CloseReason reason) {
		return counter(reason).sum();
	}

	/**
	 * Counts a failed accept. For the server.
	 */
	public void countAcceptFailure() {
		this.acceptFailures.increment();
	}

	void countAccepted() {
		this.accepted.increment();
	}

	void countRequest() {
		this.requests.increment();
	}

	/**
	 * Counts requests begun within connections. For drivers.
	 * @param count how many
	 */
	public void countRequests(int count) {
		this.requests.add(count);
	}

	void countBytesIn(int count) {
		this.bytesIn.add(count);
	}

	void countBytesOut(long count) {
		this.bytesOut.add(count);
	}

	void countClosed(CloseReason reason) {
		counter(reason).increment();
	}

	private LongAdder counter(CloseReason reason) {
		return Objects.requireNonNull(this.closed.get(reason));
	}

}
