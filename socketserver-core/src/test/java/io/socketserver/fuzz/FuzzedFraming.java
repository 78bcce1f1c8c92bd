package io.socketserver.fuzz;

import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

import io.socketserver.framing.Framing;
import io.socketserver.framing.LengthField;
import io.socketserver.framing.LengthField.Format;

/**
 * The framings whose decoders are fuzzed. A fuzzer chooses their options, too; the bounds
 * are small, so that they are reached.
 */
enum FuzzedFraming {

	LINE {

		@Override
		DecoderCheck check(FuzzInput input) {
			return DecoderCheck.of(Framing.line(size(input)));
		}
	},

	DELIMITER {

		@Override
		DecoderCheck check(FuzzInput input) {
			List<byte[]> delimiters = DELIMITERS.get(input.option(DELIMITERS.size()));
			return DecoderCheck.of(Framing.delimiter(size(input), delimiters));
		}
	},

	LENGTH_FIELD {

		@Override
		DecoderCheck check(FuzzInput input) {
			Format format = FORMATS.get(input.option(FORMATS.size()));
			int bytes = switch (format) {
				case BINARY -> new int[] { 1, 2, 3, 4, 8 }[input.option(5)];
				case ASCII -> 1 + input.option(9);
				case BCD -> 1 + input.option(4);
			};
			ByteOrder order = (input.option(2) == 0) ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
			int offset = input.option(6);
			// Mostly those that make sense, which are small.
			int adjustment = (input.option(8) == 0) ? input.number() : input.option(32) - 16;
			int max = offset + bytes + size(input);
			int strip = input.option(max + 2) - 1;
			Framing framing = Framing
				.lengthField(new LengthField(bytes, format, order, offset, adjustment, strip, max));
			// Where not exactly the header is stripped, what is sent is not what is
			// found.
			boolean comesBack = strip == -1 || strip == offset + bytes;
			return comesBack ? DecoderCheck.of(framing) : DecoderCheck.oneWay(framing);
		}
	},

	FIXED {

		@Override
		DecoderCheck check(FuzzInput input) {
			return DecoderCheck.of(Framing.fixed(size(input)));
		}
	},

	STX_ETX {

		@Override
		DecoderCheck check(FuzzInput input) {
			return DecoderCheck.of(Framing.stxEtx(size(input)));
		}
	},

	OCTET_COUNTED {

		@Override
		DecoderCheck check(FuzzInput input) {
			return DecoderCheck.of(Framing.octetCounted(size(input)));
		}
	},

	MLLP {

		@Override
		DecoderCheck check(FuzzInput input) {
			return DecoderCheck.of(Framing.mllp(size(input)));
		}
	},

	RAW {

		@Override
		DecoderCheck check(FuzzInput input) {
			return DecoderCheck.unframed(Framing.raw(size(input)));
		}
	};

	// Some that begin or end with each other, or with themselves.
	private static final List<Format> FORMATS = List.of(Format.values());

	private static final List<List<byte[]>> DELIMITERS = List.of(delimiters("\n"), delimiters("\n", "\r\n"),
			delimiters("\r\n", "\n"), delimiters("||"), delimiters("||", "\r\n.\r\n"), delimiters("aab", "ab", "aba"),
			delimiters("abababab", "ba"));

	private static List<byte[]> delimiters(String... texts) {
		return List.of(texts).stream().map((text) -> text.getBytes(StandardCharsets.ISO_8859_1)).toList();
	}

	private static int size(FuzzInput input) {
		return 1 + input.option(40);
	}

	/**
	 * A check of the framing with the options that come next.
	 * @param input what a fuzzer gave
	 * @return the check
	 */
	abstract DecoderCheck check(FuzzInput input);

	/**
	 * Checks what a fuzzer gave: options, how to cut, and a stream.
	 * @param bytes any bytes
	 * @throws AssertionError if a decoder does what it must not do
	 */
	void check(byte[] bytes) {
		FuzzInput input = new FuzzInput(bytes);
		DecoderCheck check = check(input);
		int[] pieces = IntStream.range(0, 4).map((i) -> 1 + input.option(24)).toArray();
		check.run(input.stream(), pieces);
	}

	/**
	 * What files and command lines call it.
	 * @return the value of {@code framing.type}
	 */
	String type() {
		return name().toLowerCase(Locale.ROOT).replace('_', '-');
	}

}
