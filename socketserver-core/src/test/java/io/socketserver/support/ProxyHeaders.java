package io.socketserver.support;

import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.zip.CRC32C;

/**
 * PROXY headers, good and bad.
 */
public final class ProxyHeaders {

	private static final byte[] SIGNATURE = "\r\n\r\n\0\r\nQUIT\n".getBytes(StandardCharsets.ISO_8859_1);

	private ProxyHeaders() {
	}

	public static byte[] ascii(String text) {
		return text.getBytes(StandardCharsets.ISO_8859_1);
	}

	/**
	 * A header of version 2.
	 * @param command version and command
	 * @param family family and protocol
	 * @param rest addresses and TLVs
	 * @return the bytes
	 */
	public static byte[] v2(int command, int family, byte[]... rest) {
		byte[] all = join(rest);
		ByteBuffer header = ByteBuffer.allocate(16 + all.length);
		header.put(SIGNATURE).put((byte) command).put((byte) family).putShort((short) all.length).put(all);
		return header.array();
	}

	/**
	 * The addresses of a header of version 2.
	 * @param source the client's
	 * @param destination the server's
	 * @param sourcePort the client's
	 * @param destinationPort the server's
	 * @return the bytes
	 */
	public static byte[] addresses(String source, String destination, int sourcePort, int destinationPort) {
		try {
			ByteBuffer ports = ByteBuffer.allocate(4).putShort((short) sourcePort).putShort((short) destinationPort);
			return join(InetAddress.getByName(source).getAddress(), InetAddress.getByName(destination).getAddress(),
					ports.array());
		}
		catch (UnknownHostException ex) {
			throw new AssertionError(ex);
		}
	}

	public static byte[] tcp4() {
		return addresses("192.0.2.7", "10.0.0.1", 4711, 80);
	}

	public static byte[] tlv(int type, byte[]... value) {
		byte[] all = join(value);
		return join(new byte[] { (byte) type, (byte) (all.length >> 8), (byte) all.length }, all);
	}

	/**
	 * Puts the right checksum into a header whose last TLV is a checksum of zeros.
	 * @param header the header
	 * @return the header
	 */
	public static byte[] checked(byte[] header) {
		CRC32C crc = new CRC32C();
		crc.update(header);
		ByteBuffer.wrap(header).putInt(header.length - 4, (int) crc.getValue());
		return header;
	}

	public static byte[] join(byte[]... parts) {
		ByteArrayOutputStream all = new ByteArrayOutputStream();
		for (byte[] part : parts) {
			all.writeBytes(part);
		}
		return all.toByteArray();
	}

	/**
	 * What must be refused, from somebody who has to send a header.
	 * @return bytes by what is wrong with them
	 */
	public static Map<String, byte[]> malformed() {
		Map<String, byte[]> all = new LinkedHashMap<>();
		malformedV1(all);
		malformedV2(all);
		Random random = new Random(5);
		for (int i = 0; i < 40; i++) {
			byte[] garbage = new byte[200];
			random.nextBytes(garbage);
			all.put("garbage " + i, garbage);
			byte[] mutated = v2(0x21, 0x11, tcp4(), tlv(0x03, new byte[4]));
			checked(mutated)[random.nextInt(mutated.length - 7)] ^= (byte) (1 + random.nextInt(255));
			// Whatever was changed: the checksum tells, or else it waits for more.
			all.put("mutated " + i, join(mutated, new byte[5000]));
		}
		return all;
	}

	private static void malformedV1(Map<String, byte[]> all) {
		for (String line : new String[] { "GET / HTTP/1.1\r\nHost: x\r\n\r\n", "PROXY\r\n",
				"proxy TCP4 1.2.3.4 5.6.7.8 1 2\r\n", " PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n", "PROXY \r\n",
				"PROXY TCP4\r\n", "PROXY TCP4 1.2.3.4 5.6.7.8 1\r\n", "PROXY TCP4 1.2.3.4 5.6.7.8 1 2 3\r\n",
				"PROXY  TCP4 1.2.3.4 5.6.7.8 1 2\r\n", "PROXY TCP4  1.2.3.4 5.6.7.8 1 2\r\n",
				"PROXY TCP4 1.2.3.4 5.6.7.8 1 2 \r\n", "PROXY TCP4 1.2.3.4 5.6.7.8 1 2\n",
				"PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\r\n", "PROXY TCP4 1.2.3.4\n5.6.7.8 1 2\r\n",
				"PROXY TCP4 1.2.3 5.6.7.8 1 2\r\n", "PROXY TCP4 01.2.3.4 5.6.7.8 1 2\r\n",
				"PROXY TCP4 1.2.3.400 5.6.7.8 1 2\r\n", "PROXY TCP4 localhost 5.6.7.8 1 2\r\n",
				"PROXY TCP4 ::1 ::1 1 2\r\n", "PROXY TCP6 1.2.3.4 5.6.7.8 1 2\r\n", "PROXY TCP6 ::1%lo ::1 1 2\r\n",
				"PROXY TCP6 [::1] ::1 1 2\r\n", "PROXY TCP6 1::2::3 ::1 1 2\r\n",
				"PROXY TCP4 1.2.3.4 5.6.7.8 65536 2\r\n", "PROXY TCP4 1.2.3.4 5.6.7.8 -1 2\r\n",
				"PROXY TCP4 1.2.3.4 5.6.7.8 01 2\r\n", "PROXY TCP4 1.2.3.4 5.6.7.8 +1 2\r\n",
				"PROXY TCP4 1.2.3.4 5.6.7.8 1 2\0\r\n", "PROXY UDP4 1.2.3.4 5.6.7.8 1 2\r\n",
				"PROXY TCP5 1.2.3.4 5.6.7.8 1 2\r\n", "PROXY UNKNOWNX\r\n", "PROXY UNKNOWN " + "x".repeat(200) + "\r\n",
				"PROXY TCP4 " + "1".repeat(500), "PROXY UNKNOWN " + "x".repeat(92) + "\r\n",
				"\r\n\r\nPROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n" }) {
			all.put(line.replace("\r", "\\r").replace("\n", "\\n").replace("\0", "\\0"), ascii(line));
		}
	}

	private static void malformedV2(Map<String, byte[]> all) {
		all.put("version 1", v2(0x11, 0x11, tcp4()));
		all.put("version 3", v2(0x31, 0x11, tcp4()));
		all.put("command 2", v2(0x22, 0x11, tcp4()));
		all.put("command 15", v2(0x2f, 0x11, tcp4()));
		all.put("family 4", v2(0x21, 0x41, tcp4()));
		all.put("protocol 3", v2(0x21, 0x13, tcp4()));
		all.put("datagrams in a connection", v2(0x21, 0x12, tcp4()));
		all.put("no addresses", v2(0x21, 0x11));
		all.put("short addresses", v2(0x21, 0x11, Arrays.copyOf(tcp4(), 11)));
		all.put("IPv4 addresses for IPv6", v2(0x21, 0x21, tcp4()));
		all.put("short Unix addresses", v2(0x21, 0x31, new byte[215]));
		all.put("half a TLV", v2(0x21, 0x11, tcp4(), new byte[] { 1 }));
		all.put("a TLV without a length", v2(0x21, 0x11, tcp4(), new byte[] { 1, 0 }));
		all.put("a TLV that is too long", v2(0x21, 0x11, tcp4(), new byte[] { 1, 0, 5, 'h', '2' }));
		all.put("a wrong checksum", v2(0x21, 0x11, tcp4(), tlv(3, new byte[] { 1, 2, 3, 4 })));
		all.put("a short checksum", v2(0x21, 0x11, tcp4(), tlv(3, new byte[3])));
		all.put("two checksums", v2(0x21, 0x11, tcp4(), tlv(3, new byte[4]), tlv(3, new byte[4])));
		all.put("a long unique id", v2(0x21, 0x11, tcp4(), tlv(5, new byte[129])));
		all.put("short TLS", v2(0x21, 0x11, tcp4(), tlv(0x20, new byte[4])));
		all.put("half a TLV of TLS", v2(0x21, 0x11, tcp4(), tlv(0x20, new byte[6])));
		all.put("too long", v2(0x21, 0x11, tcp4(), tlv(0xe0, new byte[5000])));
		all.put("far too long", v2(0x20, 0x00, new byte[65535]));
		all.put("a damaged signature", join(Arrays.copyOf(SIGNATURE, 11), ascii("X"), new byte[300]));
	}

}
