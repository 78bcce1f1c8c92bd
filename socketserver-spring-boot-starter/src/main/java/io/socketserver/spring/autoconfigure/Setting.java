package io.socketserver.spring.autoconfigure;

import java.util.Locale;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;

/**
 * A configured value and the property it comes from.
 *
 * @param <T> the type of the value
 * @param property the property's name
 * @param value its value
 */
record Setting<T>(String property, T value) {

	private static final Pattern JAVA_NAME = Pattern.compile("([a-z][a-zA-Z.]*) ");

	/**
	 * Uses the value. If it is refused, the failure names the property.
	 */
	<R> R apply(Function<T, R> use) {
		try {
			return use.apply(this.value);
		}
		catch (IllegalArgumentException | ArithmeticException | UnsupportedOperationException ex) {
			throw invalid(asOfKey(String.valueOf(ex.getMessage())));
		}
	}

	/**
	 * The library calls a setting by its Java name, of which the user has never heard.
	 */
	private String asOfKey(String reason) {
		Matcher matcher = JAVA_NAME.matcher(reason);
		boolean named = matcher.lookingAt() && this.property.endsWith(kebab(matcher.group(1)));
		return named ? "It" + reason.substring(matcher.end(1)) : reason;
	}

	private static String kebab(String name) {
		return name.replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
	}

	InvalidConfigurationPropertyValueException invalid(String reason) {
		return new InvalidConfigurationPropertyValueException(this.property, this.value, reason);
	}

}
