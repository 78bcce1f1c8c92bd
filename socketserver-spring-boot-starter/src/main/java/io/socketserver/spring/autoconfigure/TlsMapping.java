package io.socketserver.spring.autoconfigure;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundles;

import io.socketserver.spring.diagnostics.MissingTruststoreException;
import io.socketserver.spring.diagnostics.UnknownSslBundleException;
import io.socketserver.tls.ClientAuth;
import io.socketserver.tls.TlsOptions;

/**
 * How servers speak TLS, from their properties and the application's SSL bundles. All
 * servers share what is made of a bundle, which hears of its updates once.
 */
final class TlsMapping {

	private final @Nullable SslBundles bundles;

	private final Map<String, BundleContext> contexts = new HashMap<>();

	TlsMapping(@Nullable SslBundles bundles) {
		this.bundles = bundles;
	}

	/**
	 * Whether connections of a server speak TLS.
	 */
	static boolean isOn(ServerConfig config) {
		return enabled(config).map(Setting::value).orElse(bundle(config).isPresent());
	}

	/**
	 * Whether they begin without.
	 */
	static boolean isOnDemand(ServerConfig config) {
		return config.get("ssl.on-demand", (settings) -> settings.getSsl().onDemand(), false);
	}

	/**
	 * Whether somebody has said whether connections speak TLS.
	 */
	static boolean isSaid(ServerConfig config) {
		return enabled(config).isPresent() || bundle(config).isPresent();
	}

	private static Optional<Setting<Boolean>> enabled(ServerConfig config) {
		return config.find("ssl.enabled", (settings) -> settings.getSsl().enabled());
	}

	private static Optional<Setting<String>> bundle(ServerConfig config) {
		return config.find("ssl.bundle", (settings) -> settings.getSsl().bundle());
	}

	/**
	 * Maps.
	 * @param config what is configured of a server
	 * @return empty if it does not speak TLS
	 */
	Optional<TlsOptions> options(ServerConfig config) {
		if (!isOn(config)) {
			requireClear(config);
			return Optional.empty();
		}
		Optional<Setting<String>> bundle = bundle(config);
		if (bundle.isEmpty()) {
			throw enabled(config).orElseThrow().invalid("TLS needs a bundle: set ssl.bundle too");
		}
		return Optional.of(options(config, bundle.get()));
	}

	/**
	 * A default for all servers would be ignored by the one that has no bundle, and that
	 * then lets everybody in.
	 */
	private static void requireClear(ServerConfig config) {
		if (isSaid(config) || TransportKeys.isUdp(config)) {
			return;
		}
		config.find("ssl.client-auth", (settings) -> settings.getSsl().clientAuth())
			.filter((setting) -> setting.value() == ClientAuth.NEED)
			.ifPresent((setting) -> {
				String prefix = config.prefix() + "ssl.";
				throw setting.invalid("The socket server '" + config.name() + "' has no ssl.bundle, and would speak in"
						+ " clear with anybody; set " + prefix + "bundle to the name of a bundle below"
						+ " spring.ssl.bundle, or " + prefix + "enabled to false if that is meant");
			});
	}

	private TlsOptions options(ServerConfig config, Setting<String> bundle) {
		Optional<Setting<ClientAuth>> clientAuth = config.find("ssl.client-auth",
				(settings) -> settings.getSsl().clientAuth());
		TlsOptions options = TlsOptions.of(context(bundle, clientAuth));
		Optional<Setting<Map<String, String>>> names = config.find("ssl.server-name-bundles",
				(settings) -> settings.getSsl().serverNameBundles());
		if (names.isPresent()) {
			for (Map.Entry<String, String> each : names.get().value().entrySet()) {
				Setting<String> named = new Setting<>(names.get().property() + "[" + each.getKey() + "]",
						each.getValue());
				options = set(Optional.of(named), options,
						(now, value) -> now.withServerName(each.getKey(), context(named, clientAuth)));
			}
		}
		options = set(clientAuth, options, TlsOptions::withClientAuth);
		options = set(config.find("ssl.handshake-timeout", (settings) -> settings.getSsl().handshakeTimeout()), options,
				TlsOptions::withHandshakeTimeout);
		options = set(config.find("ssl.on-demand", (settings) -> settings.getSsl().onDemand()), options,
				TlsOptions::withOnDemand);
		options = set(config.find("ssl.handshakes-on-loop", (settings) -> settings.getSsl().handshakesOnLoop()),
				options, TlsOptions::withHandshakesOnLoop);
		return set(config.find("ssl.application-protocols", (settings) -> settings.getSsl().applicationProtocols()),
				options, (now, value) -> now.withApplicationProtocols(value.toArray(String[]::new)));
	}

	private static <T> TlsOptions set(Optional<Setting<T>> setting, TlsOptions options,
			BiFunction<TlsOptions, T, TlsOptions> with) {
		return setting.isPresent() ? setting.get().apply((value) -> with.apply(options, value)) : options;
	}

	private BundleContext context(Setting<String> bundle, Optional<Setting<ClientAuth>> clientAuth) {
		BundleContext context = context(bundle);
		clientAuth.filter((setting) -> setting.value() != ClientAuth.NONE).ifPresent((setting) -> {
			if (!context.authenticatesClients()) {
				throw new MissingTruststoreException("'" + setting.property() + "' is " + lowerCase(setting.value()),
						bundle.property(), bundle.value());
			}
		});
		return context;
	}

	private static String lowerCase(ClientAuth value) {
		return value.name().toLowerCase(Locale.ROOT);
	}

	private BundleContext context(Setting<String> bundle) {
		BundleContext known = this.contexts.get(bundle.value());
		return (known != null) ? known : makeContext(bundle);
	}

	private BundleContext makeContext(Setting<String> setting) {
		String name = setting.value();
		SslBundles all = this.bundles;
		Collection<String> known = (all != null) ? all.getBundleNames() : List.of();
		if (all == null || !known.contains(name)) {
			throw new UnknownSslBundleException(setting.property(), name, known);
		}
		BundleContext context = makeContext(setting, all.getBundle(name));
		all.addBundleUpdateHandler(name, context::update);
		this.contexts.put(name, context);
		return context;
	}

	private static BundleContext makeContext(Setting<String> setting, SslBundle bundle) {
		try {
			return new BundleContext(setting.value(), bundle);
		}
		catch (IllegalStateException ex) {
			throw BundleProblem.of(ex, bundle).exception(setting);
		}
	}

}
