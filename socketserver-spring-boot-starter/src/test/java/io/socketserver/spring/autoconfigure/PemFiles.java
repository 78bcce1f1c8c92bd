package io.socketserver.spring.autoconfigure;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.List;

import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Certificates and keys as files, made by this JDK's {@code keytool}.
 */
final class PemFiles {

	private static final String PASSWORD = "changeit";

	private final Path directory;

	PemFiles(Path directory) {
		this.directory = directory;
	}

	/**
	 * Makes {@code <name>.crt} and {@code <name>.key}, signed by itself.
	 */
	PemFiles make(String name) {
		Path store = this.directory.resolve(name + ".p12");
		try {
			Process keytool = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
					"-genkeypair", "-alias", name, "-dname", "CN=" + name, "-keyalg", "EC", "-groupname", "secp256r1",
					"-validity", "3", "-storetype", "PKCS12", "-storepass", PASSWORD, "-keystore", store.toString())
				.redirectErrorStream(true)
				.start();
			String output = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
			if (keytool.waitFor() != 0) {
				throw new AssertionError(output);
			}
			KeyStore keys = KeyStore.getInstance("PKCS12");
			try (InputStream in = Files.newInputStream(store)) {
				keys.load(in, PASSWORD.toCharArray());
			}
			write(name + ".crt", "CERTIFICATE", keys.getCertificate(name).getEncoded());
			write(name + ".key", "PRIVATE KEY", keys.getKey(name, PASSWORD.toCharArray()).getEncoded());
			return this;
		}
		catch (IOException | GeneralSecurityException ex) {
			throw new AssertionError(ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new AssertionError(ex);
		}
	}

	private void write(String file, String type, byte[] bytes) throws IOException {
		List<String> lines = List.of("-----BEGIN " + type + "-----",
				Base64.getMimeEncoder(64, new byte[] { '\n' }).encodeToString(bytes), "-----END " + type + "-----");
		Files.write(this.directory.resolve(file), lines);
	}

	/**
	 * A client's context that looks at no certificate.
	 * @param keys who the client is
	 */
	static SSLContext trustingAnybody(KeyManager... keys) {
		try {
			SSLContext context = SSLContext.getInstance("TLS");
			context.init(keys, new TrustManager[] { new Anybody() }, null);
			return context;
		}
		catch (GeneralSecurityException ex) {
			throw new AssertionError(ex);
		}
	}

	/**
	 * Sends a certificate also to whom it must seem of no use.
	 * @param name its alias
	 * @param keys where it is
	 */
	static KeyManager insisting(String name, X509ExtendedKeyManager keys) {
		return new Insisting(name, keys);
	}

	/**
	 * Chooses one key.
	 */
	private static final class Insisting extends X509ExtendedKeyManager {

		private final String alias;

		private final X509ExtendedKeyManager keys;

		Insisting(String alias, X509ExtendedKeyManager keys) {
			this.alias = alias;
			this.keys = keys;
		}

		@Override
		public String chooseClientAlias(String[] types, Principal[] issuers, Socket socket) {
			return this.alias;
		}

		@Override
		public String[] getClientAliases(String type, Principal[] issuers) {
			return new String[] { this.alias };
		}

		@Override
		public String chooseServerAlias(String type, Principal[] issuers, Socket socket) {
			return this.alias;
		}

		@Override
		public String[] getServerAliases(String type, Principal[] issuers) {
			return new String[] { this.alias };
		}

		@Override
		public X509Certificate[] getCertificateChain(String name) {
			return this.keys.getCertificateChain(name);
		}

		@Override
		public PrivateKey getPrivateKey(String name) {
			return this.keys.getPrivateKey(name);
		}

	}

	/**
	 * Trusts.
	 */
	static final class Anybody extends X509ExtendedTrustManager {

		@Override
		public void checkClientTrusted(X509Certificate[] chain, String type) {
		}

		@Override
		public void checkServerTrusted(X509Certificate[] chain, String type) {
		}

		@Override
		public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {
		}

		@Override
		public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {
		}

		@Override
		public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {
		}

		@Override
		public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {
		}

		@Override
		public X509Certificate[] getAcceptedIssuers() {
			return new X509Certificate[0];
		}

	}

}
