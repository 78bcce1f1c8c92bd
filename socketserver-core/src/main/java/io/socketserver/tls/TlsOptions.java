package io.socketserver.tls;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Pattern;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;

/**
 * How a server speaks TLS. Immutable: each {@code with} method answers a copy.
 *
 * <pre>{@code
 * ServerOptions.DEFAULT.withTls(TlsOptions.of(sslContext).withClientAuth(ClientAuth.NEED))
 * }</pre>
 *
 * <p>
 * Contexts are asked for at each handshake, in the thread that makes it: a supplier that
 * answers another one from some moment on replaces the certificate for new connections,
 * and leaves open ones alone.
 */
public final class TlsOptions implements Cloneable {

	private static final String ANY_LABEL = "*";

	private static final int LONGEST_PROTOCOL = 255;

	private static final String LABEL = "[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?";

	private static final Pattern SERVER_NAME = Pattern.compile("(\\*\\.)?" + LABEL + "(\\." + LABEL + ")*");

	private final Buffers buffers = new Buffers();

	private final Supplier<TlsContext> context;

	private Map<String, Supplier<TlsContext>> serverNames = Map.of();

	private ClientAuth clientAuth = ClientAuth.NONE;

	private List<String> applicationProtocols = List.of();

	private Duration handshakeTimeout = Duration.ofSeconds(10);

	private boolean onDemand;

	private boolean handshakesOnLoop;

	private TlsOptions(Supplier<TlsContext> context) {
		this.context = Objects.requireNonNull(context);
	}

	/**
	 * TLS with one context for good.
	 * @param context keys and trust
	 * @return the options
	 */
	public static TlsOptions of(SSLContext context) {
		TlsContext always = new TlsContext(context);
		return of(() -> always);
	}

	/**
	 * TLS with a context that may change.
	 * @param context asked at each handshake that has no name of its own
	 * @return the options
	 */
	public static TlsOptions of(Supplier<TlsContext> context) {
		return new TlsOptions(context);
	}

	/**
	 * The names that have a context of their own.
	 * @return the contexts by name, in the order they were added
	 */
	public Map<String, Supplier<TlsContext>> serverNames() {
		return this.serverNames;
	}

	/**
	 * Whether clients have to say who they are.
	 * @return {@link ClientAuth#NONE} by default
	 */
	public ClientAuth clientAuth() {
		return this.clientAuth;
	}

	/**
	 * The protocols to choose from by ALPN, the preferred ones first. A client that asks
	 * for others only is refused; one that does not ask is not.
	 * @return none by default
	 */
	public List<String> applicationProtocols() {
		return this.applicationProtocols;
	}

	/**
	 * How long the whole handshake may take, from its first byte waited for to its last.
	 * @return 10 seconds by default
	 */
	public Duration handshakeTimeout() {
		return this.handshakeTimeout;
	}

	/**
	 * Whether connections begin without TLS, until their handler starts it (STARTTLS).
	 * @return false by default
	 */
	public boolean isOnDemand() {
		return this.onDemand;
	}

	/**
	 * Whether a selector loop itself computes the handshakes of its connections. That
	 * saves the hand-over to another thread, and holds up all its other connections for
	 * as long as it takes: a millisecond or two each, more with client certificates.
	 * Makes no difference where connections have threads of their own.
	 * @return false by default: the loop has them computed elsewhere
	 */
	public boolean isHandshakesOnLoop() {
		return this.handshakesOnLoop;
	}

	/**
	 * A copy with a context of its own for clients that ask for a certain server by name
	 * (SNI).
	 * @param name the host's name in ASCII, or {@code *.example.org} for any one label
	 * @param value asked at each handshake for it
	 * @return the copy
	 * @throws IllegalArgumentException if no client could ask for the name
	 */
	public TlsOptions withServerName(String name, Supplier<TlsContext> value) {
		String normal = normal(name);
		if (!SERVER_NAME.matcher(normal).matches()) {
			throw new IllegalArgumentException("'" + name + "' is no server name: it has labels of letters, digits,"
					+ " - and _ with dots between them, and a * only as its whole first label, as in *.example.org");
		}
		Map<String, Supplier<TlsContext>> names = new LinkedHashMap<>(this.serverNames);
		names.put(normal, value);
		TlsOptions copy = copy();
		copy.serverNames = Map.copyOf(names);
		return copy;
	}

	/**
	 * A copy with a {@link #clientAuth()}. Whose certificates are valid is up to the
	 * context: one that was made with trust managers of null, or with a trust manager
	 * factory that was given no key store, trusts every authority the JVM trusts, so that
	 * anybody with a certificate for the web gets in.
	 * @param value whether
	 * @return the copy
	 */
	public TlsOptions withClientAuth(ClientAuth value) {
		TlsOptions copy = copy();
		copy.clientAuth = value;
		return copy;
	}

	/**
	 * A copy with {@link #applicationProtocols()}.
	 * @param values the preferred ones first, each of 1 to 255 bytes (RFC 7301)
	 * @return the copy
	 */
	public TlsOptions withApplicationProtocols(String... values) {
		for (String each : values) {
			int length = each.getBytes(StandardCharsets.UTF_8).length;
			if (length < 1 || length > LONGEST_PROTOCOL) {
				throw new IllegalArgumentException("The name of an application protocol has 1 to " + LONGEST_PROTOCOL
						+ " bytes, and '" + each + "' has " + length);
			}
		}
		TlsOptions copy = copy();
		copy.applicationProtocols = List.of(values);
		return copy;
	}

	/**
	 * A copy with a {@link #handshakeTimeout()}.
	 * @param value how long, at least a millisecond
	 * @return the copy
	 */
	public TlsOptions withHandshakeTimeout(Duration value) {
		if (value.toMillis() < 1) {
			throw new IllegalArgumentException("handshakeTimeout must be at least 1 ms, and is " + value);
		}
		TlsOptions copy = copy();
		copy.handshakeTimeout = value;
		return copy;
	}

	/**
	 * A copy with {@link #isOnDemand()}.
	 * @param value whether
	 * @return the copy
	 */
	public TlsOptions withOnDemand(boolean value) {
		TlsOptions copy = copy();
		copy.onDemand = value;
		return copy;
	}

	/**
	 * A copy with {@link #isHandshakesOnLoop()}.
	 * @param value whether
	 * @return the copy
	 */
	public TlsOptions withHandshakesOnLoop(boolean value) {
		TlsOptions copy = copy();
		copy.handshakesOnLoop = value;
		return copy;
	}

	Buffers buffers() {
		return this.buffers;
	}

	/**
	 * An engine for the server's side of a handshake.
	 */
	SSLEngine newEngine(Optional<String> serverName) {
		TlsContext chosen = contextFor(serverName);
		SSLEngine engine = chosen.context().createSSLEngine();
		engine.setUseClientMode(false);
		SSLParameters parameters = engine.getSSLParameters();
		if (!chosen.protocols().isEmpty()) {
			parameters.setProtocols(chosen.protocols().toArray(String[]::new));
		}
		if (!chosen.cipherSuites().isEmpty()) {
			parameters.setCipherSuites(chosen.cipherSuites().toArray(String[]::new));
			parameters.setUseCipherSuitesOrder(true);
		}
		parameters.setApplicationProtocols(this.applicationProtocols.toArray(String[]::new));
		parameters.setWantClientAuth(this.clientAuth == ClientAuth.WANT);
		if (this.clientAuth == ClientAuth.NEED) {
			// Each of the two setters undoes what the other did.
			parameters.setNeedClientAuth(true);
		}
		engine.setSSLParameters(parameters);
		return engine;
	}

	TlsContext contextFor(Optional<String> serverName) {
		return serverName.map(TlsOptions::normal).map(this::named).orElse(this.context).get();
	}

	private Supplier<TlsContext> named(String name) {
		Supplier<TlsContext> exact = this.serverNames.get(name);
		if (exact != null) {
			return exact;
		}
		int dot = name.indexOf('.');
		return this.serverNames.getOrDefault((dot > 0) ? ANY_LABEL + name.substring(dot) : name, this.context);
	}

	private static String normal(String name) {
		String lower = name.toLowerCase(Locale.ROOT);
		return lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
	}

	private TlsOptions copy() {
		try {
			return (TlsOptions) clone();
		}
		catch (CloneNotSupportedException ex) {
			throw new AssertionError(ex);
		}
	}

}
