package io.socketserver.benchmarks.peer;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;

import javax.net.ssl.KeyManagerFactory;

/**
 * A key and a certificate for a server, made when it starts: ECDSA over P-256.
 */
final class TlsKeys {

	private static final String PASSWORD = "changeit";

	private TlsKeys() {
	}

	static KeyManagerFactory make() throws IOException, GeneralSecurityException {
		Path directory = Files.createTempDirectory("keys");
		Path store = directory.resolve("keys.p12");
		try {
			keytool(store);
			KeyStore keys = KeyStore.getInstance("PKCS12");
			try (InputStream in = Files.newInputStream(store)) {
				keys.load(in, PASSWORD.toCharArray());
			}
			KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
			factory.init(keys, PASSWORD.toCharArray());
			return factory;
		}
		finally {
			Files.deleteIfExists(store);
			Files.delete(directory);
		}
	}

	private static void keytool(Path store) throws IOException {
		Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
				"-genkeypair", "-alias", "server", "-dname", "CN=localhost", "-keyalg", "EC", "-groupname", "secp256r1",
				"-validity", "3", "-storetype", "PKCS12", "-storepass", PASSWORD, "-keystore", store.toString())
			.inheritIO()
			.start();
		if (process.onExit().join().exitValue() != 0) {
			throw new IOException("keytool failed");
		}
	}

}
