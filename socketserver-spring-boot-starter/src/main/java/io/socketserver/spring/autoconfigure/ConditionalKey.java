package io.socketserver.spring.autoconfigure;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;

import io.socketserver.spring.autoconfigure.ServerConfig.Getter;

/**
 * A key that only some servers look at.
 *
 * @param name the key
 * @param getter its value
 * @param unused why a server does not look at it, and what to change; empty if it does
 */
record ConditionalKey(String name, Getter<Object> getter, Function<ServerConfig, Optional<String>> unused) {

	/**
	 * A copy that is never unused where a server says no to it.
	 */
	ConditionalKey onlyIf(Predicate<ServerConfig> wanted) {
		return new ConditionalKey(this.name, this.getter,
				(config) -> wanted.test(config) ? this.unused.apply(config) : Optional.empty());
	}

	/**
	 * Fails if the key is configured somewhere and no server looks at it there.
	 * @param configs what is configured of the servers that properties make
	 */
	void requireUsed(List<ServerConfig> configs) {
		for (ServerConfig config : configs) {
			config.find(this.name, this.getter).ifPresent((setting) -> requireUsed(configs, setting));
		}
	}

	private void requireUsed(List<ServerConfig> configs, Setting<Object> setting) {
		List<Optional<String>> reasons = configs.stream()
			.filter((config) -> config.find(this.name, this.getter)
				.filter((found) -> found.property().equals(setting.property()))
				.isPresent())
			.map(this.unused)
			.toList();
		if (reasons.stream().allMatch(Optional::isPresent)) {
			throw setting.invalid("It has no effect, because " + reasons.get(0).orElseThrow() + ", or remove it");
		}
	}

}
