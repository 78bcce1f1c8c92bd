package io.socketserver.request;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;

/**
 * What a server has counted since it was made. Never reset, also not by a restart. All
 * methods may be called from any thread.
 */
public final class ServerStatistics {

	private final LongAdder accepted = new LongAdder();

	private final LongAdder acceptFailures = new LongAdder();

	private final LongAdder requests = new LongAdder();

	private final LongAdder bytesIn = new LongAdder();

	private final LongAdder bytesOut = new LongAdder();

	private final LongAdder datagramsIn = new LongAdder();

	private final LongAdder datagramsOut = new LongAdder();

	private final LongAdder datagramsTruncated = new LongAdder();

	// The two below: filled before they are shared, and not changed after.
	private final Map<CloseReason, LongAdder> closed = new EnumMap<>(CloseReason.class);

	private final Map<DatagramDrop, LongAdder> dropped = new EnumMap<>(DatagramDrop.class);

	/**
	 * All at zero. For the server.
	 */
	public ServerStatistics() {
		for (CloseReason reason : CloseReason.values()) {
			this.closed.put(reason, new LongAdder());
		}
		for (DatagramDrop reason : DatagramDrop.values()) {
			this.dropped.put(reason, new LongAdder());
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
		return Arrays.stream(CloseReason.values()).filter(CloseReason::isRefusal).mapToLong(this::closed).sum();
	}

	/**
	 * Tries to accept that the system refused, for example for want of descriptors.
	 * @return a count
	 */
	public long acceptFailures() {
		return this.acceptFailures.sum();
	}

	/**
	 * Requests begun within connections, and datagrams handed to a handler.
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
	 * Datagrams taken from the kernel. Each of them is handled, or counted as dropped.
	 * @return a count
	 */
	public long datagramsIn() {
		return this.datagramsIn.sum();
	}

	/**
	 * Datagrams the kernel took to send.
	 * @return a count
	 */
	public long datagramsOut() {
		return this.datagramsOut.sum();
	}

	/**
	 * Datagrams that were longer than {@code maxPacketSize}, and were handled without
	 * their end. Where they are dropped instead, they count as that alone:
	 * {@link DatagramDrop#TOO_LONG}.
	 * @return a count
	 */
	public long datagramsTruncated() {
		return this.datagramsTruncated.sum();
	}

	/**
	 * Datagrams that were not handled, or not sent.
	 * @param reason the reason
	 * @return a count
	 */
	public long datagramsDropped(DatagramDrop reason) {
		return counter(reason).sum();
	}

	/**
	 * Counts a received datagram. For the server.
	 * @param length its length, as far as it was read
	 */
	public void countDatagramIn(int length) {
		this.datagramsIn.increment();
		this.bytesIn.add(length);
	}

	/**
	 * Counts a sent datagram. For the server.
	 * @param length its length
	 */
	public void countDatagramOut(int length) {
		this.datagramsOut.increment();
		this.bytesOut.add(length);
	}

	/**
	 * Counts a datagram that is handled without its end. For the server.
	 */
	public void countTruncated() {
		this.datagramsTruncated.increment();
	}

	/**
	 * Counts a datagram that is not handled, or not sent. For the server.
	 * @param reason why
	 */
	public void countDropped(DatagramDrop reason) {
		counter(reason).increment();
	}

	/**
	 * Counts the end of a datagram that may not have been handled.
	 */
	void countEnd(CloseReason reason) {
		switch (reason) {
			case REFUSED -> countDropped(DatagramDrop.REFUSED);
			case OVERLOADED -> countDropped(DatagramDrop.OVERLOADED);
			case DRAINED -> countDropped(DatagramDrop.DRAINED);
			default -> {
				// It was handled.
			}
		}
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

	private LongAdder counter(DatagramDrop reason) {
		return Objects.requireNonNull(this.dropped.get(reason));
	}

	private LongAdder counter(CloseReason reason) {
		return Objects.requireNonNull(this.closed.get(reason));
	}

}
