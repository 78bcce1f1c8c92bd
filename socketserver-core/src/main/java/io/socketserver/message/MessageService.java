package io.socketserver.message;

import java.nio.ByteBuffer;
import java.time.Duration;

import io.socketserver.framing.Framing;
import io.socketserver.request.RequestHandler;
import io.socketserver.request.RequestHandlerFactory;

/**
 * Everything a server needs to speak in messages: how bytes become frames, frames
 * messages, and who handles these. It is what a server is made with, under any strategy:
 *
 * <pre>{@code
 * new TcpServer(address, MessageService.of(Framing.line(8192), Codec.string(UTF_8), handler),
 *         new MultiplexingMixIn())
 * }</pre>
 *
 * <p>
 * Immutable; each {@code with} method answers a copy.
 *
 * @param <I> what comes in
 * @param <O> what goes out
 */
public final class MessageService<I, O> implements RequestHandlerFactory {

	private static final Duration FRAME_TIMEOUT = Duration.ofSeconds(30);

	private static final int MAX_PENDING_REPLIES = 256;

	private final Framing framing;

	private final Codec<I, O> codec;

	private final MessageHandlerFactory<I, O> handlers;

	private final WriteLimits writeLimits;

	private final Duration frameTimeout;

	private final int maxPendingReplies;

	private MessageService(Framing framing, Codec<I, O> codec, MessageHandlerFactory<I, O> handlers,
			WriteLimits writeLimits, Duration frameTimeout, int maxPendingReplies) {
		this.framing = framing;
		this.codec = codec;
		this.handlers = handlers;
		this.writeLimits = writeLimits;
		this.frameTimeout = frameTimeout;
		this.maxPendingReplies = maxPendingReplies;
	}

	/**
	 * A service with one handler for all connections.
	 * @param <I> what comes in
	 * @param <O> what goes out
	 * @param framing how bytes become frames
	 * @param codec how frames become messages
	 * @param handler the handler
	 * @return the service
	 */
	public static <I, O> MessageService<I, O> of(Framing framing, Codec<I, O> codec, MessageHandler<I, O> handler) {
		return perConnection(framing, codec, () -> handler);
	}

	/**
	 * A service with a handler per connection.
	 * @param <I> what comes in
	 * @param <O> what goes out
	 * @param framing how bytes become frames
	 * @param codec how frames become messages
	 * @param handlers makes the handlers
	 * @return the service
	 */
	public static <I, O> MessageService<I, O> perConnection(Framing framing, Codec<I, O> codec,
			MessageHandlerFactory<I, O> handlers) {
		return new MessageService<>(framing, codec, handlers, WriteLimits.DEFAULT, FRAME_TIMEOUT, MAX_PENDING_REPLIES);
	}

	/**
	 * A copy with other limits of what waits for a peer.
	 * @param value the limits, {@link WriteLimits#DEFAULT} by default
	 * @return the copy
	 */
	public MessageService<I, O> withWriteLimits(WriteLimits value) {
		return new MessageService<>(this.framing, this.codec, this.handlers, value, this.frameTimeout,
				this.maxPendingReplies);
	}

	/**
	 * A copy with another deadline for a frame: from its first byte to its last, however
	 * slowly they come.
	 * @param value the time, 30 seconds by default; zero for ever
	 * @return the copy
	 */
	public MessageService<I, O> withFrameTimeout(Duration value) {
		if (value.isNegative()) {
			throw new IllegalArgumentException("The frame timeout must not be negative, and is " + value);
		}
		return new MessageService<>(this.framing, this.codec, this.handlers, this.writeLimits, value,
				this.maxPendingReplies);
	}

	/**
	 * A copy with another bound of replies that are still to come, as stages, per
	 * connection. At the bound the peer's next messages wait.
	 * @param value at least 1, 256 by default
	 * @return the copy
	 */
	public MessageService<I, O> withMaxPendingReplies(int value) {
		if (value < 1) {
			throw new IllegalArgumentException("maxPendingReplies must be at least 1, and is " + value);
		}
		return new MessageService<>(this.framing, this.codec, this.handlers, this.writeLimits, this.frameTimeout,
				value);
	}

	/**
	 * How bytes become frames.
	 * @return the framing
	 */
	public Framing framing() {
		return this.framing;
	}

	/**
	 * How frames become messages.
	 * @return the codec
	 */
	public Codec<I, O> codec() {
		return this.codec;
	}

	/**
	 * How much may wait for a peer.
	 * @return the limits
	 */
	public WriteLimits writeLimits() {
		return this.writeLimits;
	}

	/**
	 * The deadline for a started frame.
	 * @return the time; zero for ever
	 */
	public Duration frameTimeout() {
		return this.frameTimeout;
	}

	/**
	 * The bound of replies that are still to come.
	 * @return a number
	 */
	public int maxPendingReplies() {
		return this.maxPendingReplies;
	}

	MessageHandlerFactory<I, O> handlerFactory() {
		return this.handlers;
	}

	/**
	 * The handler of a connection that has a thread.
	 */
	@Override
	public RequestHandler newHandler() throws Exception {
		return new MessageRequestHandler<>(this, this.handlers.newHandler());
	}

	@Override
	public void release(RequestHandler handler) {
		@SuppressWarnings("unchecked") // Only our own come back.
		MessageRequestHandler<I, O> own = (MessageRequestHandler<I, O>) handler;
		this.handlers.release(own.handler());
	}

	/**
	 * The reply a handler returned, with the type its codec takes.
	 */
	@SuppressWarnings("unchecked") // The codec finds out.
	O message(Object reply) {
		return (O) reply;
	}

	ByteBuffer payload(O message) throws Exception {
		try {
			return this.codec.encode(message);
		}
		catch (ClassCastException ex) {
			throw new IllegalArgumentException("A reply is a " + message.getClass().getName() + ", which "
					+ this.codec.getClass().getSimpleName() + " of this server cannot encode", ex);
		}
	}

	/**
	 * The bytes of a message, in a new buffer.
	 */
	ByteBuffer frame(O message) throws Exception {
		ByteBuffer payload = payload(message);
		ByteBuffer frame = ByteBuffer.allocate(payload.remaining() + this.framing.overhead());
		int position = payload.position();
		this.framing.encode(payload, frame);
		// The user's own buffer stays as it was.
		payload.position(position);
		return frame.flip();
	}

}
