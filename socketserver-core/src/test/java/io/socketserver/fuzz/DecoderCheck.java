package io.socketserver.fuzz;

import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

import com.sun.management.ThreadMXBean;

import io.socketserver.framing.FrameDecoder;
import io.socketserver.framing.Framing;
import io.socketserver.framing.FramingException;

/**
 * What has to hold for a decoder, whatever bytes it gets: only {@link FramingException}s,
 * no byte read or answered but those it was given, no memory beyond its bound, the same
 * frames for any way to cut the stream; and what it found can be written, and is found
 * again.
 */
final class DecoderCheck {

	// Far below a length that a hostile peer announces, and above what a class costs that
	// is loaded meanwhile, and instrumented by a fuzzer.
	private static final int ALLOCATION_BOUND = 16 * 1024 * 1024;

	// The longest delimiter or header that is fuzzed.
	private static final int MAX_OVERHEAD = 16;

	private static final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

	private final Framing framing;

	private final boolean framed;

	private final boolean comesBack;

	private DecoderCheck(Framing framing, boolean framed, boolean comesBack) {
		this.framing = framing;
		this.framed = framed;
		this.comesBack = comesBack;
	}

	static DecoderCheck of(Framing framing) {
		return new DecoderCheck(framing, true, true);
	}

	/**
	 * Of a framing whose frames depend on the pieces the stream comes in.
	 */
	static DecoderCheck unframed(Framing framing) {
		return new DecoderCheck(framing, false, true);
	}

	/**
	 * Of a framing that does not find the payload it writes.
	 */
	static DecoderCheck oneWay(Framing framing) {
		return new DecoderCheck(framing, true, false);
	}

	void run(byte[] stream, int[] pieces) {
		Decoded whole = decode(stream, Math.max(1, stream.length));
		compare(whole, decode(stream, 1), "byte by byte");
		compare(whole, decode(stream, pieces), "in pieces of " + Arrays.toString(pieces));
		if (this.comesBack) {
			whole.payloads().forEach(this::checkComesBack);
			checkComesBack(Arrays.copyOf(stream, Math.min(stream.length, this.framing.maxFrameSize())));
		}
	}

	private void compare(Decoded whole, Decoded cut, String how) {
		String expected = whole.describe(this.framed);
		String found = cut.describe(this.framed);
		check(found.equals(expected), "The stream gives %s, and %s it gives %s", expected, how, found);
	}

	/**
	 * Decodes as a connection does: what is left comes again, elsewhere, with more.
	 */
	private Decoded decode(byte[] stream, int... pieces) {
		Decoded result = new Decoded();
		FrameDecoder decoder = this.framing.newDecoder();
		int kept = 0;
		int start = 0;
		for (int i = 0; start + kept < stream.length; i++) {
			int available = Math.min(stream.length - start, kept + pieces[i % pieces.length]);
			// What it must not see is not there, or is what it would take for an end.
			int shift = i % 3;
			ByteBuffer in = ByteBuffer.allocate(shift + available);
			Arrays.fill(in.array(), 0, shift, (byte) '\n');
			in.put(shift, stream, start, available)
				.order((i % 2 == 0) ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
			try {
				int from = decodeAll(decoder, in, shift, result);
				start += from - shift;
				kept = in.capacity() - from;
				if (kept > 0 && start + kept == stream.length) {
					decodeLast(decoder, in, from, result);
				}
			}
			catch (FramingException ex) {
				result.failed(ex);
				return result;
			}
		}
		return result;
	}

	private void decodeLast(FrameDecoder decoder, ByteBuffer in, int from, Decoded result) throws FramingException {
		if (decoder.decodeLast(in, from, in.capacity())) {
			addPayload(decoder, in, from, in.capacity(), result);
		}
	}

	private int decodeAll(FrameDecoder decoder, ByteBuffer in, int start, Decoded result) throws FramingException {
		int to = in.capacity();
		int from = start;
		for (int next; from < to && (next = decodeOne(decoder, in, from, to)) != FrameDecoder.INCOMPLETE;) {
			check(next > from && next <= to, "From %d to %d the next frame begins at %d", from, to, next);
			addPayload(decoder, in, from, next, result);
			from = next;
		}
		int begin = decoder.skip(in, from, to);
		check(begin >= from && begin <= to, "From %d to %d a frame begins at %d", from, to, begin);
		checkRest(decoder, to - begin);
		return begin;
	}

	private void addPayload(FrameDecoder decoder, ByteBuffer in, int from, int to, Decoded result) {
		int start = decoder.payloadStart();
		int end = decoder.payloadEnd();
		check(from <= start && start <= end && end <= to, "Between %d and %d the payload is from %d to %d", from, to,
				start, end);
		check(end - start <= this.framing.maxFrameSize(), "The payload has %d bytes", end - start);
		byte[] payload = new byte[end - start];
		in.get(start, payload);
		result.add(payload);
	}

	private int decodeOne(FrameDecoder decoder, ByteBuffer in, int from, int to) throws FramingException {
		long before = threads.getCurrentThreadAllocatedBytes();
		try {
			return decoder.decode(in, from, to);
		}
		finally {
			long bytes = threads.getCurrentThreadAllocatedBytes() - before;
			check(bytes <= ALLOCATION_BOUND, "Decoding took %d bytes of memory", bytes);
			check(in.position() == 0 && in.limit() == in.capacity(), "The buffer has become %s", in);
		}
	}

	private void checkRest(FrameDecoder decoder, int rest) {
		int bound = this.framing.maxFrameSize() + MAX_OVERHEAD;
		check(rest <= bound, "%d bytes are kept", rest);
		int expected = decoder.expectedSize(rest);
		check(rest == 0 || expected > rest, "With %d bytes there, %d are expected", rest, expected);
		check(expected <= bound, "%d bytes are expected", expected);
	}

	/**
	 * A payload is either refused, with nothing written, or found by the peer as it is.
	 */
	private void checkComesBack(byte[] payload) {
		if (payload.length > 1 && payload[0] == 0x16 && payload[1] == 3) {
			// As the first line of a connection it is refused on purpose: TLS.
			return;
		}
		ByteBuffer frame = ByteBuffer.allocate(payload.length + this.framing.overhead());
		try {
			this.framing.encode(ByteBuffer.wrap(payload), frame);
		}
		catch (FramingException ex) {
			check(frame.position() == 0, "%d bytes of a refused payload were written", frame.position());
			return;
		}
		Decoded found = decode(Arrays.copyOf(frame.array(), frame.position()), Math.max(1, frame.position()));
		Decoded expected = new Decoded();
		expected.add(payload);
		compare(expected, found, "written and read again");
	}

	@SuppressWarnings("AnnotateFormatMethod") // There is no dependency that has it.
	private static void check(boolean holds, String message, Object... values) {
		if (!holds) {
			throw new AssertionError(String.format(message, values));
		}
	}

}
