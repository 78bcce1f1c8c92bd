package io.socketserver.fork;

import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

import io.socketserver.request.DatagramTooLongException;

/**
 * What became of a datagram that a handler sent.
 *
 * @param outcome how it ended
 * @param message what the kernel said, if it refused
 */
record SentFrame(Outcome outcome, String message) {

	// Messages of the kernel's are short.
	private static final int MAX_MESSAGE = 1000;

	private static final Outcome[] OUTCOMES = Outcome.values();

	static SentFrame of(boolean sent) {
		return new SentFrame(sent ? Outcome.SENT : Outcome.DROPPED, "");
	}

	static SentFrame failed(Exception error) {
		Throwable told = (error instanceof DatagramTooLongException && error.getCause() != null) ? error.getCause()
				: error;
		return new SentFrame((error instanceof DatagramTooLongException) ? Outcome.TOO_LONG : Outcome.FAILED,
				String.valueOf(told.getMessage()));
	}

	@SuppressWarnings("EnumOrdinal") // Both ends are of one version.
	byte[] encode() {
		String clipped = this.message.substring(0, Math.min(this.message.length(), MAX_MESSAGE));
		byte[] text = clipped.getBytes(StandardCharsets.UTF_8);
		return ByteBuffer.allocate(1 + text.length).put((byte) this.outcome.ordinal()).put(text).array();
	}

	static SentFrame decode(ByteBuffer payload) throws ProtocolException {
		int code = payload.get();
		if (code < 0 || code >= OUTCOMES.length) {
			throw new ProtocolException("There is no outcome " + code + " of a datagram");
		}
		return new SentFrame(OUTCOMES[code], StandardCharsets.UTF_8.decode(payload).toString());
	}

	/**
	 * As if this process had sent it.
	 * @return false if it was dropped
	 */
	boolean result(int length, SocketAddress to) throws IOException {
		return switch (this.outcome) {
			case SENT -> true;
			case DROPPED -> false;
			case TOO_LONG -> throw new DatagramTooLongException(length, to, new IOException(this.message));
			case FAILED -> throw new IOException(this.message);
		};
	}

	/**
	 * How it ended.
	 */
	enum Outcome {

		SENT, DROPPED, TOO_LONG, FAILED

	}

}
