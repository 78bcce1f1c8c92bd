package io.socketserver.spring.autoconfigure;

import java.util.function.Function;

import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;

/**
 * A configured value and the property it comes from.
 *
 * @param <T> the type of the value
 * @param property the property's name
 * @param value its value
 */
record Setting<T>(String property, T value) {

	/**
	 * Uses the value. If it is refused, the failure names the property.
	 */
	<R> R apply(Function<T, R> use) {
		try {
			return use.apply(this.value);
		}
		catch (IllegalArgumentException | ArithmeticException | UnsupportedOperationException ex) {
			throw invalid(String.valueOf(ex.getMessage()));
		}
	}

	InvalidConfigurationPropertyValueException invalid(String reason) {
		return new InvalidConfigurationPropertyValueException(this.property, this.value, reason);
	}

}
