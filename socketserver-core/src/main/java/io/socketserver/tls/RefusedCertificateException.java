package io.socketserver.tls;

import java.security.Principal;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;

import io.socketserver.internal.Printable;

/**
 * A client's certificate is refused. Its message is safe for a log line.
 */
final class RefusedCertificateException extends CertificateException {

	private static final long serialVersionUID = 1L;

	/**
	 * Says whose it is, and why.
	 * @param certificate what the client sent
	 * @param why what its trust manager threw, whose cause decides on the alert
	 */
	RefusedCertificateException(X509Certificate certificate, CertificateException why) {
		super("the client's certificate of " + name(certificate.getSubjectX500Principal()) + ", issued by "
				+ name(certificate.getIssuerX500Principal()) + ", is refused: " + reason(certificate, why),
				why.getCause());
	}

	private static String name(Principal principal) {
		return Printable.of(principal.getName());
	}

	private static String reason(X509Certificate certificate, CertificateException why) {
		try {
			certificate.checkValidity();
			return Printable.of(String.valueOf(why.getMessage()));
		}
		catch (CertificateExpiredException ex) {
			return "it expired at " + certificate.getNotAfter().toInstant();
		}
		catch (CertificateNotYetValidException ex) {
			return "it is valid from " + certificate.getNotBefore().toInstant() + " on only";
		}
	}

}
