package io.socketserver.fork;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import io.socketserver.tls.TlsSession;

/**
 * What a worker is told of a client's TLS session, which its parent keeps: everything but
 * the keys.
 */
final class TlsSummary {

	private TlsSummary() {
	}

	static void write(DataOutputStream out, Optional<TlsSession> session) throws IOException {
		out.writeBoolean(session.isPresent());
		if (session.isPresent()) {
			write(out, session.get());
		}
	}

	private static void write(DataOutputStream out, TlsSession session) throws IOException {
		out.writeUTF(session.protocol());
		out.writeUTF(session.cipherSuite());
		writeText(out, session.serverName());
		writeText(out, session.applicationProtocol());
		out.writeByte(session.peerCertificates().size());
		for (X509Certificate certificate : session.peerCertificates()) {
			byte[] encoded = encode(certificate);
			out.writeInt(encoded.length);
			out.write(encoded);
		}
	}

	private static void writeText(DataOutputStream out, Optional<String> text) throws IOException {
		out.writeBoolean(text.isPresent());
		if (text.isPresent()) {
			out.writeUTF(text.get());
		}
	}

	private static byte[] encode(X509Certificate certificate) throws IOException {
		try {
			return certificate.getEncoded();
		}
		catch (CertificateEncodingException ex) {
			throw new IOException(
					"The client's certificate cannot be encoded: " + certificate.getSubjectX500Principal(), ex);
		}
	}

	static Optional<TlsSession> read(DataInputStream in) throws IOException {
		if (!in.readBoolean()) {
			return Optional.empty();
		}
		String protocol = in.readUTF();
		String cipherSuite = in.readUTF();
		Optional<String> serverName = readText(in);
		Optional<String> applicationProtocol = readText(in);
		List<X509Certificate> certificates = readCertificates(in, in.readByte());
		return Optional
			.of(new TlsSession(protocol, cipherSuite, serverName, applicationProtocol, certificates, Optional.empty()));
	}

	private static Optional<String> readText(DataInputStream in) throws IOException {
		return in.readBoolean() ? Optional.of(in.readUTF()) : Optional.empty();
	}

	private static List<X509Certificate> readCertificates(DataInputStream in, int count) throws IOException {
		List<X509Certificate> certificates = new ArrayList<>();
		for (int i = 0; i < count; i++) {
			byte[] encoded = in.readNBytes(in.readInt());
			certificates.add(decode(encoded));
		}
		return certificates;
	}

	private static X509Certificate decode(byte[] encoded) throws IOException {
		try {
			CertificateFactory factory = CertificateFactory.getInstance("X.509");
			return (X509Certificate) factory.generateCertificate(new ByteArrayInputStream(encoded));
		}
		catch (CertificateException ex) {
			throw new IOException("The client's certificate cannot be decoded", ex);
		}
	}

}
