package io.socketserver.fork;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.Charset;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;

/**
 * Passes what a worker writes to its standard output and error on to the log, line by
 * line, with the worker's process id. A line that begins with a level's name is logged at
 * that level. Runs in a thread of its own, which ends with the process.
 */
final class WorkerOutput implements Runnable {

	private static final Logger logger = System.getLogger(Worker.class.getName());

	private static final int MAX_LINE = 16 * 1024;

	private static final int TAIL = 12;

	// It reads a pipe and logs.
	private static final int STACK_SIZE = 128 * 1024;

	private static final List<Level> LEVELS = List.of(Level.TRACE, Level.DEBUG, Level.INFO, Level.WARNING, Level.ERROR);

	private final Process process;

	private final Deque<String> tail = new ArrayDeque<>(); // Guarded by itself.

	private Level level = Level.INFO;

	WorkerOutput(Process process) {
		this.process = process;
	}

	void start(String serverName) {
		Thread thread = new Thread(null, this, "socketserver-" + serverName + "-worker-" + this.process.pid(),
				STACK_SIZE);
		thread.setDaemon(true);
		thread.start();
	}

	/**
	 * The last lines. May be called from any thread.
	 */
	String tail() {
		synchronized (this.tail) {
			return String.join(System.lineSeparator(), this.tail);
		}
	}

	@Override
	public void run() {
		try (BufferedReader reader = new BufferedReader(
				new InputStreamReader(this.process.getInputStream(), Charset.defaultCharset()))) {
			StringBuilder line = new StringBuilder();
			for (int value; (value = reader.read()) >= 0;) {
				if (value == '\n' || line.length() >= MAX_LINE) {
					passOn(line);
				}
				if (value != '\n' && value != '\r') {
					line.append((char) value);
				}
			}
			passOn(line);
		}
		catch (IOException ignored) {
			// The process has ended and its pipe with it.
		}
	}

	private void passOn(StringBuilder line) {
		if (line.length() > 0) {
			log(line.toString());
			line.setLength(0);
		}
	}

	private void log(String line) {
		synchronized (this.tail) {
			if (this.tail.size() == TAIL) {
				this.tail.removeFirst();
			}
			this.tail.addLast(line);
		}
		String word = line.substring(0, Math.max(0, line.indexOf(' ')));
		boolean continued = Character.isWhitespace(line.charAt(0));
		Level found = LEVELS.stream()
			.filter((each) -> each.name().equals(word) || (each == Level.WARNING && word.equals("WARN")))
			.findFirst()
			.orElse(null);
		String text = line;
		if (found != null) {
			this.level = found;
			text = line.substring(word.length()).strip();
		}
		else if (!continued && !isCause(line)) {
			this.level = Level.INFO;
		}
		logger.log(this.level, "[{0}] {1}", String.valueOf(this.process.pid()), text);
	}

	/**
	 * A stack trace keeps the level of the line it follows.
	 */
	private boolean isCause(String line) {
		return Arrays.asList("Caused by:", "Suppressed:").stream().anyMatch(line::startsWith)
				|| line.matches("[\\w.$]+(Exception|Error|Throwable)(:.*)?");
	}

}
