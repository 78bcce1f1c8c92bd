package io.socketserver.message;

import io.socketserver.request.CloseReason;
import io.socketserver.request.Connection;

/**
 * A connection, as its {@link MessageHandler} and others who want to send to its peer see
 * it. All methods may be called from any thread, and none of them waits for the peer.
 *
 * @param <O> what goes out
 */
public interface MessageConnection<O> extends Connection {

	/**
	 * Sends a message. Messages of one thread arrive in their order.
	 * @param message the message
	 * @return what became of it
	 * @throws IllegalArgumentException if it cannot be encoded or framed; nothing is sent
	 * then
	 */
	SendResult send(O message);

	/**
	 * Sends a message that was encoded before, for many connections.
	 * @param message the message
	 * @return what became of it
	 */
	SendResult send(EncodedMessage message);

	/**
	 * Encodes a message once, to send it to many connections of the same server.
	 * @param message the message
	 * @return the message, encoded and framed
	 * @throws IllegalArgumentException if it cannot be encoded or framed
	 */
	EncodedMessage encode(O message);

	/**
	 * Whether less waits for the peer than the high mark, or, once that was reached, than
	 * the low mark.
	 * @return false while the peer does not keep up, and when the connection has ended
	 */
	boolean isWritable();

	/**
	 * Calls the handler with no more messages until {@link #resumeReads()}. Nothing more
	 * is read from the peer, which is slowed down by that.
	 */
	void pauseReads();

	/**
	 * Reads again.
	 */
	void resumeReads();

	/**
	 * Starts TLS in the middle of the connection (STARTTLS), with the options of its
	 * server. For the handler, in {@code onMessage}: the reply to that message still goes
	 * out in clear, and then comes the handshake. Until it is complete, there is no next
	 * message, and what others send is refused. The handler must forget what the peer has
	 * said before. If the handshake fails, or the peer has sent anything in clear behind
	 * that message, the connection ends.
	 * @throws IllegalStateException if the server has no options for TLS, if the
	 * connection speaks it already, or outside the handler
	 */
	void startTls();

	/**
	 * Ends the connection in an orderly way: what was sent before is sent, and so is the
	 * reply to the message that the handler has at hand; then the peer sees the end of
	 * the stream, if there is one. No more messages are handled. Unlike
	 * {@link #close(CloseReason)}, which ends it now.
	 */
	void close();

	/**
	 * Sends a message to many connections of the same server, and encodes it once.
	 * @param <O> the type of the message
	 * @param connections where to
	 * @param message the message
	 * @return to how many it was refused
	 */
	static <O> int broadcast(Iterable<? extends MessageConnection<O>> connections, O message) {
		EncodedMessage encoded = null;
		int refused = 0;
		for (MessageConnection<O> connection : connections) {
			if (encoded == null) {
				encoded = connection.encode(message);
			}
			refused += (connection.send(encoded) == SendResult.REFUSED) ? 1 : 0;
		}
		return refused;
	}

}
