package io.socketserver.support;

import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import java.util.regex.Pattern;

import io.socketserver.BaseServer;

/**
 * What is logged while it is open. Loggers belong to the whole process: only what names a
 * server is surely that server's.
 */
public final class LogLines extends Handler implements AutoCloseable {

	// The parent of all of ours.
	private static final Logger logger = Logger.getLogger("io.socketserver");

	private final SimpleFormatter formatter = new SimpleFormatter();

	private final List<Line> lines = new ArrayList<>();

	private LogLines(Level level) {
		setLevel(level);
		logger.addHandler(this);
	}

	/**
	 * Keeps warnings and errors.
	 * @return the lines from now on
	 */
	public static LogLines warnings() {
		return new LogLines(Level.WARNING);
	}

	/**
	 * Keeps lines down to DEBUG.
	 * @return the lines from now on
	 */
	public static LogLines debug() {
		// And stays so: other handlers have levels of their own.
		logger.setLevel(Level.FINE);
		return new LogLines(Level.FINE);
	}

	/**
	 * What was said of a server and its connections.
	 * @param server the server
	 * @return the texts
	 */
	public List<String> of(TestServer server) {
		return of(server.server());
	}

	/**
	 * What was said of a server and its connections.
	 * @param server the server
	 * @return the texts
	 */
	public List<String> of(BaseServer server) {
		return linesOf(server).stream().map(Line::text).toList();
	}

	/**
	 * What was said of a server and its connections, and how.
	 * @param server the server
	 * @return the lines
	 */
	public List<Line> linesOf(BaseServer server) {
		return linesOf(server.name());
	}

	/**
	 * The lines in which a word is.
	 * @param word the word
	 * @return the lines
	 */
	public synchronized List<Line> linesOf(String word) {
		Pattern name = Pattern.compile("\\b" + word + "\\b");
		return this.lines.stream().filter((line) -> name.matcher(line.text()).find()).toList();
	}

	@Override
	public synchronized void publish(LogRecord line) {
		if (isLoggable(line)) {
			this.lines.add(new Line(line.getLevel(), this.formatter.formatMessage(line), line.getThrown() != null));
		}
	}

	@Override
	public void flush() {
	}

	@Override
	public void close() {
		logger.removeHandler(this);
	}

	/**
	 * A line.
	 *
	 * @param level its level: {@code FINE} is DEBUG
	 * @param text its text
	 * @param hasTrace whether a stack trace comes with it
	 */
	public record Line(Level level, String text, boolean hasTrace) {

	}

}
