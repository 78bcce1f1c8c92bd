package io.socketserver.proxy;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;

import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

import io.socketserver.support.ProxyHeaders;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * {@link ProxyHeader}, without a network.
 */
class ProxyHeaderTests {

	private static final int MAX = ProxyProtocol.DEFAULT_MAX_HEADER_LENGTH;

	private static final int ROUNDS = Integer.getInteger("fuzz.rounds", 100_000);

	@Test
	void readsVersion1() throws Exception {
		ProxyHeader header = whole(ProxyHeaders.ascii("PROXY TCP4 192.0.2.7 10.0.0.1 4711 80\r\n"));
		assertThat(header.version()).isOne();
		assertThat(header.local()).isFalse();
		assertThat(header.source()).contains(address("192.0.2.7", 4711));
		assertThat(header.destination()).contains(address("10.0.0.1", 80));
		assertThat(header.tlvs().types()).isEmpty();
		ProxyHeader v6 = whole(ProxyHeaders.ascii("PROXY TCP6 2001:db8::7 ::1 65535 0\r\n"));
		assertThat(v6.source()).contains(address("2001:db8::7", 65535));
		String longest = "PROXY TCP6 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"
				+ " 65535 65535\r\n";
		assertThat(whole(ProxyHeaders.ascii(longest)).destination()).isPresent();
	}

	@Test
	void readsUnknown() throws Exception {
		for (String line : new String[] { "PROXY UNKNOWN\r\n", "PROXY UNKNOWN what ever\r\n",
				"PROXY UNKNOWN ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535\r\n" }) {
			ProxyHeader header = whole(ProxyHeaders.ascii(line));
			assertThat(header.source()).isEmpty();
			assertThat(header.local()).isFalse();
		}
		assertThat(ProxyHeaders.ascii("PROXY UNKNOWN " + "x".repeat(91) + "\r\n")).hasSize(107);
		assertThat(whole(ProxyHeaders.ascii("PROXY UNKNOWN " + "x".repeat(91) + "\r\n")).source()).isEmpty();
	}

	@Test
	void readsVersion2() throws Exception {
		ProxyHeader v4 = whole(ProxyHeaders.v2(0x21, 0x11, ProxyHeaders.tcp4()));
		assertThat(v4.version()).isEqualTo(2);
		assertThat(v4.source()).contains(address("192.0.2.7", 4711));
		assertThat(v4.destination()).contains(address("10.0.0.1", 80));
		ProxyHeader v6 = whole(ProxyHeaders.v2(0x21, 0x21, ProxyHeaders.addresses("2001:db8::7", "::1", 65535, 1)));
		assertThat(v6.source()).contains(address("2001:db8::7", 65535));
	}

	@Test
	void localAndUnspecifiedHaveNoAddresses() throws Exception {
		assertThat(whole(ProxyHeaders.v2(0x20, 0x00)).local()).isTrue();
		// Whatever is in there has to be ignored, the family included.
		assertThat(whole(ProxyHeaders.v2(0x20, 0xff, new byte[100])).source()).isEmpty();
		assertThat(whole(ProxyHeaders.v2(0x21, 0x00)).local()).isFalse();
		assertThat(whole(ProxyHeaders.v2(0x21, 0x00, new byte[100])).source()).isEmpty();
		assertThat(whole(
				ProxyHeaders.v2(0x21, 0x31, new byte[216], ProxyHeaders.tlv(2, ProxyHeaders.ascii("example.org"))))
			.tlvs()
			.authority()).contains("example.org");
	}

	@Test
	void readsTlvs() throws Exception {
		byte[] ssl = ProxyHeaders.join(new byte[] { 0x07, 0, 0, 0, 0 },
				ProxyHeaders.tlv(0x21, ProxyHeaders.ascii("TLSv1.3")),
				ProxyHeaders.tlv(0x22, "Ann Müller".getBytes(StandardCharsets.UTF_8)),
				ProxyHeaders.tlv(0x23, ProxyHeaders.ascii("TLS_AES")));
		byte[] header = ProxyHeaders.checked(ProxyHeaders.v2(0x21, 0x11, ProxyHeaders.tcp4(),
				ProxyHeaders.tlv(1, ProxyHeaders.ascii("h2")), ProxyHeaders.tlv(2, ProxyHeaders.ascii("example.org")),
				ProxyHeaders.tlv(4, new byte[9]), ProxyHeaders.tlv(5, ProxyHeaders.ascii("id-1")),
				ProxyHeaders.tlv(0x20, ssl), ProxyHeaders.tlv(0x30, ProxyHeaders.ascii("blue")),
				ProxyHeaders.tlv(0xea, new byte[] { 1, 2 }), ProxyHeaders.tlv(3, new byte[4])));
		ProxyTlvs tlvs = whole(header).tlvs();
		assertThat(tlvs.alpn()).contains("h2");
		assertThat(tlvs.authority()).contains("example.org");
		assertThat(tlvs.uniqueId()).contains(ProxyHeaders.ascii("id-1"));
		assertThat(tlvs.namespace()).contains("blue");
		assertThat(tlvs.value(0xea)).contains(new byte[] { 1, 2 });
		assertThat(tlvs.value(0xeb)).isEmpty();
		ProxySsl tls = tlvs.ssl().orElseThrow();
		assertThat(tls.tls()).isTrue();
		assertThat(tls.certificate()).isTrue();
		assertThat(tls.verified()).isTrue();
		assertThat(tls.version()).contains("TLSv1.3");
		assertThat(tls.commonName()).contains("Ann Müller");
		assertThat(tls.cipher()).contains("TLS_AES");
	}

	@Test
	void aClientWithoutACertificateIsNotVerified() throws Exception {
		byte[] header = ProxyHeaders.v2(0x21, 0x11, ProxyHeaders.tcp4(),
				ProxyHeaders.tlv(0x20, new byte[] { 0x01, 0, 0, 0, 0 }));
		ProxySsl tls = whole(header).tlvs().ssl().orElseThrow();
		assertThat(tls.certificate()).isFalse();
		assertThat(tls.verified()).isFalse();
	}

	/**
	 * However it is cut, and whatever follows.
	 */
	@Test
	void asksForMoreUntilItIsWhole() throws Exception {
		byte[] v1 = ProxyHeaders.ascii("PROXY TCP4 192.0.2.7 10.0.0.1 4711 80\r\n");
		byte[] v2 = ProxyHeaders.v2(0x21, 0x11, ProxyHeaders.tcp4(),
				ProxyHeaders.tlv(2, ProxyHeaders.ascii("example.org")));
		for (byte[] header : new byte[][] { v1, v2, ProxyHeaders.v2(0x20, 0) }) {
			for (int i = 0; i < header.length; i++) {
				ByteBuffer part = ByteBuffer.wrap(header, 0, i);
				assertThat(ProxyHeader.parse(part, MAX)).as("%d bytes", i).isNull();
				assertThat(part.position()).isZero();
			}
			ByteBuffer more = ByteBuffer
				.wrap(ProxyHeaders.join(ProxyHeaders.ascii("xx"), header, ProxyHeaders.ascii("hello")))
				.position(2);
			assertThat(ProxyHeader.parse(more, MAX)).isNotNull();
			assertThat(more.remaining()).isEqualTo(5);
		}
	}

	@TestFactory
	Stream<DynamicTest> refusesTheMalformed() {
		return ProxyHeaders.malformed()
			.entrySet()
			.stream()
			.map((each) -> DynamicTest.dynamicTest(each.getKey(), () -> refuses(each)));
	}

	private static void refuses(Map.Entry<String, byte[]> each) {
		assertThatExceptionOfType(ProxyHeaderException.class)
			.isThrownBy(() -> ProxyHeader.parse(ByteBuffer.wrap(each.getValue()), MAX))
			.satisfies((ex) -> assertThat(ex.getMessage()).matches("[\\x20-\\x7e]{1,400}"));
	}

	@Test
	void throwsNothingElseWhateverComes() {
		Random random = new Random(7);
		byte[] good = ProxyHeaders.v2(0x21, 0x11, ProxyHeaders.tcp4(),
				ProxyHeaders.tlv(0x20, new byte[] { 1, 0, 0, 0, 0 }, ProxyHeaders.tlv(0x22, ProxyHeaders.ascii("cn"))),
				ProxyHeaders.tlv(5, ProxyHeaders.ascii("id")));
		byte[] line = ProxyHeaders.ascii("PROXY TCP6 2001:db8::7 ::1 4711 80\r\n");
		for (int i = 0; i < ROUNDS; i++) {
			byte[] bytes = ((i & 1) == 0) ? good.clone() : line.clone();
			for (int j = random.nextInt(4); j >= 0; j--) {
				bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
			}
			ByteBuffer in = ByteBuffer.wrap(bytes, 0, random.nextInt(bytes.length + 1));
			try {
				ProxyHeader.parse(in, MAX);
			}
			catch (ProxyHeaderException expected) {
				if (in.position() != 0) {
					throw new AssertionError("Not where it was: " + in, expected);
				}
			}
		}
	}

	@Test
	void readsTheHeaderOfADatagram() throws Exception {
		ByteBuffer datagram = ByteBuffer
			.wrap(ProxyHeaders.join(ProxyHeaders.v2(0x21, 0x12, ProxyHeaders.tcp4()), ProxyHeaders.ascii("ping")));
		ProxyHeader header = ProxyHeader.parseDatagram(datagram, MAX);
		assertThat(header.source()).contains(address("192.0.2.7", 4711));
		assertThat(datagram.remaining()).isEqualTo(4);
		for (byte[] bad : new byte[][] { ProxyHeaders.ascii("ping"), new byte[0],
				ProxyHeaders.v2(0x21, 0x11, ProxyHeaders.tcp4()),
				Arrays.copyOf(ProxyHeaders.v2(0x21, 0x12, ProxyHeaders.tcp4()), 20),
				ProxyHeaders.ascii("PROXY TCP4 1.2.3.4 1.2.3.4 1 2\r\n") }) {
			assertThatExceptionOfType(ProxyHeaderException.class)
				.isThrownBy(() -> ProxyHeader.parseDatagram(ByteBuffer.wrap(bad), MAX));
		}
	}

	@Test
	void recognisesForbiddenHeadersHoweverTheyAreCut() {
		byte[] v2 = ProxyHeaders.v2(0x21, 0x11, ProxyHeaders.tcp4());
		for (byte[] header : new byte[][] { v2, ProxyHeaders.ascii("PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n"),
				ProxyHeaders.ascii("PROXY TCP6 ::1 ::1 1 2\r\n"), ProxyHeaders.ascii("PROXY UNKNOWN\r\n") }) {
			assertThat(new ForbiddenHeader().found(ByteBuffer.wrap(header), 0, header.length)).isTrue();
			ForbiddenHeader dripped = new ForbiddenHeader();
			boolean found = false;
			for (int i = 0; i < header.length && !found; i++) {
				found = dripped.found(ByteBuffer.wrap(header), i, i + 1);
			}
			assertThat(found).isTrue();
		}
		for (String other : new String[] { "PROXY ", "PROXY me\r\n", "PROXY TCP9", "PING", "\r\n\r\nhello", "P", "" }) {
			assertThat(new ForbiddenHeader().found(ByteBuffer.wrap(ProxyHeaders.ascii(other)), 0, other.length()))
				.as(other)
				.isFalse();
		}
	}

	private static ProxyHeader whole(byte[] bytes) throws Exception {
		ByteBuffer in = ByteBuffer.wrap(bytes);
		ProxyHeader header = ProxyHeader.parse(in, MAX);
		assertThat(in.hasRemaining()).isFalse();
		return Objects.requireNonNull(header);
	}

	private static InetSocketAddress address(String host, int port) throws Exception {
		return new InetSocketAddress(InetAddress.getByName(host), port);
	}

}
