package io.socketserver.fork;

import io.socketserver.request.CloseReason;

/**
 * How a worker process ended.
 *
 * @param pid its process id
 * @param end why
 * @param code its exit code, or 128 and the signal that killed it
 */
record WorkerExit(long pid, WorkerEnd end, int code) {

	private static final int SIGNAL = 128;

	private static final int OUT_OF_MEMORY = 3;

	/**
	 * Why the request ends that the worker had.
	 */
	CloseReason reason() {
		return (this.end == WorkerEnd.REQUEST_TIMEOUT) ? CloseReason.REQUEST_TIMEOUT : CloseReason.WORKER_DIED;
	}

	/**
	 * What is reported of that request.
	 */
	WorkerDiedException during(String request) {
		return new WorkerDiedException(
				"The worker process " + this.pid + " " + describe() + " in the middle of the request " + request,
				this.end);
	}

	/**
	 * As part of a sentence.
	 */
	String describe() {
		return switch (this.end) {
			case REQUEST_TIMEOUT -> "was killed, because the request took too long";
			case UNRESPONSIVE -> "was killed, because it did not answer any more";
			case CONNECTION_CLOSED -> "was killed, because the handler went on after its connection was closed";
			case START_TIMEOUT -> "was killed, because it was not ready in time";
			case STOP_TIMEOUT -> "was killed, because it did not end in time";
			default -> byItself();
		};
	}

	private String byItself() {
		if (this.code > SIGNAL && this.code <= SIGNAL + 64) {
			return "was killed by signal " + (this.code - SIGNAL);
		}
		// The JVM's own code when it ends for want of memory; System.exit(3) has it too.
		String hint = (this.code == OUT_OF_MEMORY) ? " (out of memory, unless it called System.exit)" : "";
		return "ended with exit code " + this.code + hint;
	}

}
