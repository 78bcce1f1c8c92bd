package io.socketserver.fuzz;

import java.io.IOException;
import java.util.List;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

/**
 * What led a fuzzer somewhere, or was found by it, once more. See {@link DecoderFuzzing}
 * for the fuzzer.
 */
class DecoderFuzzTests {

	@ParameterizedTest
	@EnumSource
	void allSeedsHold(FuzzedFraming framing) throws IOException {
		List<byte[]> seeds = Seeds.of(framing);
		assertThat(seeds).isNotEmpty();
		for (byte[] seed : seeds) {
			assertThatCode(() -> framing.check(seed)).as(() -> Seeds.text(seed)).doesNotThrowAnyException();
		}
	}

}
