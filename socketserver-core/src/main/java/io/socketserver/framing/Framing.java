package io.socketserver.framing;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * How a stream of bytes becomes messages, and back. Immutable, and always bounded: a
 * frame larger than {@link #maxFrameSize()} ends its connection.
 *
 * <pre>{@code
 * Framing.line(8192)
 * Framing.lengthField(LengthField.bytes(4).withMaxFrameSize(1 << 20))
 * Framing.mllp(1 << 20)
 * }</pre>
 */
public interface Framing {

	/**
	 * The largest payload of a frame.
	 * @return bytes
	 */
	int maxFrameSize();

	/**
	 * A decoder for one connection. Not thread-safe.
	 * @return a new decoder
	 */
	FrameDecoder newDecoder();

	/**
	 * How many bytes a frame has beyond its payload, at most.
	 * @return bytes
	 */
	int overhead();

	/**
	 * Writes a frame.
	 * @param payload the payload, from position to limit; the position moves to the limit
	 * @param out where the frame goes; it has room for the payload and the
	 * {@link #overhead()}
	 * @throws FramingException if the payload cannot be framed, for its size or for bytes
	 * it must not contain; nothing is written then
	 */
	void encode(ByteBuffer payload, ByteBuffer out) throws FramingException;

	/**
	 * Lines that end with LF or CR LF; written with LF, and with CR LF only where the
	 * line itself ends with CR.
	 * @param maxFrameSize the longest line in bytes, without its end
	 * @return the framing
	 */
	static Framing line(int maxFrameSize) {
		return new LineFraming(maxFrameSize);
	}

	/**
	 * Frames that end with one of several delimiters; written with the first.
	 * @param maxFrameSize the largest frame in bytes, without its delimiter
	 * @param delimiters at least one, none empty
	 * @return the framing
	 */
	static Framing delimiter(int maxFrameSize, List<byte[]> delimiters) {
		return new DelimiterFraming(maxFrameSize, delimiters);
	}

	/**
	 * Frames with their length in front.
	 * @param field where the length is, and how it counts
	 * @return the framing
	 */
	static Framing lengthField(LengthField field) {
		return new LengthFieldFraming(field);
	}

	/**
	 * Frames with their length in front, as decimal digits and a blank: syslog over TCP
	 * (RFC 6587, 3.4.1). None is empty.
	 * @param maxFrameSize the largest payload in bytes
	 * @return the framing
	 */
	static Framing octetCounted(int maxFrameSize) {
		return new OctetCountedFraming(maxFrameSize);
	}

	/**
	 * Frames that all have the same size.
	 * @param size bytes, at least 1
	 * @return the framing
	 */
	static Framing fixed(int size) {
		return new FixedFraming(size);
	}

	/**
	 * Frames between STX (2) and ETX (3).
	 * @param maxFrameSize the largest payload in bytes
	 * @return the framing
	 */
	static Framing stxEtx(int maxFrameSize) {
		return new EnvelopeFraming("stx-etx", maxFrameSize, 0x02, new byte[] { 0x03 });
	}

	/**
	 * HL7's minimal lower layer protocol: frames between VT (0x0b) and FS CR (0x1c 0x0d).
	 * @param maxFrameSize the largest payload in bytes
	 * @return the framing
	 */
	static Framing mllp(int maxFrameSize) {
		return new EnvelopeFraming("mllp", maxFrameSize, 0x0b, new byte[] { 0x1c, 0x0d });
	}

	/**
	 * No frames: a message is whatever has arrived.
	 * @param maxFrameSize the most bytes given to the handler at once
	 * @return the framing
	 */
	static Framing raw(int maxFrameSize) {
		return new RawFraming(maxFrameSize);
	}

}
