package io.socketserver.tls;

import java.security.Principal;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;

import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/**
 * What a handshake agreed on, and who the peer is.
 *
 * @param protocol the version, such as {@code TLSv1.3}
 * @param cipherSuite the cipher suite
 * @param serverName the name the client asked for (SNI), if it did
 * @param applicationProtocol the protocol chosen by ALPN, if one was
 * @param peerCertificates the client's certificate and its chain, verified; empty if it
 * sent none
 * @param session the JDK's session, for whatever else is in it; empty in a worker
 * process, since the session stays with its parent
 */
public record TlsSession(String protocol, String cipherSuite, Optional<String> serverName,
		Optional<String> applicationProtocol, List<X509Certificate> peerCertificates, Optional<SSLSession> session) {

	/**
	 * Copies the list.
	 */
	public TlsSession {
		peerCertificates = List.copyOf(peerCertificates);
	}

	static TlsSession of(SSLEngine engine, Optional<String> serverName) {
		SSLSession session = engine.getSession();
		return new TlsSession(session.getProtocol(), session.getCipherSuite(), serverName,
				Optional.ofNullable(engine.getApplicationProtocol()).filter((name) -> !name.isEmpty()),
				asksForCertificate(engine) ? peerCertificates(session) : List.of(), Optional.of(session));
	}

	private static boolean asksForCertificate(SSLEngine engine) {
		return engine.getNeedClientAuth() || engine.getWantClientAuth();
	}

	private static List<X509Certificate> peerCertificates(SSLSession session) {
		try {
			Certificate[] chain = session.getPeerCertificates();
			return List.of(chain)
				.stream()
				.filter(X509Certificate.class::isInstance)
				.map(X509Certificate.class::cast)
				.toList();
		}
		catch (SSLPeerUnverifiedException ignored) {
			// It sent none, which is what the options allow if we get here.
			return List.of();
		}
	}

	/**
	 * Who the peer is, by its certificate.
	 * @return empty if it sent none
	 */
	public Optional<Principal> peerPrincipal() {
		return this.peerCertificates.stream().findFirst().map(X509Certificate::getSubjectX500Principal);
	}

	@Override
	public String toString() {
		return this.protocol + " " + this.cipherSuite + this.serverName.map((name) -> " for " + name).orElse("")
				+ this.applicationProtocol.map((name) -> " with " + name).orElse("")
				+ peerPrincipal().map((peer) -> " by " + peer).orElse("");
	}

}
