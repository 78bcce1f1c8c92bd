package io.socketserver.request;

import java.util.Collection;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The datagrams that are being handled. All methods may be called from any thread.
 */
final class Datagrams {

	private final Set<DatagramRequest> inFlight = ConcurrentHashMap.newKeySet();

	Collection<DatagramRequest> all() {
		return this.inFlight;
	}

	void add(DatagramRequest request) {
		this.inFlight.add(request);
	}

	boolean contains(DatagramRequest request) {
		return this.inFlight.contains(request);
	}

	void remove(DatagramRequest request) {
		this.inFlight.remove(request);
	}

	int count() {
		return this.inFlight.size();
	}

	boolean isHandledIn(Thread thread) {
		return this.inFlight.stream().anyMatch((request) -> request.isHandledBy(thread));
	}

	void cutOff() {
		this.inFlight.forEach(DatagramRequest::cutOff);
	}

}
