package io.socketserver.fork;

import java.io.IOException;

/**
 * A worker process ended in the middle of a request.
 */
public final class WorkerDiedException extends IOException {

	private static final long serialVersionUID = 1L;

	private final WorkerEnd end;

	WorkerDiedException(String message, WorkerEnd end) {
		super(message);
		this.end = end;
	}

	/**
	 * Why it ended.
	 * @return the cause
	 */
	public WorkerEnd end() {
		return this.end;
	}

}
