package io.socketserver.spring.autoconfigure;

import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

import javax.net.ssl.SSLContext;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.pem.PemSslStoreBundle;

import io.socketserver.spring.SocketServers;
import io.socketserver.tls.NamingTrustManager;
import io.socketserver.tls.TlsContext;

/**
 * What handshakes are made with, from an SSL bundle that may be updated at any time. An
 * update that cannot be used is logged, and changes nothing. May be called from any
 * thread.
 */
final class BundleContext implements Supplier<TlsContext> {

	private static final Log logger = LogFactory.getLog(SocketServers.class);

	private static final Map<String, String> SIGNATURES = Map.of("RSA", "SHA256withRSA", "EC", "SHA256withECDSA",
			"EdDSA", "EdDSA");

	private final String name;

	private volatile TlsContext current;

	private volatile SslBundle bundle;

	private volatile boolean forClients;

	/**
	 * Uses a bundle.
	 * @throws IllegalStateException if a server cannot
	 */
	BundleContext(String name, SslBundle bundle) {
		this.name = name;
		this.current = context(bundle, false);
		this.bundle = bundle;
	}

	/**
	 * Has clients asked for certificates from now on.
	 * @return false if the bundle does not say whom it trusts
	 */
	boolean authenticatesClients() {
		this.forClients = true;
		this.current = context(this.bundle, true);
		return ClientTrust.isSaid(this.bundle);
	}

	@Override
	public TlsContext get() {
		return this.current;
	}

	void update(SslBundle bundle) {
		try {
			TlsContext updated = context(bundle, this.forClients);
			if (this.forClients && !ClientTrust.isSaid(bundle)) {
				throw new IllegalStateException("it has no truststore, and clients are asked for certificates");
			}
			this.current = updated;
			this.bundle = bundle;
			logger.info("Socket servers use the updated SSL bundle '" + this.name + "' for new connections");
		}
		catch (RuntimeException ex) {
			logger.error(
					"The update of the SSL bundle '" + this.name
							+ "' cannot be used, and socket servers go on with what it was before: " + ex.getMessage(),
					ex);
		}
	}

	private static TlsContext context(SslBundle bundle, boolean forClients) {
		check(bundle);
		return new TlsContext(forClients ? naming(bundle) : bundle.createSslContext(),
				list(bundle.getOptions().getEnabledProtocols()), list(bundle.getOptions().getCiphers()));
	}

	/**
	 * As the bundle itself makes one, but for the names of clients that are refused.
	 */
	private static SSLContext naming(SslBundle bundle) {
		try {
			SSLContext context = SSLContext.getInstance(bundle.getProtocol());
			context.init(bundle.getManagers().getKeyManagers(),
					NamingTrustManager.over(bundle.getManagers().getTrustManagers()), null);
			return context;
		}
		catch (GeneralSecurityException ex) {
			throw new IllegalStateException("no TLS context can be made of it: " + ex.getMessage(), ex);
		}
	}

	private static List<String> list(String @Nullable [] values) {
		return (values != null) ? List.of(values) : List.of();
	}

	/**
	 * The JDK takes any pair of key and certificate, and each handshake fails then.
	 */
	private static void check(SslBundle bundle) {
		KeyStore keys = bundle.getStores().getKeyStore();
		if (keys == null) {
			throw new IllegalStateException("it has no private key");
		}
		try {
			boolean found = false;
			for (String alias : Collections.list(keys.aliases())) {
				if (keys.isKeyEntry(alias)) {
					found = true;
					check(alias, keys, bundle);
				}
			}
			if (!found) {
				throw new IllegalStateException("it has no private key");
			}
		}
		catch (GeneralSecurityException ex) {
			throw new IllegalStateException("its private key cannot be read: " + ex.getMessage(), ex);
		}
	}

	private static void check(String alias, KeyStore keys, SslBundle bundle) throws GeneralSecurityException {
		String password = (bundle.getKey().getPassword() != null) ? bundle.getKey().getPassword()
				: bundle.getStores().getKeyStorePassword();
		boolean pair = keys.getKey(alias, (password != null) ? password.toCharArray() : null) instanceof PrivateKey key
				&& keys.getCertificate(alias) instanceof X509Certificate certificate
				&& belongTogether(key, certificate.getPublicKey());
		if (!pair) {
			// PEM files have no alias of their own.
			String of = (bundle.getStores() instanceof PemSslStoreBundle) ? "" : " of '" + alias + "'";
			throw new IllegalStateException("the private key and the certificate" + of + " do not belong together");
		}
	}

	private static boolean belongTogether(PrivateKey key, PublicKey certified) throws GeneralSecurityException {
		if (!key.getAlgorithm().equals(certified.getAlgorithm())) {
			return false;
		}
		String algorithm = SIGNATURES.get(key.getAlgorithm());
		if (algorithm == null) {
			return true;
		}
		Signature signer = Signature.getInstance(algorithm);
		signer.initSign(key);
		signer.update((byte) 1);
		Signature verifier = Signature.getInstance(algorithm);
		verifier.initVerify(certified);
		verifier.update((byte) 1);
		return verifier.verify(signer.sign());
	}

}
