package io.socketserver.request;

import java.util.Objects;

/**
 * The typed name of something kept with a request. Two keys are the same only if they are
 * the same object: keep one in a constant.
 *
 * @param <T> the type of the value
 */
public final class AttributeKey<T> {

	private final String name;

	private final Class<T> type;

	private AttributeKey(String name, Class<T> type) {
		this.name = Objects.requireNonNull(name);
		this.type = Objects.requireNonNull(type);
	}

	/**
	 * Makes a key.
	 * @param <T> the type of the value
	 * @param name what logs and endpoints call it
	 * @param type the type of the value
	 * @return a key that equals no other
	 */
	public static <T> AttributeKey<T> of(String name, Class<T> type) {
		return new AttributeKey<>(name, type);
	}

	/**
	 * The key's name.
	 * @return the name
	 */
	public String name() {
		return this.name;
	}

	T cast(Object value) {
		return this.type.cast(value);
	}

	@Override
	public String toString() {
		return this.name;
	}

}
