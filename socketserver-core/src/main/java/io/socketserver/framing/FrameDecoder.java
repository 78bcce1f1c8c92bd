package io.socketserver.framing;

import java.nio.ByteBuffer;

/**
 * Finds frames in the bytes of one connection. Not thread-safe; one per connection. Makes
 * no object per frame: what it found is in {@link #payloadStart()} and
 * {@link #payloadEnd()} until the next call.
 */
public abstract class FrameDecoder {

	/**
	 * The frame is not complete.
	 */
	public static final int INCOMPLETE = -1;

	private int payloadStart;

	private int payloadEnd;

	/**
	 * Looks for the frame that begins at an index. While it is incomplete, the next call
	 * comes with the same bytes and more, possibly at another index of another buffer.
	 * @param in the bytes; its position and limit are not used and not changed
	 * @param from where the frame begins
	 * @param to where the bytes end
	 * @return the index behind the frame, or {@link #INCOMPLETE}
	 * @throws FramingException if these bytes are no frame; the decoder is of no use
	 * after that
	 */
	public abstract int decode(ByteBuffer in, int from, int to) throws FramingException;

	/**
	 * Skips what may stand before a frame and belongs to none. Asked of bytes that are no
	 * complete frame, before they are kept: so nothing is kept, and no frame has begun,
	 * while there is nothing else.
	 * @param in the bytes; its position and limit are not used and not changed
	 * @param from where they begin
	 * @param to where they end
	 * @return where a frame begins, at the earliest; from there on the next
	 * {@link #decode} comes
	 */
	public int skip(ByteBuffer in, int from, int to) {
		return from;
	}

	/**
	 * How many bytes an incomplete frame will have at least, as far as is known: for the
	 * size of a buffer, never beyond the framing's bound.
	 * @param available how many bytes of it there are
	 * @return bytes, more than those
	 */
	public int expectedSize(int available) {
		return available + 1;
	}

	/**
	 * The stream has ended with these bytes left over.
	 * @param in the bytes
	 * @param from where they begin
	 * @param to where they end, behind {@code from}
	 * @return true if they are a last frame, of which {@link #payloadStart()} and
	 * {@link #payloadEnd()} tell
	 * @throws FramingException if they are a frame that was cut off
	 */
	public boolean decodeLast(ByteBuffer in, int from, int to) throws FramingException {
		throw FramingException.at(0, in, from, to, "the stream ended in the middle of a frame");
	}

	/**
	 * Where the payload of the frame found last begins.
	 * @return an index
	 */
	public final int payloadStart() {
		return this.payloadStart;
	}

	/**
	 * Where the payload of the frame found last ends.
	 * @return the index behind it
	 */
	public final int payloadEnd() {
		return this.payloadEnd;
	}

	/**
	 * Says where the payload of the frame is that was found. To be called before
	 * {@link #decode} or {@link #decodeLast} return it.
	 * @param start an index of the buffer
	 * @param end the index behind the payload
	 */
	protected final void payload(int start, int end) {
		this.payloadStart = start;
		this.payloadEnd = end;
	}

}
