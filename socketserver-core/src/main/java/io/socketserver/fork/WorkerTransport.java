package io.socketserver.fork;

import io.socketserver.request.DatagramRequest;
import io.socketserver.request.Request;
import io.socketserver.request.StreamRequest;

/**
 * How a request gets into a worker process. There is one way so far, for every JDK: the
 * pool keeps the socket and relays its bytes.
 */
@FunctionalInterface
interface WorkerTransport {

	/**
	 * Relays bytes.
	 */
	WorkerTransport RELAY = WorkerTransport::relay;

	/**
	 * Makes an {@link Assignment}, or what makes one once its wire is open, the driver of
	 * a request.
	 * @param request the request, which nobody drives yet
	 * @param workers which there are
	 */
	void assign(Request request, Workers workers);

	private static void relay(Request request, Workers workers) {
		if (request instanceof StreamRequest stream) {
			boolean opens = !stream.handshakeTimeout().isZero();
			stream.driver(opens ? new RelayOpening(stream, workers) : new Relay(stream, workers));
		}
		else if (request instanceof DatagramRequest datagram) {
			datagram.driver(new PacketRelay(datagram, workers));
		}
		else {
			throw new UnsupportedOperationException(
					"A worker process serves connections and datagrams, and " + request.id() + " is neither");
		}
	}

}
