package io.socketserver.framing;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import io.socketserver.framing.LengthField.Format;
import io.socketserver.support.FramingCorpus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Frames come out as they went in, however the network cuts them.
 */
class FramingTests {

	private static final int RANDOM_FRAGMENTATIONS = 2_000;

	static Stream<Arguments> framings() {
		return FramingCorpus.all()
			.filter((corpus) -> !corpus.name().equals("raw"))
			.map((corpus) -> Arguments.of(corpus.name(), corpus.framing(), corpus));
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource("framings")
	void everySplitPointGivesTheSameFrames(String name, Framing framing, FramingCorpus corpus) throws Exception {
		byte[] stream = corpus.stream();
		for (int split = 0; split <= stream.length; split++) {
			assertThat(decode(framing, stream, List.of(split))).as("split at %d", split)
				.containsExactlyElementsOf(texts(corpus.payloads()));
		}
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource("framings")
	void everyFragmentationGivesTheSameFrames(String name, Framing framing, FramingCorpus corpus) throws Exception {
		byte[] stream = corpus.stream();
		Random random = new Random(42);
		for (int i = 0; i < RANDOM_FRAGMENTATIONS; i++) {
			List<Integer> splits = random.ints(1 + i % 8, 0, stream.length + 1).sorted().boxed().toList();
			assertThat(decode(framing, stream, splits)).as("splits at %s", splits)
				.containsExactlyElementsOf(texts(corpus.payloads()));
		}
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource("framings")
	void oneByteAtATimeGivesTheSameFrames(String name, Framing framing, FramingCorpus corpus) throws Exception {
		byte[] stream = corpus.stream();
		List<Integer> splits = Stream.iterate(0, (i) -> i < stream.length, (i) -> i + 1).toList();
		assertThat(decode(framing, stream, splits)).containsExactlyElementsOf(texts(corpus.payloads()));
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource("framings")
	void noiseEndsInFramesOrAFramingException(String name, Framing framing, FramingCorpus corpus) {
		Random random = new Random(7);
		for (int i = 0; i < RANDOM_FRAGMENTATIONS; i++) {
			byte[] noise = new byte[random.nextInt(64)];
			random.nextBytes(noise);
			try {
				decode(framing, noise, List.of(noise.length / 2));
			}
			catch (FramingException ex) {
				assertThat(ex).hasMessageContaining("offset");
			}
		}
	}

	@Test
	void aLineMayEndWithLineFeedOrBoth() throws Exception {
		assertThat(decode(Framing.line(10), bytes("a\r\nb\n\r\n"), List.of())).containsExactly("a", "b", "");
	}

	@Test
	void theBoundOfALineIsExactWithEitherEnd() throws Exception {
		assertThat(decode(Framing.line(3), bytes("abc\nabc\r\n"), List.of(3, 7))).containsExactly("abc", "abc");
		assertFails(Framing.line(3), bytes("abcd\n"), "longer than max-frame-size, 3 bytes");
		assertFails(Framing.line(3), bytes("abcde"), "longer than max-frame-size, 3 bytes");
	}

	@Test
	void theLongestOfSeveralDelimitersCounts() throws Exception {
		Framing framing = Framing.delimiter(10, List.of(bytes("\n"), bytes("\r\n")));
		assertThat(decode(framing, bytes("a\r\nb\n"), List.of(2))).containsExactly("a", "b");
	}

	@Test
	void lengthsThatCannotBeAreRefusedBeforeAnyMemoryIsTaken() {
		Framing eight = Framing.lengthField(LengthField.bytes(8));
		assertFails(eight, new byte[] { -1, -1, -1, -1, -1, -1, -1, -1 }, "the length field says -1");
		assertFails(eight, new byte[] { 0x7f, -1, -1, -1, -1, -1, -1, -1 }, "9223372036854775807");
		assertFails(Framing.lengthField(LengthField.bytes(4)), new byte[] { 0x7f, -1, -1, -1 }, "2147483647");
		assertFails(Framing.lengthField(LengthField.bytes(4)), new byte[] { -1, -1, -1, -1 }, "4294967295");
		assertFails(Framing.lengthField(LengthField.bytes(2).withAdjustment(-2)), new byte[] { 0, 1 },
				"a frame has from 2");
		assertFails(Framing.lengthField(LengthField.bytes(2).withFormat(Format.ASCII, 4)), bytes("12x4"),
				"At offset 2");
	}

	@Test
	void aCountOfOctetsIsDigitsAndABlank() throws Exception {
		Framing framing = Framing.octetCounted(20);
		assertThat(decode(framing, bytes("1 a20 12345678901234567890"), List.of(4))).containsExactly("a",
				"12345678901234567890");
		assertFails(framing, bytes("<13>Oct 11 22:14:15 host hello"),
				"[3c 31 33 3e 4f 63 74 20 31 31 20 32 32 3a 31 34], which looks like a syslog message without its length");
		assertFails(framing, bytes("0 "), "the first is not 0");
		assertFails(framing, bytes("03 abc"), "the first is not 0");
		assertFails(framing, bytes(" a"), "the first is not 0");
		assertFails(framing, bytes("1x"), "At offset 1");
		assertFails(framing, bytes("21"), "more than max-frame-size, 20 bytes");
		assertFails(framing, bytes("99999999999999999999"), "more than max-frame-size, 20 bytes");
	}

	@Test
	void anErrorShowsTheBytesAndWhatTheyLookLike() {
		assertFails(Framing.lengthField(LengthField.bytes(4)), bytes("GET / HTTP/1.1\r\n"),
				"[47 45 54 20 2f 20 48 54 54 50 2f 31 2e 31 0d 0a], which looks like an HTTP request");
		assertFails(Framing.mllp(10), new byte[] { 0x16, 3, 1, 0, 5 }, "looks like a TLS ClientHello");
		assertFails(Framing.stxEtx(10), bytes("PROXY TCP4 1.2.3.4"), "looks like a PROXY protocol header");
	}

	@Test
	void lineEndsBetweenEnvelopesAreSkipped() throws Exception {
		byte[] stream = bytes("\u000ba\u001c\r\r\n\u000bb\u001c\r");
		assertThat(decode(Framing.mllp(10), stream, List.of(5))).containsExactly("a", "b");
	}

	@Test
	void aPayloadThatThePeerWouldMisreadIsNotSent() {
		assertThatExceptionOfType(FramingException.class)
			.isThrownBy(() -> encode(Framing.line(10), List.of(bytes("a\nb"))))
			.withMessageContaining("contains a line feed");
		assertThatExceptionOfType(FramingException.class)
			.isThrownBy(() -> encode(Framing.mllp(10), List.of(bytes("a\u001c\rb"))));
		assertThatExceptionOfType(FramingException.class)
			.isThrownBy(() -> encode(Framing.fixed(3), List.of(bytes("ab"))));
		assertThatExceptionOfType(FramingException.class)
			.isThrownBy(() -> encode(Framing.octetCounted(3), List.of(bytes(""))));
		assertThatExceptionOfType(FramingException.class)
			.isThrownBy(() -> encode(Framing.lengthField(LengthField.bytes(1)), List.of(new byte[256])));
	}

	@Test
	void aPayloadThatMakesADelimiterWithTheOneBehindItIsNotSent() {
		assertThatExceptionOfType(FramingException.class)
			.isThrownBy(() -> encode(Framing.delimiter(10, List.of(bytes("||"))), List.of(bytes("a|"))))
			.withMessageContaining("beginning of the delimiter");
		assertThatExceptionOfType(FramingException.class).isThrownBy(
				() -> encode(Framing.delimiter(10, List.of(bytes("\n"), bytes("\r\n"))), List.of(bytes("a\r"))));
	}

	@Test
	void aLineThatEndsWithCarriageReturnKeepsIt() throws Exception {
		byte[] stream = encode(Framing.line(10), List.of(bytes("a\r"), bytes("\r"), bytes("b")));
		assertThat(decode(Framing.line(10), stream, List.of())).containsExactly("a\r", "\r", "b");
	}

	@Test
	void aFrameThatIsCutOffByTheEndOfTheStreamIsAnErrorButALineIsNot() throws Exception {
		FrameDecoder mllp = Framing.mllp(10).newDecoder();
		ByteBuffer cut = ByteBuffer.wrap(bytes("\u000bab"));
		assertThat(mllp.decode(cut, 0, 3)).isEqualTo(FrameDecoder.INCOMPLETE);
		assertThatExceptionOfType(FramingException.class).isThrownBy(() -> mllp.decodeLast(cut, 0, 3));
		FrameDecoder line = Framing.line(10).newDecoder();
		assertThat(line.decodeLast(ByteBuffer.wrap(bytes("ab")), 0, 2)).isTrue();
	}

	@Test
	void aBoundThatMakesNoSenseIsRefused() {
		assertThatIllegalArgumentException().isThrownBy(() -> Framing.line(0)).withMessageContaining("is 0");
		assertThatIllegalArgumentException().isThrownBy(() -> LengthField.bytes(5))
			.withMessageContaining("cannot have 5 bytes");
	}

	private static void assertFails(Framing framing, byte[] stream, String message) {
		assertThatExceptionOfType(FramingException.class).isThrownBy(() -> decode(framing, stream, List.of()))
			.withMessageContaining(message);
	}

	private static byte[] encode(Framing framing, List<byte[]> payloads) throws FramingException {
		ByteBuffer out = ByteBuffer.allocate(4096);
		for (byte[] payload : payloads) {
			framing.encode(ByteBuffer.wrap(payload), out);
		}
		byte[] stream = new byte[out.position()];
		out.flip().get(stream);
		return stream;
	}

	/**
	 * Decodes as a connection does: the bytes come in pieces, and are moved between.
	 */
	private static List<String> decode(Framing framing, byte[] stream, List<Integer> splits) throws FramingException {
		List<String> frames = new ArrayList<>();
		FrameDecoder decoder = framing.newDecoder();
		int start = 0;
		for (int i = 0; i <= splits.size(); i++) {
			int end = (i < splits.size()) ? splits.get(i) : stream.length;
			// A fresh buffer, at another index: a decoder may remember neither.
			ByteBuffer in = ByteBuffer.allocateDirect(end - start + i).position(i).put(stream, start, end - start);
			int from = i;
			for (int next; (next = decoder.decode(in, from, in.capacity())) >= 0;) {
				byte[] payload = new byte[decoder.payloadEnd() - decoder.payloadStart()];
				in.get(decoder.payloadStart(), payload);
				frames.add(new String(payload, StandardCharsets.ISO_8859_1));
				from = next;
			}
			start += from - i;
		}
		return frames;
	}

	private static List<String> texts(List<byte[]> payloads) {
		return payloads.stream().map((payload) -> new String(payload, StandardCharsets.ISO_8859_1)).toList();
	}

	private static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.ISO_8859_1);
	}

}
