package io.socketserver.proxy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * What a proxy says beside addresses: typed values. Immutable. Texts come from the client
 * in part: escape them before they are logged.
 */
public final class ProxyTlvs {

	/**
	 * No values.
	 */
	public static final ProxyTlvs NONE = new ProxyTlvs(List.of(), Optional.empty());

	private static final int ALPN = 0x01;

	private static final int AUTHORITY = 0x02;

	private static final int CHECKSUM = 0x03;

	private static final int UNIQUE_ID = 0x05;

	private static final int SSL = 0x20;

	private static final int NAMESPACE = 0x30;

	private static final int LONGEST_UNIQUE_ID = 128;

	private final List<Tlv> all;

	private final Optional<ProxySsl> ssl;

	private ProxyTlvs(List<Tlv> all, Optional<ProxySsl> ssl) {
		this.all = List.copyOf(all);
		this.ssl = ssl;
	}

	/**
	 * Reads what follows the addresses of a whole header, and checks its checksum.
	 */
	static ProxyTlvs parse(ByteBuffer whole) throws ProxyHeaderException {
		if (!whole.hasRemaining()) {
			return NONE;
		}
		List<Tlv> all = list(whole);
		checkChecksums(whole, all);
		Optional<byte[]> ssl = first(all, SSL);
		ProxyTlvs tlvs = new ProxyTlvs(all,
				ssl.isPresent() ? Optional.of(ProxySsl.parse(ssl.get())) : Optional.empty());
		if (tlvs.uniqueId().filter((id) -> id.length > LONGEST_UNIQUE_ID).isPresent()) {
			throw ProxyV2.invalid("its unique id is longer than " + LONGEST_UNIQUE_ID + " bytes");
		}
		return tlvs;
	}

	static List<Tlv> list(ByteBuffer in) throws ProxyHeaderException {
		List<Tlv> list = new ArrayList<>();
		while (in.hasRemaining()) {
			if (in.remaining() < 3) {
				throw ProxyV2.invalid("it ends within a TLV");
			}
			int type = in.get() & 0xff;
			int length = in.getShort() & 0xffff;
			if (in.remaining() < length) {
				throw ProxyV2.invalid("a TLV of type " + type + " says it has " + length + " bytes, and "
						+ in.remaining() + " are left");
			}
			int offset = in.position();
			byte[] value = new byte[length];
			in.get(value);
			list.add(new Tlv(type, value, offset));
		}
		return list;
	}

	private static void checkChecksums(ByteBuffer whole, List<Tlv> all) throws ProxyHeaderException {
		List<Tlv> checksums = all.stream().filter((tlv) -> tlv.type == CHECKSUM).toList();
		if (checksums.size() > 1) {
			throw ProxyV2.invalid("it has more than one checksum");
		}
		if (!checksums.isEmpty()) {
			checkChecksum(whole, checksums.get(0));
		}
	}

	/**
	 * CRC32C over the whole header, with zeros where the checksum is.
	 */
	private static void checkChecksum(ByteBuffer whole, Tlv tlv) throws ProxyHeaderException {
		if (tlv.value.length != 4) {
			throw ProxyV2.invalid("its checksum has " + tlv.value.length + " bytes, and not 4");
		}
		CRC32C crc = new CRC32C();
		crc.update(whole.slice(0, tlv.offset));
		crc.update(new byte[4]);
		crc.update(whole.slice(tlv.offset + 4, whole.limit() - tlv.offset - 4));
		if ((int) crc.getValue() != ByteBuffer.wrap(tlv.value).getInt()) {
			throw ProxyV2.invalid("its checksum is wrong");
		}
	}

	/**
	 * The application protocol that was negotiated over TLS.
	 * @return for example {@code h2}
	 */
	public Optional<String> alpn() {
		return text(ALPN);
	}

	/**
	 * The name of the host that the client asked for, as in TLS's SNI.
	 * @return for example {@code example.org}
	 */
	public Optional<String> authority() {
		return text(AUTHORITY);
	}

	/**
	 * What the proxy calls this connection, in its logs too.
	 * @return at most 128 bytes
	 */
	public Optional<byte[]> uniqueId() {
		return value(UNIQUE_ID);
	}

	/**
	 * The name of the network namespace.
	 * @return the name
	 */
	public Optional<String> namespace() {
		return text(NAMESPACE);
	}

	/**
	 * The TLS that the client speaks with the proxy.
	 * @return empty if the proxy says nothing of TLS
	 */
	public Optional<ProxySsl> ssl() {
		return this.ssl;
	}

	/**
	 * A value that has no method here, as those of cloud providers.
	 * @param type its type
	 * @return a copy of the first value of that type
	 */
	public Optional<byte[]> value(int type) {
		return first(this.all, type);
	}

	static Optional<byte[]> first(List<Tlv> all, int type) {
		return all.stream().filter((tlv) -> tlv.type == type).findFirst().map((tlv) -> tlv.value.clone());
	}

	/**
	 * The types there are values of.
	 * @return types, in the order they came in
	 */
	public List<Integer> types() {
		return this.all.stream().map(Tlv::type).toList();
	}

	private Optional<String> text(int type) {
		return value(type).map((value) -> new String(value, StandardCharsets.UTF_8));
	}

	@Override
	public String toString() {
		return "TLVs" + types();
	}

	/**
	 * One value.
	 */
	@SuppressWarnings("ArrayRecordComponent")
	record Tlv(int type, byte[] value, int offset) {
	}

}
