package io.socketserver.fuzz;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;

/**
 * The inputs a fuzzer begins with: a file for each framing, a line of hex for each input.
 */
final class Seeds {

	private Seeds() {
	}

	static List<byte[]> of(FuzzedFraming framing) throws IOException {
		String file = "/fuzz/" + framing.type() + ".hex";
		try (InputStream lines = Objects.requireNonNull(Seeds.class.getResourceAsStream(file), file)) {
			return new String(lines.readAllBytes(), StandardCharsets.US_ASCII).lines()
				.map(HexFormat.of()::parseHex)
				.toList();
		}
	}

	static String text(byte[] seed) {
		return HexFormat.of().formatHex(seed);
	}

}
