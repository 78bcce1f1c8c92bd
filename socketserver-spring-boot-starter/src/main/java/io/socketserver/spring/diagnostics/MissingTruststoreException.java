package io.socketserver.spring.diagnostics;

/**
 * A server that asks clients for certificates does not say whose it trusts.
 */
public class MissingTruststoreException extends SocketServerConfigurationException {

	/**
	 * The exception.
	 * @param clientAuth the property that has clients asked, with its value
	 * @param property the property that names the bundle
	 * @param bundle its name
	 */
	public MissingTruststoreException(String clientAuth, String property, String bundle) {
		super(clientAuth + ", but the SSL bundle '" + bundle + "' of '" + property
				+ "' has no truststore: every client with a certificate of an authority that the JVM trusts, as"
				+ " browsers do, would be let in",
				"Say whom clients' certificates have to come from: spring.ssl.bundle.pem." + bundle
						+ ".truststore.certificate, or spring.ssl.bundle.jks." + bundle + ".truststore.location");
	}

}
