package io.socketserver.tls;

import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.stream.Stream;

import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Refuses the clients that another trust manager refuses, and says whose certificate it
 * was: the JDK only says why. For whoever makes a context of a server whose clients have
 * certificates.
 *
 * <pre>{@code
 * context.init(keyManagers, NamingTrustManager.over(trustManagers), null);
 * }</pre>
 */
public final class NamingTrustManager extends X509ExtendedTrustManager {

	private final X509ExtendedTrustManager trust;

	private NamingTrustManager(X509ExtendedTrustManager trust) {
		this.trust = trust;
	}

	/**
	 * Lays one over each trust manager that it can be laid over without loss.
	 * @param all who decides
	 * @return who decides the same
	 */
	public static TrustManager[] over(TrustManager... all) {
		return Stream.of(all)
			// The JDK adds checks of its own to those that are not extended.
			.map((each) -> (each instanceof X509ExtendedTrustManager extended) ? new NamingTrustManager(extended)
					: each)
			.toArray(TrustManager[]::new);
	}

	@Override
	public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
		check(chain, () -> this.trust.checkClientTrusted(chain, type));
	}

	@Override
	public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) throws CertificateException {
		check(chain, () -> this.trust.checkClientTrusted(chain, type, socket));
	}

	@Override
	public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) throws CertificateException {
		check(chain, () -> this.trust.checkClientTrusted(chain, type, engine));
	}

	private static void check(X509Certificate[] chain, Check check) throws CertificateException {
		try {
			check.run();
		}
		catch (CertificateException ex) {
			throw (chain.length > 0) ? new RefusedCertificateException(chain[0], ex) : ex;
		}
	}

	@Override
	public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
		this.trust.checkServerTrusted(chain, type);
	}

	@Override
	public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) throws CertificateException {
		this.trust.checkServerTrusted(chain, type, socket);
	}

	@Override
	public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) throws CertificateException {
		this.trust.checkServerTrusted(chain, type, engine);
	}

	@Override
	public X509Certificate[] getAcceptedIssuers() {
		return this.trust.getAcceptedIssuers();
	}

	/**
	 * What another trust manager looks at.
	 */
	@FunctionalInterface
	private interface Check {

		void run() throws CertificateException;

	}

}
