package io.socketserver.proxy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

import io.socketserver.proxy.ProxyTlvs.Tlv;

/**
 * The TLS that a client speaks with the proxy.
 *
 * @param tls whether the client connected over TLS
 * @param certificate whether the client showed a certificate, in this connection or in
 * the TLS session it resumes
 * @param verified whether the proxy found that certificate valid; false if there is none
 * @param version for example {@code TLSv1.3}
 * @param commonName the common name of the certificate's subject
 * @param cipher the cipher
 */
public record ProxySsl(boolean tls, boolean certificate, boolean verified, Optional<String> version,
		Optional<String> commonName, Optional<String> cipher) {

	private static final int TLS = 0x01;

	private static final int CERTIFICATE = 0x02 | 0x04;

	private static final int FIXED_LENGTH = 5;

	static ProxySsl parse(byte[] value) throws ProxyHeaderException {
		if (value.length < FIXED_LENGTH) {
			throw ProxyV2.invalid("what it says of TLS has " + value.length + " bytes");
		}
		ByteBuffer in = ByteBuffer.wrap(value);
		int client = in.get();
		// Zero says so also where there is no certificate.
		boolean verified = in.getInt() == 0;
		boolean certificate = (client & CERTIFICATE) != 0;
		List<Tlv> all = ProxyTlvs.list(in);
		return new ProxySsl((client & TLS) != 0, certificate, certificate && verified, text(all, 0x21), text(all, 0x22),
				text(all, 0x23));
	}

	private static Optional<String> text(List<Tlv> all, int type) {
		return ProxyTlvs.first(all, type).map((value) -> new String(value, StandardCharsets.UTF_8));
	}

}
