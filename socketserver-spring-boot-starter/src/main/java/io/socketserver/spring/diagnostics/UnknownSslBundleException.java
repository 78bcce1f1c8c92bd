package io.socketserver.spring.diagnostics;

import java.util.Collection;

/**
 * A server is to speak TLS with an SSL bundle that does not exist.
 */
public class UnknownSslBundleException extends SocketServerConfigurationException {

	/**
	 * The exception.
	 * @param property the property that names the bundle
	 * @param bundle the name it gives
	 * @param known the bundles there are
	 */
	public UnknownSslBundleException(String property, String bundle, Collection<String> known) {
		super("'" + property + "' names the SSL bundle '" + bundle + "', which does not exist. "
				+ (known.isEmpty() ? "There is none at all" : "There are: " + known),
				"Correct the name, or configure the bundle: spring.ssl.bundle.pem." + bundle
						+ ".keystore.certificate and .private-key");
	}

}
