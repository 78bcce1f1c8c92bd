package io.socketserver.spring.diagnostics;

import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.DataObjectPropertyName;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.annotation.Order;
import org.springframework.core.convert.ConverterNotFoundException;

/**
 * Says what belongs below a key that is a group of others, where it has a value itself.
 * Asked before Spring Boot's own analyzer, which knows classes only.
 */
@Order(0)
final class GroupFailureAnalyzer extends AbstractFailureAnalyzer<BindException> {

	@Override
	protected @Nullable FailureAnalysis analyze(Throwable rootFailure, BindException cause) {
		String property = cause.getName().toString();
		Class<?> type = cause.getTarget().getType().resolve(Object.class);
		boolean group = property.startsWith("socketserver.") && isGroup(type)
				&& cause.getCause() instanceof ConverterNotFoundException;
		return group ? new FailureAnalysis("'" + property + "' has a value itself, but is a group of keys.",
				action(property, type), cause) : null;
	}

	private static boolean isGroup(Class<?> type) {
		return Map.class.isAssignableFrom(type) || type.getPackageName().startsWith("io.socketserver.spring");
	}

	private static String action(String property, Class<?> type) {
		if (type.isRecord()) {
			return "Set the keys that are meant below it instead: " + Arrays.stream(type.getRecordComponents())
				.map((component) -> property + "." + DataObjectPropertyName.toDashedForm(component.getName()))
				.collect(Collectors.joining(", ")) + ".";
		}
		return Map.class.isAssignableFrom(type) ? "Write it as a map, of names to values."
				: "Set the keys that are meant below it instead, such as " + property + ".port.";
	}

}
