package io.socketserver.message;

import java.lang.reflect.Method;
import java.util.Arrays;

/**
 * Which of the optional methods a handler's class implements itself. A call of one that
 * does nothing is not worth a turn in another thread.
 */
final class Overrides {

	private static final ClassValue<Boolean> onOpen = of("onOpen");

	private static final ClassValue<Boolean> onClose = of("onClose");

	private Overrides() {
	}

	static boolean onOpen(Class<?> type) {
		return onOpen.get(type);
	}

	static boolean onClose(Class<?> type) {
		return onClose.get(type);
	}

	private static ClassValue<Boolean> of(String method) {
		return new ClassValue<>() {

			@Override
			protected Boolean computeValue(Class<?> type) {
				return Arrays.stream(type.getMethods())
					.filter((each) -> each.getName().equals(method))
					.map(Method::getDeclaringClass)
					.anyMatch((declaring) -> declaring != MessageHandler.class);
			}
		};
	}

}
