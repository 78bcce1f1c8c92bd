package io.socketserver.demo;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.UUID;

import org.springframework.boot.autoconfigure.ssl.SslBundleRegistrar;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundleRegistry;
import org.springframework.boot.ssl.SslStoreBundle;
import org.springframework.stereotype.Component;

/**
 * The SSL bundle {@code demo}: a certificate that is made anew at each start, since none
 * belongs into a repository. An application has its own in {@code spring.ssl.bundle}.
 */
@Component
class DemoCertificate implements SslBundleRegistrar {

	@Override
	public void registerBundles(SslBundleRegistry registry) {
		String password = UUID.randomUUID().toString();
		try {
			Path directory = Files.createTempDirectory("socketserver-demo");
			Path store = directory.resolve("demo.p12");
			try {
				keytool(store, password);
				registry.registerBundle("demo", SslBundle.of(SslStoreBundle.of(read(store, password), password, null)));
			}
			finally {
				Files.deleteIfExists(store);
				Files.delete(directory);
			}
		}
		catch (IOException | GeneralSecurityException ex) {
			throw new IllegalStateException("Cannot make a certificate for the server 'secure'", ex);
		}
	}

	private static void keytool(Path store, String password) throws IOException {
		ProcessBuilder keytool = new ProcessBuilder(
				Path.of(System.getProperty("java.home"), "bin", "keytool").toString(), "-genkeypair", "-alias", "demo",
				"-dname", "CN=localhost", "-ext", "san=dns:localhost,ip:127.0.0.1", "-keyalg", "EC", "-groupname",
				"secp256r1", "-validity", "90", "-storetype", "PKCS12", "-storepass:env", "STORE_PASSWORD", "-keystore",
				store.toString());
		// Not among the arguments, which all users of the machine can see.
		keytool.environment().put("STORE_PASSWORD", password);
		Process process = keytool.redirectErrorStream(true).start();
		String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
		if (process.onExit().join().exitValue() != 0) {
			throw new IOException("keytool failed: " + output);
		}
	}

	private static KeyStore read(Path store, String password) throws IOException, GeneralSecurityException {
		KeyStore keys = KeyStore.getInstance("PKCS12");
		try (InputStream in = Files.newInputStream(store)) {
			keys.load(in, password.toCharArray());
		}
		return keys;
	}

}
