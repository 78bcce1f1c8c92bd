package io.socketserver.spring.autoconfigure;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundles;

import io.socketserver.spring.diagnostics.BrokenSslBundleException;
import io.socketserver.spring.diagnostics.UnknownSslBundleException;
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
	 * Maps.
	 * @param config what is configured of a server
	 * @return empty if it does not speak TLS
	 */
	Optional<TlsOptions> options(ServerConfig config) {
		Optional<Setting<Boolean>> enabled = config.find("ssl.enabled", (settings) -> settings.getSsl().enabled());
		Optional<Setting<String>> bundle = config.find("ssl.bundle", (settings) -> settings.getSsl().bundle());
		if (!enabled.map(Setting::value).orElse(bundle.isPresent())) {
			return Optional.empty();
		}
		if (bundle.isEmpty()) {
			throw enabled.orElseThrow().invalid("TLS needs a bundle: set ssl.bundle too");
		}
		return Optional.of(options(config, bundle.get()));
	}

	private TlsOptions options(ServerConfig config, Setting<String> bundle) {
		TlsOptions options = TlsOptions.of(context(bundle));
		Optional<Setting<Map<String, String>>> names = config.find("ssl.server-name-bundles",
				(settings) -> settings.getSsl().serverNameBundles());
		if (names.isPresent()) {
			for (Map.Entry<String, String> each : names.get().value().entrySet()) {
				options = options.withServerName(each.getKey(),
						context(new Setting<>(names.get().property() + "[" + each.getKey() + "]", each.getValue())));
			}
		}
		options = set(config.find("ssl.client-auth", (settings) -> settings.getSsl().clientAuth()), options,
				TlsOptions::withClientAuth);
		options = set(config.find("ssl.handshake-timeout", (settings) -> settings.getSsl().handshakeTimeout()), options,
				TlsOptions::withHandshakeTimeout);
		options = set(config.find("ssl.on-demand", (settings) -> settings.getSsl().onDemand()), options,
				TlsOptions::withOnDemand);
		return set(config.find("ssl.application-protocols", (settings) -> settings.getSsl().applicationProtocols()),
				options, (now, value) -> now.withApplicationProtocols(value.toArray(String[]::new)));
	}

	private static <T> TlsOptions set(Optional<Setting<T>> setting, TlsOptions options,
			BiFunction<TlsOptions, T, TlsOptions> with) {
		return setting.isPresent() ? setting.get().apply((value) -> with.apply(options, value)) : options;
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
			throw new BrokenSslBundleException(setting.property(), setting.value(), String.valueOf(ex.getMessage()));
		}
	}

}
