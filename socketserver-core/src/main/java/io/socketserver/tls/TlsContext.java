package io.socketserver.tls;

import java.util.List;

import javax.net.ssl.SSLContext;

/**
 * What a handshake is made with: keys and trust, and the protocols and cipher suites that
 * go with them.
 *
 * @param context keys and trust
 * @param protocols the versions of TLS that are allowed, such as {@code TLSv1.3}; empty
 * for the context's own
 * @param cipherSuites the cipher suites that are allowed, the preferred ones first; empty
 * for the context's own
 */
public record TlsContext(SSLContext context, List<String> protocols, List<String> cipherSuites) {

	/**
	 * Copies the lists.
	 */
	public TlsContext {
		protocols = List.copyOf(protocols);
		cipherSuites = List.copyOf(cipherSuites);
	}

	/**
	 * With the context's own protocols and cipher suites, which the JDK keeps safe.
	 * @param context keys and trust
	 */
	public TlsContext(SSLContext context) {
		this(context, List.of(), List.of());
	}

}
