package io.socketserver.fuzz;

import java.util.Locale;

/**
 * What Jazzer calls, with bytes that it makes from those that led somewhere before.
 */
public final class DecoderFuzzTarget {

	private static FuzzedFraming framing = FuzzedFraming.LINE;

	private DecoderFuzzTarget() {
	}

	/**
	 * Chooses the decoder.
	 * @param args the type of a framing
	 */
	public static void fuzzerInitialize(String[] args) {
		framing = FuzzedFraming.valueOf(args[0].toUpperCase(Locale.ROOT).replace('-', '_'));
	}

	/**
	 * Tries an input.
	 * @param input any bytes
	 */
	public static void fuzzerTestOneInput(byte[] input) {
		framing.check(input);
	}

}
