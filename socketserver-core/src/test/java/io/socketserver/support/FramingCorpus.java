package io.socketserver.support;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;

import io.socketserver.framing.Framing;
import io.socketserver.framing.FramingException;
import io.socketserver.framing.LengthField;
import io.socketserver.framing.LengthField.Format;

/**
 * Streams that everything which decodes frames has to understand in the same way,
 * whatever the pieces they come in.
 *
 * @param name what test reports call it
 * @param framing the framing
 * @param stream the bytes as a peer may send them
 * @param payloads the payloads in them
 */
@SuppressWarnings("ArrayRecordComponent") // Nobody compares two of them.
public record FramingCorpus(String name, Framing framing, byte[] stream, List<byte[]> payloads) {

	private static final int MAX = 300;

	/**
	 * All of them.
	 * @return one for each kind of framing, and more for those with options
	 */
	public static Stream<FramingCorpus> all() {
		List<byte[]> texts = List.of(bytes(""), bytes("a"), bytes("hello world"), bytes("x".repeat(MAX)));
		List<byte[]> same = List.of(bytes("12345678"), new byte[8], bytes("abcdefgh"));
		return Stream.concat(Stream.of(of("line", Framing.line(MAX), texts),
				new FramingCorpus("line, CR LF", Framing.line(MAX), bytes("a\r\nb\r\r\n\n\r\nhello world\r\n"),
						List.of(bytes("a"), bytes("b\r"), bytes(""), bytes(""), bytes("hello world"))),
				of("delimiter", Framing.delimiter(MAX, List.of(bytes("||"), bytes("\r\n.\r\n"))), texts),
				new FramingCorpus("delimiter, each", Framing.delimiter(MAX, List.of(bytes("\n"), bytes("\r\n"))),
						bytes("a\r\nb\n\r\nhello\rworld\n"),
						List.of(bytes("a"), bytes("b"), bytes(""), bytes("hello\rworld"))),
				of("fixed", Framing.fixed(8), same), of("stx-etx", Framing.stxEtx(MAX), texts),
				of("mllp", Framing.mllp(MAX), texts),
				of("octet-counted", Framing.octetCounted(MAX), texts.subList(1, texts.size())),
				new FramingCorpus("mllp, line ends", Framing.mllp(MAX),
						bytes("\u000ba\u001cb\u001c\r\r\n\u000b\u001c\u001c\r\n"),
						List.of(bytes("a\u001cb"), bytes("\u001c"))),
				of("raw", Framing.raw(MAX), texts)), lengthFields());
	}

	private static Stream<FramingCorpus> lengthFields() {
		List<byte[]> payloads = List.of(new byte[0], new byte[] { 0 }, new byte[] { -1, 10, 13, 2, 3, 0x0b, 0x1c },
				new byte[MAX]);
		List<byte[]> small = payloads.subList(0, 3);
		LengthField two = LengthField.bytes(2);
		return Stream.of(of("length 1", Framing.lengthField(LengthField.bytes(1)), small),
				of("length 2", Framing.lengthField(two), payloads),
				of("length 3, little", Framing.lengthField(LengthField.bytes(3).withOrder(ByteOrder.LITTLE_ENDIAN)),
						payloads),
				of("length 4, counts itself", Framing.lengthField(LengthField.bytes(4).withAdjustment(-4)), payloads),
				of("length 8", Framing.lengthField(LengthField.bytes(8)), payloads),
				of("length 2 at 3", Framing.lengthField(two.withOffset(3)), payloads),
				of("ascii", Framing.lengthField(two.withFormat(Format.ASCII, 4)), payloads),
				of("bcd", Framing.lengthField(two.withFormat(Format.BCD, 2)), payloads));
	}

	private static FramingCorpus of(String name, Framing framing, List<byte[]> payloads) {
		return new FramingCorpus(name, framing, encode(framing, payloads), payloads);
	}

	/**
	 * What a server that answers each payload sends.
	 * @return the frames as the framing writes them
	 */
	public byte[] echo() {
		return encode(this.framing, this.payloads);
	}

	private static byte[] encode(Framing framing, List<byte[]> payloads) {
		ByteArrayOutputStream stream = new ByteArrayOutputStream();
		try {
			for (byte[] payload : payloads) {
				ByteBuffer frame = ByteBuffer.allocate(payload.length + framing.overhead());
				framing.encode(ByteBuffer.wrap(payload), frame);
				stream.write(frame.array(), 0, frame.position());
			}
		}
		catch (FramingException ex) {
			throw new AssertionError("A payload of the corpus cannot be framed", ex);
		}
		return stream.toByteArray();
	}

	private static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.ISO_8859_1);
	}

	@Override
	public String toString() {
		return this.name;
	}

}
