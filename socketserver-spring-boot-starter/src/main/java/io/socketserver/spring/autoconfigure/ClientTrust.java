package io.socketserver.spring.autoconfigure;

import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;

import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.ssl.SslBundle;

/**
 * Whose certificates clients may come with.
 */
final class ClientTrust {

	private ClientTrust() {
	}

	/**
	 * Whether an SSL bundle says whom it trusts. If not, the JVM trusts its own list,
	 * which is of who vouches for the web's servers. A bundle may do without a truststore
	 * if its trust managers are the application's.
	 */
	static boolean isSaid(SslBundle bundle) {
		return bundle.getStores().getTrustStore() != null
				|| !issuers(bundle.getManagers().getTrustManagers()).equals(issuers(ofTheJvm()));
	}

	private static TrustManager[] ofTheJvm() {
		try {
			TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
			factory.init((@Nullable KeyStore) null);
			return factory.getTrustManagers();
		}
		catch (GeneralSecurityException ex) {
			throw new IllegalStateException("whom the JVM trusts cannot be read: " + ex.getMessage(), ex);
		}
	}

	private static Set<X509Certificate> issuers(TrustManager[] managers) {
		return Arrays.stream(managers)
			.filter(X509TrustManager.class::isInstance)
			.map(X509TrustManager.class::cast)
			.flatMap((manager) -> Arrays.stream(manager.getAcceptedIssuers()))
			.collect(Collectors.toSet());
	}

}
