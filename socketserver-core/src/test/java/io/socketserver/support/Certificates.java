package io.socketserver.support;

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
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedKeyManager;

import io.socketserver.tls.NamingTrustManager;

/**
 * Certificates for tests, made by this JDK's {@code keytool} in a directory for temporary
 * files: a certificate authority, and whoever it is asked to vouch for.
 */
public final class Certificates {

	private static final String PASSWORD = "changeit";

	private final Path directory;

	private final Path store;

	private Certificates(Path directory) {
		this.directory = directory;
		this.store = directory.resolve("all.p12");
	}

	/**
	 * The certificates that all tests of this JVM use: {@code localhost}, {@code renewed}
	 * for the same host, {@code other.example}, {@code client}, and {@code stranger},
	 * whom the authority does not know.
	 * @return the certificates
	 */
	public static Certificates shared() {
		return Shared.INSTANCE;
	}

	/**
	 * Makes an authority of one's own.
	 * @return the certificates, none but the authority's yet
	 */
	public static Certificates make() {
		try {
			Path directory = Files.createTempDirectory("certificates");
			directory.toFile().deleteOnExit();
			Certificates made = new Certificates(directory);
			made.keytool("-alias", "ca", "-dname", "CN=Test CA", "-ext", "bc:c");
			made.store.toFile().deleteOnExit();
			return made;
		}
		catch (IOException ex) {
			throw new AssertionError(ex);
		}
	}

	/**
	 * Adds a certificate that the authority vouches for.
	 * @param name its name, and that of its host
	 * @return this
	 */
	public Certificates add(String name) {
		return add(name, name);
	}

	/**
	 * Adds a certificate that the authority vouches for, and that may be the second one
	 * of its host.
	 * @param name its name here
	 * @param host the name of its host
	 * @return this
	 */
	public Certificates add(String name, String host) {
		keytool("-alias", name, "-dname", "CN=" + host, "-signer", "ca", "-ext", "san=dns:" + host);
		return this;
	}

	/**
	 * Adds a certificate that nobody vouches for.
	 * @param name its name
	 * @return this
	 */
	public Certificates addStranger(String name) {
		keytool("-alias", name, "-dname", "CN=" + name);
		return this;
	}

	/**
	 * Adds a certificate that the authority vouched for some days ago.
	 * @param name its name
	 * @return this
	 */
	public Certificates addExpired(String name) {
		keytool("-alias", name, "-dname", "CN=" + name, "-signer", "ca", "-startdate", "-9d");
		return this;
	}

	private void keytool(String... more) {
		List<String> command = new ArrayList<>(
				List.of(Path.of(System.getProperty("java.home"), "bin", "keytool").toString(), "-genkeypair", "-keyalg",
						"EC", "-groupname", "secp256r1", "-validity", "3", "-storetype", "PKCS12", "-storepass",
						PASSWORD, "-keystore", this.store.toString()));
		command.addAll(List.of(more));
		try {
			Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
			String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
			if (process.waitFor() != 0) {
				throw new AssertionError(command + " failed: " + output);
			}
		}
		catch (IOException ex) {
			throw new AssertionError(ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new AssertionError(ex);
		}
	}

	/**
	 * A context that trusts the authority and is somebody.
	 * @param name who
	 * @return the context
	 */
	public SSLContext context(String name) {
		return context(keyManager(name));
	}

	/**
	 * A context that trusts the authority.
	 * @param keys who it is
	 * @return the context
	 */
	public SSLContext context(KeyManager keys) {
		try {
			SSLContext context = SSLContext.getInstance("TLS");
			context.init(new KeyManager[] { keys }, NamingTrustManager.over(trust().getTrustManagers()), null);
			return context;
		}
		catch (GeneralSecurityException | IOException ex) {
			throw new AssertionError(ex);
		}
	}

	/**
	 * Somebody's key and certificate.
	 * @param name who
	 * @return what a context is made of
	 */
	public X509ExtendedKeyManager keyManager(String name) {
		try {
			KeyStore own = empty();
			own.setKeyEntry(name, key(name), PASSWORD.toCharArray(), chain(name));
			KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
			keys.init(own, PASSWORD.toCharArray());
			return (X509ExtendedKeyManager) keys.getKeyManagers()[0];
		}
		catch (GeneralSecurityException | IOException ex) {
			throw new AssertionError(ex);
		}
	}

	/**
	 * A context that trusts the authority, and sends its certificate also to whom it must
	 * seem of no use.
	 * @param name who it is
	 * @return the context
	 */
	public SSLContext insisting(String name) {
		return context(new Insisting(name, keyManager(name)));
	}

	/**
	 * A context that trusts the authority and is nobody.
	 * @return the context
	 */
	public SSLContext anonymous() {
		try {
			SSLContext context = SSLContext.getInstance("TLS");
			context.init(null, trust().getTrustManagers(), null);
			return context;
		}
		catch (GeneralSecurityException | IOException ex) {
			throw new AssertionError(ex);
		}
	}

	private TrustManagerFactory trust() throws GeneralSecurityException, IOException {
		KeyStore trusted = empty();
		trusted.setCertificateEntry("ca", certificate("ca"));
		TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
		trust.init(trusted);
		return trust;
	}

	private static KeyStore empty() throws GeneralSecurityException, IOException {
		KeyStore store = KeyStore.getInstance("PKCS12");
		store.load(null, null);
		return store;
	}

	private KeyStore all() {
		try (InputStream in = Files.newInputStream(this.store)) {
			KeyStore all = KeyStore.getInstance("PKCS12");
			all.load(in, PASSWORD.toCharArray());
			return all;
		}
		catch (GeneralSecurityException | IOException ex) {
			throw new AssertionError(ex);
		}
	}

	private PrivateKey key(String name) {
		try {
			return (PrivateKey) all().getKey(name, PASSWORD.toCharArray());
		}
		catch (GeneralSecurityException ex) {
			throw new AssertionError(ex);
		}
	}

	private Certificate[] chain(String name) {
		try {
			return all().getCertificateChain(name);
		}
		catch (GeneralSecurityException ex) {
			throw new AssertionError(ex);
		}
	}

	/**
	 * Somebody's certificate.
	 * @param name who
	 * @return the certificate
	 */
	public X509Certificate certificate(String name) {
		return (X509Certificate) chain(name)[0];
	}

	/**
	 * Writes somebody's certificate, for programs that want PEM.
	 * @param name who
	 * @return the file
	 */
	public Path certificateFile(String name) {
		try {
			StringBuilder text = new StringBuilder();
			for (Certificate each : chain(name)) {
				text.append(pem("CERTIFICATE", each.getEncoded()));
			}
			return write(name + ".crt", text.toString());
		}
		catch (GeneralSecurityException ex) {
			throw new AssertionError(ex);
		}
	}

	/**
	 * Writes somebody's private key, for programs that want PEM.
	 * @param name who
	 * @return the file
	 */
	public Path keyFile(String name) {
		return write(name + ".key", pem("PRIVATE KEY", key(name).getEncoded()));
	}

	private Path write(String file, String text) {
		try {
			Path path = Files.writeString(this.directory.resolve(file), text);
			path.toFile().deleteOnExit();
			return path;
		}
		catch (IOException ex) {
			throw new AssertionError(ex);
		}
	}

	private static String pem(String type, byte[] bytes) {
		return "-----BEGIN " + type + "-----\n" + Base64.getMimeEncoder(64, new byte[] { '\n' }).encodeToString(bytes)
				+ "\n-----END " + type + "-----\n";
	}

	/**
	 * Made when the first test wants them.
	 */
	private static final class Shared {

		private static final Certificates INSTANCE = make().add("localhost")
			.add("renewed", "localhost")
			.add("other.example")
			.add("client")
			.addStranger("stranger");

	}

	/**
	 * Chooses the one key it has.
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
		public String[] getServerAliases(String type, Principal[] issuers) {
			return new String[] { this.alias };
		}

		@Override
		public String chooseServerAlias(String type, Principal[] issuers, Socket socket) {
			return this.alias;
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

}
