package io.socketserver.spring.diagnostics;

/**
 * A server cannot speak TLS with its SSL bundle.
 */
public class BrokenSslBundleException extends SocketServerConfigurationException {

	/**
	 * The exception.
	 * @param property the property that names the bundle
	 * @param bundle its name
	 * @param reason what is wrong with it
	 */
	public BrokenSslBundleException(String property, String bundle, String reason) {
		super("'" + property + "' names the SSL bundle '" + bundle + "', which a server cannot use: " + reason,
				"Give the bundle a certificate and the private key that belongs to it: spring.ssl.bundle.pem." + bundle
						+ ".keystore.certificate and .private-key");
	}

}
