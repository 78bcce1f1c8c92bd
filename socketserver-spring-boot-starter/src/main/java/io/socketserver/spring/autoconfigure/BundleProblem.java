package io.socketserver.spring.autoconfigure;

import java.io.FileNotFoundException;
import java.nio.file.NoSuchFileException;

import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.jks.JksSslStoreBundle;

import io.socketserver.spring.diagnostics.BrokenSslBundleException;

/**
 * Why a server cannot use an SSL bundle.
 *
 * @param reason what is wrong, with its cause
 * @param cause what Spring, or the JDK, has found
 * @param jks whether the bundle has Java key stores, and no PEM files
 */
record BundleProblem(String reason, Throwable cause, boolean jks) {

	static BundleProblem of(IllegalStateException failure, SslBundle bundle) {
		String message = String.valueOf(failure.getMessage());
		Throwable next = failure;
		// Spring's messages quote their causes, as far as these are Spring's.
		while (next.getCause() != null && message.contains(String.valueOf(next.getMessage()))) {
			next = next.getCause();
		}
		String detail = String.valueOf(next.getMessage());
		return new BundleProblem(message.contains(detail) ? message : message + ": " + detail, next,
				bundle.getStores() instanceof JksSslStoreBundle);
	}

	BrokenSslBundleException exception(Setting<String> bundle) {
		return new BrokenSslBundleException(bundle.property(), bundle.value(), this.reason, remedy(bundle.value()));
	}

	private String remedy(String bundle) {
		String prefix = "spring.ssl.bundle." + (this.jks ? "jks." : "pem.") + bundle;
		if (this.cause instanceof FileNotFoundException || this.cause instanceof NoSuchFileException) {
			return "Put the file there, so that this process can read it, or correct its location: see " + prefix + "."
					+ stores();
		}
		if (this.reason.contains("contain alias")) {
			return "Correct or remove " + prefix + ".key.alias";
		}
		return this.jks
				? "Give the bundle a key store with a certificate and its private key, and the password of each: "
						+ prefix + ".keystore.location, " + prefix + ".keystore.password and " + prefix
						+ ".key.password"
				: "Give the bundle a certificate and the private key that belongs to it: " + prefix + "." + stores();
	}

	private String stores() {
		return this.jks ? "keystore.location and .truststore.location"
				: "keystore.certificate and .keystore.private-key";
	}

}
