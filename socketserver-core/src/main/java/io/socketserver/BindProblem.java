package io.socketserver;

import java.io.IOException;

import org.jspecify.annotations.Nullable;

/**
 * A server knows better than the system why it cannot listen.
 */
final class BindProblem extends IOException {

	private final BindFailedException.Reason reason;

	BindProblem(BindFailedException.Reason reason, String message) {
		this(reason, message, null);
	}

	BindProblem(BindFailedException.Reason reason, String message, @Nullable Throwable cause) {
		super(message, cause);
		this.reason = reason;
	}

	BindFailedException.Reason reason() {
		return this.reason;
	}

}
