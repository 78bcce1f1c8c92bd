package io.socketserver.request;

import org.jspecify.annotations.Nullable;

/**
 * A handler that reads and writes a stream, as Python's {@code StreamRequestHandler}:
 *
 * <pre>{@code
 * class UpperCaseHandler extends StreamRequestHandler {
 *
 *     public void handle() throws IOException {
 *         for (String line; (line = rfile().readLine()) != null;) {
 *             wfile().println(line.toUpperCase(Locale.ROOT));
 *         }
 *     }
 *
 * }
 * }</pre>
 *
 * <p>
 * Both streams are buffered. What was written goes out when the buffer is full, before
 * each read that has to wait, and after {@link #handle()}; {@code wfile().flush()} sends
 * it earlier. The end of the peer's stream is a null line or -1, also after the peer has
 * shut down only its sending side: answers still reach it.
 */
public abstract class StreamRequestHandler extends BaseRequestHandler {

	private @Nullable RequestInputStream rfile;

	private @Nullable RequestOutputStream wfile;

	@Override
	public void setup(Request request) throws Exception {
		if (!(request instanceof StreamRequest stream)) {
			throw new IllegalArgumentException(getClass().getName() + " reads streams, and " + request.id()
					+ " is not one: use a handler for datagrams");
		}
		this.wfile = new RequestOutputStream(stream);
		this.rfile = new RequestInputStream(stream, this.wfile);
		super.setup(request);
	}

	/**
	 * Sends what is left in the buffer. An override calls it last.
	 * @throws Exception if the peer cannot be reached any more
	 */
	@Override
	public void finish() throws Exception {
		if (connection().closeReason().isEmpty()) {
			wfile().flush();
		}
	}

	/**
	 * The connection.
	 * @return the request, which is a stream
	 */
	protected StreamRequest connection() {
		return (StreamRequest) request();
	}

	/**
	 * What the peer sends.
	 * @return the same stream each time
	 */
	protected RequestInputStream rfile() {
		return notNull(this.rfile);
	}

	/**
	 * What the peer is sent.
	 * @return the same stream each time
	 */
	protected RequestOutputStream wfile() {
		return notNull(this.wfile);
	}

	private <T> T notNull(@Nullable T stream) {
		if (stream == null) {
			throw new IllegalStateException(getClass().getName()
					+ " has no streams yet: setup(Request) was not called, or was overridden without calling super");
		}
		return stream;
	}

}
