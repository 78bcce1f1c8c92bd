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
	 * @param remedy what to change
	 */
	public BrokenSslBundleException(String property, String bundle, String reason, String remedy) {
		super("'" + property + "' names the SSL bundle '" + bundle + "', which a server cannot use: " + reason, remedy);
	}

}
