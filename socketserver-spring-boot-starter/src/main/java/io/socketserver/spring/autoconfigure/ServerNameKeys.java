package io.socketserver.spring.autoconfigure;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.PropertySource;

/**
 * How server names are written as keys. What becomes of them when they are bound does not
 * tell any more: a {@code *} outside of brackets is dropped.
 */
final class ServerNameKeys {

	private static final Pattern KEY = Pattern
		.compile("(socketserver\\.(?:.+\\.)?ssl\\.server-?name-?bundles)([.\\[].+)", Pattern.CASE_INSENSITIVE);

	private static final Pattern LIST = Pattern.compile("\\[\\d+].*");

	private static final Pattern KEPT = Pattern.compile("\\[.+]|[\\w.-]+");

	private ServerNameKeys() {
	}

	/**
	 * Fails if a key would be bound to something else than it says.
	 */
	static void requireReadable(ConfigurableEnvironment environment) {
		for (PropertySource<?> source : environment.getPropertySources()) {
			if (source instanceof EnumerablePropertySource<?> enumerable) {
				for (String property : enumerable.getPropertyNames()) {
					requireReadable(property, source);
				}
			}
		}
	}

	private static void requireReadable(String property, PropertySource<?> source) {
		Matcher key = KEY.matcher(property);
		if (!key.matches()) {
			return;
		}
		String name = key.group(2);
		Setting<Object> setting = new Setting<>(property, String.valueOf(source.getProperty(property)));
		if (LIST.matcher(name).matches()) {
			throw setting.invalid(key.group(1) + " is no list, but has the names of bundles by server name: write"
					+ " example.org: some-bundle");
		}
		if (!KEPT.matcher(name).matches()) {
			String wanted = name.substring(1);
			throw setting.invalid("Of a key, only letters, digits, - and _ are kept outside of brackets: write \"["
					+ wanted + "]\" in YAML, or " + key.group(1) + "[" + wanted + "] in other places");
		}
	}

}
