package io.socketserver.framing;

import java.nio.ByteOrder;

/**
 * Where in a frame its length is, and what it counts. Immutable: each {@code with} method
 * answers a copy.
 *
 * @param bytes how many bytes (or, for decimal digits, characters) the field has: 1, 2,
 * 3, 4 or 8 if binary, 1 to 9 if ASCII decimal, 1 to 4 if BCD
 * @param format how the number is written
 * @param order the byte order of a binary one
 * @param offset how many bytes of the frame precede the field
 * @param adjustment what has to be added to the number to get the count of bytes that
 * follow the field: negative if it counts the field, or all of the frame
 * @param strip how many bytes at the frame's begin are not given to the handler; -1 for
 * all up to the end of the field
 * @param maxFrameSize the largest frame in bytes, header included
 */
public record LengthField(int bytes, Format format, ByteOrder order, int offset, int adjustment, int strip,
		int maxFrameSize) {

	private static final int MAX_OFFSET = 1024;

	/**
	 * How the number is written.
	 */
	public enum Format {

		/**
		 * Two's complement.
		 */
		BINARY,

		/**
		 * Decimal digits in ASCII.
		 */
		ASCII,

		/**
		 * Binary-coded decimal: two digits a byte, the higher first.
		 */
		BCD

	}

	/**
	 * Checks the values.
	 */
	public LengthField {
		Bounds.check(maxFrameSize);
		boolean ok = switch (format) {
			case BINARY -> bytes == 1 || bytes == 2 || bytes == 3 || bytes == 4 || bytes == 8;
			case ASCII -> bytes >= 1 && bytes <= 9;
			case BCD -> bytes >= 1 && bytes <= 4;
		};
		if (!ok) {
			throw new IllegalArgumentException("A " + format + " length field cannot have " + bytes
					+ " bytes: BINARY has 1, 2, 3, 4 or 8, ASCII 1 to 9, BCD 1 to 4");
		}
		if (offset < 0 || offset > MAX_OFFSET) {
			throw new IllegalArgumentException("offset must be from 0 to " + MAX_OFFSET + ", and is " + offset);
		}
		if (strip < -1 || strip > maxFrameSize) {
			throw new IllegalArgumentException("strip must be from -1 to maxFrameSize, and is " + strip);
		}
		if (maxFrameSize < offset + bytes) {
			throw new IllegalArgumentException(
					"maxFrameSize, " + maxFrameSize + " bytes, has no room for the header alone");
		}
	}

	/**
	 * A big-endian binary length in front, which counts what follows it, and is stripped;
	 * frames of up to 64 KiB.
	 * @param bytes 1, 2, 3, 4 or 8
	 * @return the field
	 */
	public static LengthField bytes(int bytes) {
		return new LengthField(bytes, Format.BINARY, ByteOrder.BIG_ENDIAN, 0, 0, -1, 64 * 1024);
	}

	/**
	 * A copy with another format.
	 * @param value how the number is written
	 * @param bytes how many bytes it has
	 * @return the copy
	 */
	public LengthField withFormat(Format value, int bytes) {
		return new LengthField(bytes, value, this.order, this.offset, this.adjustment, this.strip, this.maxFrameSize);
	}

	/**
	 * A copy with another byte order.
	 * @param value the order of a binary number
	 * @return the copy
	 */
	public LengthField withOrder(ByteOrder value) {
		return new LengthField(this.bytes, this.format, value, this.offset, this.adjustment, this.strip,
				this.maxFrameSize);
	}

	/**
	 * A copy with another offset.
	 * @param value how many bytes precede the field
	 * @return the copy
	 */
	public LengthField withOffset(int value) {
		return new LengthField(this.bytes, this.format, this.order, value, this.adjustment, this.strip,
				this.maxFrameSize);
	}

	/**
	 * A copy with another adjustment.
	 * @param value what to add to the number
	 * @return the copy
	 */
	public LengthField withAdjustment(int value) {
		return new LengthField(this.bytes, this.format, this.order, this.offset, value, this.strip, this.maxFrameSize);
	}

	/**
	 * A copy that strips another number of bytes.
	 * @param value bytes, or -1
	 * @return the copy
	 */
	public LengthField withStrip(int value) {
		return new LengthField(this.bytes, this.format, this.order, this.offset, this.adjustment, value,
				this.maxFrameSize);
	}

	/**
	 * A copy with another largest frame.
	 * @param value bytes, header included
	 * @return the copy
	 */
	public LengthField withMaxFrameSize(int value) {
		return new LengthField(this.bytes, this.format, this.order, this.offset, this.adjustment, this.strip, value);
	}

	int headerSize() {
		return this.offset + this.bytes;
	}

	int stripped() {
		return (this.strip < 0) ? headerSize() : this.strip;
	}

}
