package io.socketserver.framing;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

import io.socketserver.framing.LengthField.Format;

/**
 * Frames with their length in front.
 *
 * @param field where the length is, and how it counts
 */
record LengthFieldFraming(LengthField field) implements Framing {

	@Override
	public int maxFrameSize() {
		return this.field.maxFrameSize();
	}

	@Override
	public int overhead() {
		return this.field.headerSize();
	}

	/**
	 * Where the header is stripped from what a handler gets, it is put in front of what a
	 * handler sends, with zeros before the length; where not, the payload has room for
	 * the length, which is filled in.
	 */
	@Override
	public void encode(ByteBuffer payload, ByteBuffer out) throws FramingException {
		int header = this.field.headerSize();
		int missing = Math.min(this.field.stripped(), header);
		if (missing != 0 && missing != header) {
			throw new FramingException("Frames cannot be written where strip is " + this.field.strip()
					+ ": it takes a part of the header, of " + header + " bytes", 0);
		}
		int frame = missing + payload.remaining();
		if (frame < header || frame > maxFrameSize()) {
			throw new FramingException("A frame to be sent would have " + frame + " bytes, and must have from " + header
					+ " to max-frame-size, " + maxFrameSize() + " bytes", Math.min(frame, maxFrameSize()));
		}
		long number = (long) frame - header - this.field.adjustment();
		checkFits(number);
		int start = out.position();
		for (int i = 0; i < missing; i++) {
			out.put((byte) 0);
		}
		out.put(payload);
		write(out, start + this.field.offset(), number);
	}

	private void checkFits(long number) throws FramingException {
		long max = switch (this.field.format()) {
			case BINARY -> (this.field.bytes() == Long.BYTES) ? Long.MAX_VALUE : (1L << (8 * this.field.bytes())) - 1;
			case ASCII -> Math.round(Math.pow(10, this.field.bytes())) - 1;
			case BCD -> Math.round(Math.pow(10, 2 * this.field.bytes())) - 1;
		};
		if (number < 0 || number > max) {
			throw new FramingException("The length of a frame to be sent, " + number + ", does not fit its field of "
					+ this.field.bytes() + " bytes", this.field.offset());
		}
	}

	private void write(ByteBuffer out, int at, long number) {
		long rest = number;
		for (int i = this.field.bytes() - 1; i >= 0; i--) {
			int index = little() ? at + this.field.bytes() - 1 - i : at + i;
			out.put(index, switch (this.field.format()) {
				case BINARY -> (byte) rest;
				case ASCII -> (byte) ('0' + rest % 10);
				case BCD -> (byte) (rest % 10 | rest / 10 % 10 << 4);
			});
			rest = switch (this.field.format()) {
				case BINARY -> rest >>> 8;
				case ASCII -> rest / 10;
				case BCD -> rest / 100;
			};
		}
	}

	private boolean little() {
		return this.field.format() == Format.BINARY && this.field.order() == ByteOrder.LITTLE_ENDIAN;
	}

	@Override
	public FrameDecoder newDecoder() {
		return new Decoder(this);
	}

	private static final class Decoder extends FrameDecoder {

		private final LengthField field;

		private final boolean little;

		private int frameSize;

		Decoder(LengthFieldFraming framing) {
			this.field = framing.field;
			this.little = framing.little();
		}

		@Override
		public int decode(ByteBuffer in, int from, int to) throws FramingException {
			int header = this.field.headerSize();
			if (to - from < header) {
				return INCOMPLETE;
			}
			if (this.frameSize == 0) {
				this.frameSize = size(in, from, to, header);
			}
			if (to - from < this.frameSize) {
				return INCOMPLETE;
			}
			int end = from + this.frameSize;
			payload(from + Math.min(this.field.stripped(), this.frameSize), end);
			this.frameSize = 0;
			return end;
		}

		private int size(ByteBuffer in, int from, int to, int header) throws FramingException {
			long number = number(in, from, to);
			// Neither a huge number nor an adjustment can make this overflow.
			boolean tooLarge = number < 0 || number > (long) Integer.MAX_VALUE + Integer.MAX_VALUE;
			long size = tooLarge ? Long.MAX_VALUE : number + this.field.adjustment() + header;
			if (size < header || size > this.field.maxFrameSize()) {
				throw FramingException.at(this.field.offset(), in, from, to,
						"the length field says " + number + ((number < 0) ? "" : ", a frame of " + size + " bytes")
								+ ", and a frame has from " + header + " to max-frame-size, "
								+ this.field.maxFrameSize() + " bytes");
			}
			return (int) size;
		}

		private long number(ByteBuffer in, int from, int to) throws FramingException {
			int at = from + this.field.offset();
			long number = 0;
			for (int i = 0; i < this.field.bytes(); i++) {
				int value = in.get(this.little ? at + this.field.bytes() - 1 - i : at + i) & 0xff;
				number = switch (this.field.format()) {
					case BINARY -> number << 8 | value;
					case ASCII -> 10 * number + digit(value - '0', in, from, to, i);
					case BCD ->
						100 * number + 10L * digit(value >> 4, in, from, to, i) + digit(value & 0xf, in, from, to, i);
				};
			}
			return number;
		}

		private int digit(int value, ByteBuffer in, int from, int to, int index) throws FramingException {
			if (value < 0 || value > 9) {
				throw FramingException.at(this.field.offset() + index, in, from, to,
						"the length field is not " + this.field.format() + " decimal");
			}
			return value;
		}

		@Override
		public int expectedSize(int available) {
			return (this.frameSize > 0) ? this.frameSize : Math.max(available + 1, this.field.headerSize());
		}

	}

}
