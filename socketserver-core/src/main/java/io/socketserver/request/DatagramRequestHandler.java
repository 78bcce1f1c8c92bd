package io.socketserver.request;

import java.io.ByteArrayInputStream;
import java.io.InputStream;

import org.jspecify.annotations.Nullable;

/**
 * A handler of one datagram, as Python's {@code DatagramRequestHandler}: the packet in, a
 * reply out.
 *
 * <pre>{@code
 * class UpperCaseHandler extends DatagramRequestHandler {
 *
 *     public void handle() {
 *         wfile().print(text().toUpperCase(Locale.ROOT));
 *     }
 *
 * }
 * }</pre>
 *
 * <p>
 * What was written to {@link #wfile()} is sent to the client as one datagram after
 * {@link #handle()}. Unlike in Python, nothing is sent if {@code handle} threw, since
 * half an answer is worse than none, and nothing if nothing was written:
 * {@link #repliesOnError()} and {@link #repliesWhenEmpty()} say otherwise. More
 * datagrams, also to others, can be sent with {@link #datagram()}.
 */
public abstract class DatagramRequestHandler extends BaseRequestHandler {

	private @Nullable ReplyBuffer wfile;

	@Override
	public void setup(Request request) throws Exception {
		if (!(request instanceof DatagramRequest datagram)) {
			throw new IllegalArgumentException(getClass().getName() + " handles datagrams, and " + request.id()
					+ " is a connection: use a StreamRequestHandler, or a UdpServer");
		}
		this.wfile = new ReplyBuffer(datagram.options().charset());
		super.setup(request);
	}

	/**
	 * Sends the reply, if there is one. An override calls it last.
	 * @throws Exception if the reply cannot be sent
	 */
	@Override
	public void finish() throws Exception {
		ReplyBuffer reply = wfile();
		boolean sends = (reply.size() > 0 || repliesWhenEmpty()) && (!datagram().hasFailed() || repliesOnError());
		if (sends && datagram().closeReason().isEmpty()) {
			datagram().reply(reply.toBuffer());
		}
	}

	/**
	 * Whether what was written until then is sent although {@link #handle()} threw, as
	 * Python does.
	 * @return false by default
	 */
	protected boolean repliesOnError() {
		return false;
	}

	/**
	 * Whether an empty datagram is sent if nothing was written, as Python does.
	 * @return false by default
	 */
	protected boolean repliesWhenEmpty() {
		return false;
	}

	/**
	 * The datagram.
	 * @return the request
	 */
	protected DatagramRequest datagram() {
		return (DatagramRequest) request();
	}

	/**
	 * The bytes of the datagram.
	 * @return the handler's own: it may change them
	 */
	protected byte[] packet() {
		return datagram().packet();
	}

	/**
	 * The datagram as text.
	 * @return all of it, in the character set of the {@link DatagramOptions}
	 */
	protected String text() {
		return new String(packet(), datagram().options().charset());
	}

	/**
	 * The datagram as a stream.
	 * @return a new stream each time, from the first byte on
	 */
	protected InputStream rfile() {
		return new ByteArrayInputStream(packet());
	}

	/**
	 * What the client is sent.
	 * @return the same buffer each time
	 */
	protected ReplyBuffer wfile() {
		ReplyBuffer current = this.wfile;
		if (current == null) {
			throw new IllegalStateException(getClass().getName()
					+ " has no reply yet: setup(Request) was not called, or was overridden without calling super");
		}
		return current;
	}

}
