package io.socketserver.spring.actuate;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

/**
 * What an operator may ask of a server.
 */
enum ServerAction {

	PAUSE, RESUME, DRAIN, STOP, START, RECYCLE;

	static ServerAction parse(@Nullable String text) {
		return Arrays.stream(values())
			.filter((action) -> Texts.of(action).equals((text != null) ? text.toLowerCase(Locale.ROOT) : null))
			.findFirst()
			.orElseThrow(() -> OperationRefusedException
				.badRequest(((text != null) ? "There is no action '" + text + "'" : "No 'action' is given")
						+ ": it is one of " + names()));
	}

	private static String names() {
		return Arrays.stream(values()).map(Texts::of).collect(Collectors.joining(", "));
	}

	boolean takesTimeout() {
		return this == DRAIN || this == STOP;
	}

}
